// Adam: steps of a size that does not depend on that of the gradient, from running means of it and of its square.
//   m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  update = m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)
// Kingma & Ba 2015, arXiv:1412.6980. AdamW, arXiv:1711.05101, is chain(adam(), weightDecay(λ), descend()).

import { add } from "../ops/add.ts";
import { divide } from "../ops/divide.ts";
import { scaleBy } from "../ops/scale-by.ts";
import { offset, scale, sqrt, square } from "../ops/unary.ts";
import { expectOption, shareBelow1 } from "./options.ts";
import { eachParameter, type Transform } from "./transform.ts";

export interface AdamOptions {
  /** β₁; 0.9 by default. */
  readonly beta1?: number;
  /** β₂; 0.999 by default. */
  readonly beta2?: number;
  /** ε, of the scale of the gradient; 1e-8 by default. */
  readonly epsilon?: number;
}

/** @throws Range */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Transform {
  expectOption("beta1", beta1, shareBelow1);
  expectOption("beta2", beta2, shareBelow1);
  expectOption("epsilon", epsilon, { allows: (value) => value > 0 && value < 1, text: "between 0 and 1" });
  return {
    name: "adam",
    state: { first: "zeros", second: "zeros" },
    scalars: {
      firstCorrection: ({ step }) => 1 / (1 - beta1 ** step),
      secondCorrection: ({ step }) => 1 / (1 - beta2 ** step),
    },
    update({ updates, state, scalars }) {
      const first = eachParameter(updates, (name) =>
        add(scale(state["first"]![name]!, beta1), scale(updates[name]!, 1 - beta1)),
      );
      const second = eachParameter(updates, (name) =>
        add(scale(state["second"]![name]!, beta2), scale(square(updates[name]!), 1 - beta2)),
      );
      const steps = eachParameter(updates, (name) => {
        const spread = sqrt(scaleBy(second[name]!, scalars["secondCorrection"]!));
        return divide(scaleBy(first[name]!, scalars["firstCorrection"]!), offset(spread, epsilon));
      });
      return { updates: steps, state: { first, second } };
    },
  };
}

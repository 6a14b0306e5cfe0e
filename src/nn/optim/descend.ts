// The plain ends of a chain: weights that decay, and the step downhill.

import { add } from "../ops/add.ts";
import { negate } from "../ops/negate.ts";
import { scaleBy } from "../ops/scale-by.ts";
import { scale } from "../ops/unary.ts";
import { atLeast0, expectOption } from "./options.ts";
import { eachParameter, type Transform } from "./transform.ts";

/** Adds `rate` times the parameter: decoupled from the gradient's own scaling when it stands behind it.
 * Loshchilov & Hutter 2019, arXiv:1711.05101.
 * @throws Range */
export function weightDecay(rate: number): Transform {
  expectOption("rate", rate, atLeast0);
  return {
    name: "decay",
    state: {},
    scalars: {},
    update: ({ updates, parameters }) => ({
      updates: eachParameter(updates, (name) => add(updates[name]!, scale(parameters[name]!, rate))),
      state: {},
    }),
  };
}

/** −(learning rate) · update. */
export function descend(): Transform {
  return {
    name: "descend",
    state: {},
    scalars: { rate: ({ rate }) => rate },
    update({ updates, scalars }) {
      const downhill = negate(scalars["rate"]!);
      return { updates: eachParameter(updates, (name) => scaleBy(updates[name]!, downhill)), state: {} };
    },
  };
}

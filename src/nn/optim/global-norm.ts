// The length of all gradients together, and gradients cut to a length.
// Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063.

import { filled, type Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { divide } from "../ops/divide.ts";
import { sum } from "../ops/expand.ts";
import { reshape } from "../ops/reshape.ts";
import { scaleBy } from "../ops/scale-by.ts";
import { offset, relu, scale, sqrt, square } from "../ops/unary.ts";
import { above0, expectOption } from "./options.ts";
import { eachParameter, type PerParameter, type Transform } from "./transform.ts";

/** √Σg² over all elements of all parameters, shape []; not finite as soon as one element is not. */
export function globalNorm(gradients: PerParameter): Tensor {
  const powers = Object.values(gradients).map((gradient) =>
    reshape(sum(square(gradient), [...gradient.shape.keys()]), []),
  );
  return sqrt(powers.reduce(add));
}

/** Updates longer than `longest` are shortened to it, in their direction; shorter ones stay as they are, to the bit.
 * @throws Range */
export function clipByGlobalNorm(longest: number): Transform {
  expectOption("longest", longest, above0);
  return {
    name: "clip",
    state: {},
    scalars: {},
    update({ updates }) {
      // 1 / max(norm / longest, 1), the larger of the two written as a relu.
      const excess = offset(scale(globalNorm(updates), 1 / longest), -1);
      const factor = divide(filled([], 1), offset(relu(excess), 1));
      return { updates: eachParameter(updates, (name) => scaleBy(updates[name]!, factor)), state: {} };
    },
  };
}

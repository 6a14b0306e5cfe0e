// The angle of a complex number, −π < θ ≤ π, 0 for zero. ONNX has no such operator; it is written with an arc tangent:
//   θ = atan(im/re) + (re < 0 ? (im < 0 ? −π : π) : 0),   re = 0 taken as the least positive normal number.

import { expectSameShape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { add } from "./add.ts";
import { divide } from "./divide.ts";
import { multiply } from "./multiply.ts";
import { negate } from "./negate.ts";

const leastNormal = 2 ** -126;

const operation: Operation<undefined> = {
  name: "angle",
  shape([re, im]) {
    expectSameShape("angle", re!, im!);
    return re!;
  },
  emit(emitter, { names: [re, im] }) {
    const [zero, least, half, minusHalf] = [0, leastNormal, Math.PI, -Math.PI].map((value) =>
      emitter.floats([], [value]),
    ) as [string, string, string, string];
    const divisor = emitter.node("Where", [emitter.node("Equal", [re!, zero]), least, re!]);
    const right = emitter.node("Atan", [emitter.node("Div", [im!, divisor])]);
    const turn = emitter.node("Where", [emitter.node("Less", [im!, zero]), minusHalf, half]);
    const left = emitter.node("Where", [emitter.node("Less", [re!, zero]), turn, zero]);
    return emitter.node("Add", [right, left]);
  },
  adjoint({ inputs: [re, im], gradient }) {
    const pull = divide(gradient, add(multiply(re!, re!), multiply(im!, im!)));
    return [negate(multiply(pull, im!)), multiply(pull, re!)];
  },
  // Adding 0 makes −0 a 0, which a comparison does not tell apart either.
  reference: ([re, im]) => re!.map((value, i) => Math.atan2(im![i]! + 0, value + 0)),
};

/** Angle of re + i·im, radians, of equal shapes; its gradient grows as 1/r towards zero, where it is not finite. */
export function angle(re: Tensor, im: Tensor): Tensor {
  return apply(operation, [re, im], undefined);
}

// Functions of one real number, applied to each element.

import { DoselapError } from "../../errors.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { divide } from "./divide.ts";
import { keepPositive } from "./keep-where.ts";
import { multiply } from "./multiply.ts";
import { negate } from "./negate.ts";

interface Rule {
  readonly name: string;
  /** The ONNX operator. */
  readonly type: string;
  readonly value: (x: number) => number;
  /** gradient · f'(x), given x and y = f(x); undefined where f' is 0 almost everywhere. */
  readonly adjoint: (gradient: Tensor, x: Tensor, y: Tensor) => Tensor | undefined;
}

function unary({ name, type, value, adjoint }: Rule): (a: Tensor) => Tensor {
  const operation: Operation<undefined> = {
    name,
    shape: ([a]) => a!,
    emit: (emitter, { names }) => emitter.node(type, names),
    adjoint: ({ inputs: [x], output, gradient }) => [adjoint(gradient, x!, output)],
    reference: ([a]) => a!.map((x) => value(x)),
  };
  return (a) => apply(operation, [a], undefined);
}

/** max(x, 0); its derivative at 0 is 0. */
export const relu = unary({
  name: "relu",
  type: "Relu",
  value: (x) => (x < 0 ? 0 : x),
  // Asks y, not x, for the sign: x may then be overwritten, and a runtime fuses the convolution with its activation.
  adjoint: (gradient, _, y) => keepPositive(gradient, y),
});

export const exp = unary({
  name: "exp",
  type: "Exp",
  value: Math.exp,
  adjoint: (gradient, _, y) => multiply(gradient, y),
});

/** Natural logarithm. */
export const log = unary({
  name: "log",
  type: "Log",
  value: Math.log,
  adjoint: (gradient, x) => divide(gradient, x),
});

/** √x; its derivative at 0 is infinite, so a caller keeps x away from 0. */
export const sqrt = unary({
  name: "sqrt",
  type: "Sqrt",
  value: Math.sqrt,
  adjoint: (gradient, _, y) => divide(scale(gradient, 0.5), y),
});

export const sine = unary({
  name: "sine",
  type: "Sin",
  value: Math.sin,
  adjoint: (gradient, x) => multiply(gradient, cosine(x)),
});

export const cosine = unary({
  name: "cosine",
  type: "Cos",
  value: Math.cos,
  adjoint: (gradient, x) => negate(multiply(gradient, sine(x))),
});

export const tanh = unary({
  name: "tanh",
  type: "Tanh",
  value: Math.tanh,
  adjoint: (gradient, _, y) => multiply(gradient, offset(negate(square(y)), 1)),
});

/** 1 / (1 + exp(−x)). */
export const sigmoid = unary({
  name: "sigmoid",
  type: "Sigmoid",
  value: (x) => 1 / (1 + Math.exp(-x)),
  adjoint: (gradient, _, y) => multiply(gradient, multiply(y, offset(negate(y), 1))),
});

/** |x|; its derivative at 0 is 0. */
export const absolute = unary({
  name: "absolute",
  type: "Abs",
  value: Math.abs,
  adjoint: (gradient, x) => multiply(gradient, sign(x)),
});

/** −1, 0 or 1; its derivative is taken as 0. */
export const sign = unary({
  name: "sign",
  type: "Sign",
  value: Math.sign,
  adjoint: () => undefined,
});

/** x². */
export function square(a: Tensor): Tensor {
  return multiply(a, a);
}

/** An operation with a number k that is part of the model. */
function withNumber(
  name: string,
  {
    type,
    value,
    adjoint,
  }: {
    readonly type: string;
    readonly value: (x: number, k: number) => number;
    readonly adjoint: (gradient: Tensor, k: number) => Tensor;
  },
): (a: Tensor, k: number) => Tensor {
  const operation: Operation<{ readonly k: number }> = {
    name,
    shape([a], { k }) {
      if (Number.isFinite(k)) return a!;
      throw new DoselapError("Range", `${name}: its number is none`, {
        expected: "a finite number",
        got: String(k),
      });
    },
    emit: (emitter, { names: [a], attributes }) =>
      emitter.node(type, [a!, emitter.floats([], [attributes.k])]),
    adjoint: ({ gradient, attributes }) => [adjoint(gradient, attributes.k)],
    reference: ([a], { attributes }) => a!.map((x) => value(x, attributes.k)),
  };
  return (a, k) => apply(operation, [a], { k });
}

/** k · a.
 * @throws Range when k is not finite. */
export const scale = withNumber("scale", {
  type: "Mul",
  value: (x, k) => x * k,
  adjoint: (gradient, k) => scale(gradient, k),
});

/** a + k.
 * @throws Range when k is not finite. */
export const offset = withNumber("offset", {
  type: "Add",
  value: (x, k) => x + k,
  adjoint: (gradient) => gradient,
});

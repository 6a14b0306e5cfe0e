// Complex fields as pairs of real tensors, and the few things that are done to them.

import { add } from "../ops/add.ts";
import { multiply } from "../ops/multiply.ts";
import { subtract } from "../ops/subtract.ts";
import { scale, square } from "../ops/unary.ts";
import type { Tensor } from "../graph/tensor.ts";

/** Both of one shape. */
export interface Field {
  readonly re: Tensor;
  readonly im: Tensor;
}

/** a·b. */
export function product(a: Field, b: Field): Field {
  return {
    re: subtract(multiply(a.re, b.re), multiply(a.im, b.im)),
    im: add(multiply(a.re, b.im), multiply(a.im, b.re)),
  };
}

/** a* , the complex conjugate. */
export function conjugate({ re, im }: Field): Field {
  return { re, im: scale(im, -1) };
}

/** |a|². */
export function intensity({ re, im }: Field): Tensor {
  return add(square(re), square(im));
}

/** f·a of a real f. */
export function weighted(f: Tensor, { re, im }: Field): Field {
  return { re: multiply(f, re), im: multiply(f, im) };
}

/** The same change of both parts. */
export function mapField({ re, im }: Field, change: (part: Tensor) => Tensor): Field {
  return { re: change(re), im: change(im) };
}

// Complex fields as pairs of real tensors, and the few things that are done to them.

import { add } from "../ops/add.ts";
import { multiply } from "../ops/multiply.ts";
import { subtract } from "../ops/subtract.ts";
import { cosine, sine, square } from "../ops/unary.ts";
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

/** a·b*. */
export function conjugateProduct(a: Field, b: Field): Field {
  return {
    re: add(multiply(a.re, b.re), multiply(a.im, b.im)),
    im: subtract(multiply(a.im, b.re), multiply(a.re, b.im)),
  };
}

/** r e^{iφ}. */
export function polarField(modulus: Tensor, phase: Tensor): Field {
  return { re: multiply(modulus, cosine(phase)), im: multiply(modulus, sine(phase)) };
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

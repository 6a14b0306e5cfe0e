// An image from its gradients, by weighted least squares:
//   min Σ over neighbours of w_ab (u_b − u_a − (g_a + g_b)/2)²,  w_ab the smaller of the two weights.
// Nothing is asked of the borders.

import { conjugateGradients } from "./conjugate-gradients.ts";

export interface Gradients {
  readonly height: number;
  readonly width: number;
  /** Differences per pixel to the right and downwards, real [height, width]. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** How much each pixel counts, above 0. */
  readonly weight: Float64Array;
}

/** Square of the residual, as a share of the first one, at which the search ends. */
const precise = 1e-10;
/** Steps, per pixel of height and width, after which it ends in any case: it takes one or two. */
const stepsPerSide = 20;

/** The image, real [height, width], whose weighted mean is 0. */
export function integrateGradients({ height, width, x, y, weight }: Gradients): Float64Array {
  /** Every pair of neighbours, its weight, and the difference that is wanted. */
  const overPairs = (visit: (a: number, b: number, weight: number, difference: number) => void): void => {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const a = row * width + column;
        const pair = (b: number, slope: Float64Array): void =>
          visit(a, b, Math.min(weight[a]!, weight[b]!), (slope[a]! + slope[b]!) / 2);
        if (column + 1 < width) pair(a + 1, x);
        if (row + 1 < height) pair(a + width, y);
      }
    }
  };
  const wanted = new Float64Array(height * width);
  /** Σ w of each pixel's pairs: the diagonal, by which steps are divided, so that faint parts settle as fast as bright ones. */
  const share = new Float64Array(wanted.length);
  overPairs((a, b, w, difference) => {
    wanted[a] = wanted[a]! - w * difference;
    wanted[b] = wanted[b]! + w * difference;
    share[a] = share[a]! + w;
    share[b] = share[b]! + w;
  });
  const { x: image } = conjugateGradients(wanted, {
    apply(v, out) {
      out.fill(0);
      overPairs((a, b, w) => {
        const along = w * (v[b]! - v[a]!);
        out[a] = out[a]! - along;
        out[b] = out[b]! + along;
      });
    },
    precondition(r, out) {
      for (let i = 0; i < r.length; i++) out[i] = r[i]! / share[i]!;
    },
    leastShare: precise,
    mostSteps: stepsPerSide * (height + width),
  });
  const total = weight.reduce((a, b) => a + b, 0);
  const mean = image.reduce((sum, value, i) => sum + weight[i]! * value, 0) / total;
  return image.map((value) => value - mean);
}

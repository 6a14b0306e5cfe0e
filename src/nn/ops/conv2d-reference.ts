// Convolution with zero padding, the transposed convolution of stride 2, and their adjoints, in float64, straight from their
// sums.

import { elementCount, type Shape } from "../graph/shape.ts";

/** Visits every pair of an output pixel and an input pixel under a k × k kernel, for one pair of planes of `height` by
 * `width`: visit(output position, input position, kernel position). */
function eachPair(
  { height, width, k }: { readonly height: number; readonly width: number; readonly k: number },
  visit: (to: number, from: number, tap: number) => void,
): void {
  const reach = (k - 1) / 2;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let u = Math.max(0, reach - row); u < Math.min(k, height + reach - row); u++) {
        for (let v = Math.max(0, reach - column); v < Math.min(k, width + reach - column); v++) {
          visit(row * width + column, (row + u - reach) * width + column + v - reach, u * k + v);
        }
      }
    }
  }
}

/** y[b, co, p] = bias[co] + Σ w[co, ci, t] x[b, ci, p + t]. */
export function convolve(
  x: Float64Array,
  weights: Float64Array,
  bias: Float64Array | undefined,
  [shape, kernel]: readonly Shape[],
): Float64Array {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const [out, , k] = kernel as [number, number, number, number];
  const plane = height * width;
  const y = new Float64Array(batch * out * plane);
  for (let to = 0; to < batch * out; to++) {
    const co = to % out;
    if (bias !== undefined) y.fill(bias[co]!, to * plane, (to + 1) * plane);
    for (let ci = 0; ci < channels; ci++) {
      const [fromX, fromW] = [(Math.trunc(to / out) * channels + ci) * plane, (co * channels + ci) * k * k];
      eachPair({ height, width, k }, (pixel, source, tap) => {
        y[to * plane + pixel]! += weights[fromW + tap]! * x[fromX + source]!;
      });
    }
  }
  return y;
}

/** w[co, ci, t] = Σ over b and p of dy[b, co, p] x[b, ci, p + t]. */
export function correlate(
  x: Float64Array,
  dy: Float64Array,
  k: number,
  [shape, gradientShape]: readonly Shape[],
): Float64Array {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const out = gradientShape![1]!;
  const plane = height * width;
  const weights = new Float64Array(out * channels * k * k);
  for (let b = 0; b < batch; b++) {
    for (let co = 0; co < out; co++) {
      for (let ci = 0; ci < channels; ci++) {
        const [fromX, fromY] = [(b * channels + ci) * plane, (b * out + co) * plane];
        eachPair({ height, width, k }, (pixel, source, tap) => {
          weights[(co * channels + ci) * k * k + tap]! += dy[fromY + pixel]! * x[fromX + source]!;
        });
      }
    }
  }
  return weights;
}

/** Visits every product of a convolution of stride 2 with 4 × 4 taps, padded by 1, between images of `small` size, [B, Ci, H,
 * W], and images of twice that size with `out` channels: visit(small position, large position, kernel position). */
function eachExpandedPair(
  [batch, into, height, width]: Shape,
  out: number,
  visit: (small: number, large: number, tap: number) => void,
): void {
  const columns = 2 * width!;
  for (let at = 0; at < batch! * into! * height! * width!; at++) {
    const [column, row] = [at % width!, Math.trunc(at / width!) % height!];
    const plane = Math.trunc(at / (width! * height!));
    const [ci, b] = [plane % into!, Math.trunc(plane / into!)];
    for (let tap = 0; tap < 16; tap++) {
      const [i, j] = [2 * row + (tap >> 2) - 1, 2 * column + (tap & 3) - 1];
      if (i < 0 || j < 0 || i >= 2 * height! || j >= columns) continue;
      for (let co = 0; co < out; co++) {
        visit(at, ((b * out + co) * 2 * height! + i) * columns + j, (ci * out + co) * 16 + tap);
      }
    }
  }
}

/** y[b, co, 2p + t − 1] = bias[co] + Σ K[ci, co, t] x[b, ci, p]. */
export function expandImages(
  x: Float64Array,
  kernel: Float64Array,
  bias: Float64Array | undefined,
  [small, kernelShape]: readonly Shape[],
): Float64Array {
  const out = kernelShape![1]!;
  const plane = 4 * small![2]! * small![3]!;
  const y = Float64Array.from(
    { length: small![0]! * out * plane },
    (_, i) => bias?.[Math.trunc(i / plane) % out] ?? 0,
  );
  eachExpandedPair(small!, out, (from, to, tap) => (y[to]! += kernel[tap]! * x[from]!));
  return y;
}

/** x[b, ci, p] = Σ K[ci, co, t] y[b, co, 2p + t − 1]. */
export function contractImages(
  y: Float64Array,
  kernel: Float64Array,
  [large, kernelShape]: readonly Shape[],
): Float64Array {
  const small = [large![0]!, kernelShape![0]!, large![2]! / 2, large![3]! / 2];
  const x = new Float64Array(elementCount(small));
  eachExpandedPair(small, large![1]!, (to, from, tap) => (x[to]! += kernel[tap]! * y[from]!));
  return x;
}

/** K[ci, co, t] = Σ over b and p of x[b, ci, p] y[b, co, 2p + t − 1]. */
export function correlateWithExpanded(
  x: Float64Array,
  y: Float64Array,
  [small, large]: readonly Shape[],
): Float64Array {
  const out = large![1]!;
  const kernel = new Float64Array(small![1]! * out * 16);
  eachExpandedPair(small!, out, (a, b, tap) => (kernel[tap]! += x[a]! * y[b]!));
  return kernel;
}

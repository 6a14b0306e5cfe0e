// An image without detail finer than a width: normalised convolution with a Gaussian,
//   s = G∗(w d) / G∗w,  G ∝ exp(−r²/2σ²) out to 3σ
// The weight w is the light: what faint pixels hold is mostly noise, and counts as little. Where no light is in reach, d stays.
// Knutsson & Westin 1993, doi:10.1109/CVPR.1993.341081.

import type { RealImage } from "../../array/ndarray.ts";
import { gaussianKernel } from "../../math/gaussian-kernel.ts";
import { peak } from "../../math/stats.ts";

/** Standard deviations at which the Gaussian ends. */
const reach = 3;
/** Share of the light's peak below which its mean over the Gaussian is none. */
const dark = 1e-6;

/** The image smoothed by σ = `sigmaPx` pixels, with the weight of each pixel, both [H, W]. */
export function smoothed(
  { data, height, width }: RealImage,
  light: Float32Array,
  sigmaPx: number,
): RealImage {
  const end = Math.ceil(reach * sigmaPx);
  const taps = gaussianKernel(sigmaPx, end);
  /** Along rows or columns; nothing lies beyond the border. */
  function pass(image: Float64Array, along: "x" | "y"): Float64Array {
    const [stride, length] = along === "x" ? [1, width] : [width, height];
    const out = new Float64Array(image.length);
    for (let i = 0; i < image.length; i++) {
      const at = along === "x" ? i % width : Math.floor(i / width);
      const [first, last] = [Math.max(-end, -at), Math.min(end, length - 1 - at)];
      for (let k = first; k <= last; k++) out[i] = out[i]! + taps[k + end]! * image[i + k * stride]!;
    }
    return out;
  }
  const both = (image: Float64Array): Float64Array => pass(pass(image, "x"), "y");
  const weight = both(Float64Array.from(light));
  const sum = both(Float64Array.from(light, (w, i) => w * data[i]!));
  const least = dark * peak(light);
  return { height, width, data: data.map((value, i) => (weight[i]! > least ? sum[i]! / weight[i]! : value)) };
}

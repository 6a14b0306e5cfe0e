// A smooth random object: hills and valleys whose power falls with spatial frequency, without edges.

import type { RealImage } from "../../array/ndarray.ts";
import { blankLayer, stretch } from "./canvas.ts";
import { addNoise } from "./noise.ts";

/** Values in [0, 1]. The two layers of one seed are independent fields. */
export function smoothPhaseLayer(height: number, width: number, seed: number, layer: 0 | 1): RealImage {
  const image = blankLayer(height, width);
  addNoise(image, 1, { seed, layer: 6 + layer, coarsestPx: 48, finestPx: 3, persistence: 0.55 });
  stretch(image);
  return image;
}

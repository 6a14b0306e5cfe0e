// What several frames say of the object they share, as one canvas:
//   O = Σ_c S_c(w·o_c) / (Σ_c S_c w + ε·max),  w = Σ_m|p_m|²
// o_c the patch that frame c gives, S_c the bilinear adjoint that adds it to the canvas (patches.ts). One weight in numerator
// and denominator, so patches that agree come out as they are, and a pixel counts by the light that it was seen in. Where
// no light fell the canvas is 0, which no frame can tell from anything else.

import type { Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { divide } from "../ops/divide.ts";
import { expand } from "../ops/expand.ts";
import { peak } from "../ops/peak.ts";
import { scale } from "../ops/unary.ts";
import { mapField, weighted, type Field } from "./field.ts";
import { scatterPatches, type Sampler } from "./patches.ts";

/** ε: in less than this share of the brightest pixel's light a quotient is rounding. */
const darkShare = 1e-6;

/** Canvases [B, Z, Z] of patches [B·C, N, N], and the light Σ_c S_c w on them; `weight` [1, N, N]. */
export function assemblePatches(
  patches: Field,
  weight: Tensor,
  places: Sampler,
): { readonly object: Field; readonly light: Tensor } {
  const weights = expand(weight, patches.re.shape);
  const light = scatterPatches({ re: weights, im: weights }, places).re;
  const divisor = add(light, scale(expand(peak(light, [1, 2]), light.shape), darkShare));
  const sums = scatterPatches(weighted(weights, patches), places);
  return { object: mapField(sums, (part) => divide(part, divisor)), light };
}

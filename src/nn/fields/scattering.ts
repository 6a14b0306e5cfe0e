// The forward model in the graph: what a canvas sends to the detector, and how frames pull at it.
//   f_cm = F(p_m·O_c),  I_c = Σ_m|f_cm|²,   G = Σ_c S_c Σ_m p_m* F⁻¹[ f_cm (s_c/√(I_c + b) − 1) ]
// O_c the patch of frame c, S_c the adjoint that adds it back, p = P/√dose, s = √(counts/dose): numbers of order 1 at any
// dose, b the background. G is the gradient of Σ(√(I + b) − s)², as the kernels' amplitude gradient (compute/scan-kernels.ts).

import type { Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { divide } from "../ops/divide.ts";
import { expand } from "../ops/expand.ts";
import { keepPositive } from "../ops/keep-where.ts";
import { crop2d } from "../ops/pad2d.ts";
import { peak } from "../ops/peak.ts";
import { slice } from "../ops/slice.ts";
import { offset, sqrt } from "../ops/unary.ts";
import { forwardDft, inverseDft, type DftMatrix } from "./dft.ts";
import { conjugateProduct, intensity, mapField, product, weighted, type Field } from "./field.ts";
import { extractPatches, scatterPatches, type Sampler } from "./patches.ts";

export interface Illumination {
  /** p_m, [modes, N, N]. */
  readonly probe: Field;
  /** Of N. */
  readonly matrix: DftMatrix;
  /** Expected background per detector pixel over the dose, where frames pull; 0 when absent. */
  readonly background?: number;
}

/** Below this share of a photon per pixel and unit of dose the modulus has no slope worth following. */
const darkIntensity = 1e-10;

/** f_cm: one field [F, N, N] (transposed) per probe mode. Beyond its canvas [B, Z, Z] the object is flat, 1. */
export function spectra(object: Field, sampler: Sampler, illumination: Illumination): Field[] {
  const contrast = extractPatches({ re: offset(object.re, -1), im: object.im }, sampler);
  const patches = { re: offset(contrast.re, 1), im: contrast.im };
  return modesOf(illumination.probe, patches.re.shape[0]!).map((mode) =>
    forwardDft(product(mode, patches), illumination.matrix),
  );
}

/** {@link spectra} of a flat object: those of the probe, for each of F frames. */
export function flatSpectra({ probe, matrix }: Illumination, frames: number): Field[] {
  const [, rows, columns] = probe.re.shape as [number, number, number];
  return modesOf(probe, 1).map((mode) =>
    mapField(forwardDft(mode, matrix), (part) => expand(part, [frames, rows, columns])),
  );
}

/** I_c, [F, N, N], transposed. */
export function totalIntensity(modes: readonly Field[]): Tensor {
  return modes.map(intensity).reduce(add);
}

/** G, canvases [B, Z, Z], where an object's {@link spectra} are `modes`; `amplitudes` s_c [F, N, N], transposed. With `masked`
 * a negative amplitude is a pixel that measured nothing: it stays as the object has it, as in the kernels. */
export function objectGradient(
  modes: readonly Field[],
  sampler: Sampler,
  amplitudes: Tensor,
  { masked = false, ...illumination }: Illumination & { readonly masked?: boolean | undefined },
): Field {
  const { background = 0 } = illumination;
  const ratio = divide(amplitudes, sqrt(offset(totalIntensity(modes), background + darkIntensity)));
  const change = offset(ratio, -1);
  const factor = masked ? keepPositive(change, offset(amplitudes, 0.5)) : change;
  const probes = modesOf(illumination.probe, amplitudes.shape[0]!);
  const pulls = modes.map((mode, m) =>
    conjugateProduct(inverseDft(weighted(factor, mode), illumination.matrix), probes[m]!),
  );
  const pull = pulls.reduce((a, b) => ({ re: add(a.re, b.re), im: add(a.im, b.im) }));
  return scatterPatches(pull, sampler);
}

/** Σ_m|p_m|², [1, N, N]. */
export function probePower(probe: Field): Tensor {
  const power = intensity(probe);
  const modes = Array.from({ length: power.shape[0]! }, (_, m) => slice(power, 0, m, m + 1));
  return modes.reduce(add);
}

/** cov inside of a border of each canvas, and its peak on the whole canvas, as large: [B, S, S]. */
export interface InsideLight {
  readonly cov: Tensor;
  readonly largest: Tensor;
}

/** Light of the frames of each canvas: cov = Σ_c S_c Σ_m|p_m|². */
export function lightInside(
  probe: Field,
  canvas: Sampler,
  border: Parameters<typeof crop2d>[1],
): InsideLight {
  const power = probePower(probe);
  const [groups, framesPerGroup] = canvas.columns.shape as [number, number, number, number];
  const [, rows, columns] = power.shape as [number, number, number];
  const spread = expand(power, [groups * framesPerGroup, rows, columns]);
  const whole = scatterPatches({ re: spread, im: spread }, canvas).re;
  const cov = crop2d(whole, border);
  return { cov, largest: expand(peak(whole, [1, 2]), cov.shape) };
}

/** Each mode alone, repeated for every frame: [F, N, N]. */
function modesOf(probe: Field, frames: number): Field[] {
  const [modes, rows, columns] = probe.re.shape as [number, number, number];
  return Array.from({ length: modes }, (_, m) =>
    mapField(probe, (part) => expand(slice(part, 0, m, m + 1), [frames, rows, columns])),
  );
}

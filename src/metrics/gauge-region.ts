// What the gauge measures inside the compared region: the product whose phase is the ramp, and the windowed fields whose
// correlation peak is the shift. Fields are complex128 [h, w] interleaved, over the whole frame; the region is the box
// around the mask.

import { fastLength } from "../math/fft64.ts";
import { cropMask, maskBox, type Box, type PixelMask } from "./mask.ts";
import { estimateCurvature } from "./phase-curvature.ts";
import { estimateRamp, type Ramp } from "./phase-ramp.ts";
import { registrationShift, type Registration, type ShiftWindow } from "./register.ts";
import { removeRamp } from "./gauge-removal.ts";

/** The compared part of a frame. */
export interface Region {
  readonly height: number;
  readonly width: number;
  readonly box: Box;
  readonly rows: number;
  readonly columns: number;
  /** The mask inside the box. */
  readonly mask: PixelMask | undefined;
}

export function regionOf(
  size: { readonly height: number; readonly width: number },
  mask?: PixelMask,
): Region {
  const box = maskBox(size, mask);
  const { height, width } = size;
  const inside = cropMask(mask, width, box);
  return { height, width, box, rows: box.y1 - box.y0, columns: box.x1 - box.x0, mask: inside };
}

/** Ramp of a field against another, inside the region. */
export function measureRamp(
  field: Float64Array,
  reference: Float64Array,
  region: Region,
  options: { readonly nearZero?: boolean } = {},
): Ramp {
  return estimateRamp(productOf(field, reference, region), region.rows, region.columns, options);
}

/** Phase curvature of a field against another, rad/px² about the centre of the region's box. */
export function measureCurvature(
  field: Float64Array,
  reference: Float64Array,
  region: Region,
  options: { readonly nearZero?: boolean } = {},
): number {
  return estimateCurvature(productOf(field, reference, region), region.rows, region.columns, options);
}

/** field·reference* inside the region, zero outside its mask. */
function productOf(field: Float64Array, reference: Float64Array, region: Region): Float64Array {
  const { rows, columns, mask } = region;
  const product = new Float64Array(2 * rows * columns);
  for (let o = 0; o < rows * columns; o++) {
    if (mask !== undefined && mask[o] === 0) continue;
    const i = frameIndex(o, region);
    product[2 * o] = field[i]! * reference[i]! + field[i + 1]! * reference[i + 1]!;
    product[2 * o + 1] = field[i + 1]! * reference[i]! - field[i]! * reference[i + 1]!;
  }
  return product;
}

/** How far a field lies from another, inside the region; {@link registrationShift} says what is looked for. */
export function measureShift(
  field: Float64Array,
  reference: Float64Array,
  region: Region,
  within?: ShiftWindow,
): Registration {
  const a = windowed(field, region);
  const b = windowed(reference, region);
  if (a === null || b === null) return { shift: { x: 0, y: 0 }, elsewhere: undefined };
  return registrationShift(a, b, {
    height: fastLength(region.rows),
    width: fastLength(region.columns),
    ...(within === undefined ? {} : { within }),
  });
}

/** |Σ f r*| / √(Σ|f|² Σ|r|²) inside the region: 1 for fields that are equal but for a complex factor. */
export function coherence(field: Float64Array, reference: Float64Array, region: Region): number {
  const { rows, columns, mask } = region;
  let [re, im, own, wanted] = [0, 0, 0, 0];
  for (let o = 0; o < rows * columns; o++) {
    if (mask !== undefined && mask[o] === 0) continue;
    const i = frameIndex(o, region);
    const [a, b, c, d] = [field[i]!, field[i + 1]!, reference[i]!, reference[i + 1]!];
    re += a * c + b * d;
    im += b * c - a * d;
    own += a * a + b * b;
    wanted += c * c + d * d;
  }
  const whole = Math.sqrt(own * wanted);
  return whole > 0 ? Math.hypot(re, im) / whole : 0;
}

/** True for a field that is constant but for a ramp: it has nothing to register, and its ramp would look like a shift. */
export function isFlat(field: Float64Array, region: Region): boolean {
  if (windowed(field, region) === null) return true;
  const amplitude = new Float64Array(field.length);
  for (let i = 0; i < field.length; i += 2) amplitude[i] = Math.sqrt(field[i]! ** 2 + field[i + 1]! ** 2);
  if (windowed(amplitude, region) !== null) return false;
  const flattened = field.slice();
  removeRamp(flattened, region, measureRamp(field, amplitude, region));
  return windowed(flattened, region) === null;
}

/** Field minus its mean under mask × Hann, times mask × Hann, padded with zeros to fast lengths; null
 * when it does not vary beyond float32 rounding. */
function windowed(field: Float64Array, region: Region): Float64Array | null {
  const { rows, columns, mask } = region;
  const alongX = halfSampleHann(columns);
  const alongY = halfSampleHann(rows);
  const padded = fastLength(columns);
  const out = new Float64Array(2 * fastLength(rows) * padded);
  const weight = new Float64Array(rows * columns);
  let [re, im, total, power] = [0, 0, 0, 0];
  for (let o = 0; o < weight.length; o++) {
    if (mask !== undefined && mask[o] === 0) continue;
    const w = alongX[o % columns]! * alongY[Math.floor(o / columns)]!;
    const i = frameIndex(o, region);
    weight[o] = w;
    re += w * field[i]!;
    im += w * field[i + 1]!;
    total += w;
    power += w * (field[i]! ** 2 + field[i + 1]! ** 2);
  }
  let spread = 0;
  for (let o = 0; o < weight.length; o++) {
    const i = frameIndex(o, region);
    const dr = field[i]! - re / total;
    const di = field[i + 1]! - im / total;
    spread += weight[o]! * (dr * dr + di * di);
    const at = 2 * (Math.floor(o / columns) * padded + (o % columns));
    out[at] = weight[o]! * dr;
    out[at + 1] = weight[o]! * di;
  }
  return spread > 1e-12 * power ? out : null;
}

/** Hann sampled between its zeros, so that the border of a small box still counts. */
function halfSampleHann(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / n));
}

/** Where pixel `o` of the box lies in an interleaved frame. */
function frameIndex(o: number, { width, columns, box }: Region): number {
  return 2 * ((box.y0 + Math.floor(o / columns)) * width + box.x0 + (o % columns));
}

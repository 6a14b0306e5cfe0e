// Pictures smaller than the images: whole blocks of complex values averaged; and ranges taken from the truth or
// reference inside the mask, so that every picture of a row is drawn alike.

import type { ComplexImage } from "../array/ndarray.ts";
import { fullCircle, type Mask, type PhaseRange, type ValueRange } from "./images.ts";

/** Averages b × b blocks, leaving out what does not fill one; the image itself for b = 1. */
export function shrink(image: ComplexImage, b: number): ComplexImage {
  if (b === 1) return image;
  const [height, width] = [Math.floor(image.height / b), Math.floor(image.width / b)];
  const data = new Float32Array(2 * height * width);
  for (let y = 0; y < height * b; y++) {
    for (let x = 0; x < width * b; x++) {
      const to = 2 * (Math.floor(y / b) * width + Math.floor(x / b));
      const from = 2 * (y * image.width + x);
      data[to] = data[to]! + image.data[from]! / (b * b);
      data[to + 1] = data[to + 1]! + image.data[from + 1]! / (b * b);
    }
  }
  return { height, width, data };
}

/** The mask of `shrink`: a block shows when all of its pixels do. @param size of the unshrunk image. */
export function shrinkMask(
  mask: Uint8Array,
  size: { readonly height: number; readonly width: number },
  b: number,
): Uint8Array {
  if (b === 1) return mask;
  const [height, width] = [Math.floor(size.height / b), Math.floor(size.width / b)];
  const out = new Uint8Array(height * width).fill(1);
  for (let y = 0; y < height * b; y++) {
    for (let x = 0; x < width * b; x++) {
      if (mask[y * size.width + x] === 0) out[Math.floor(y / b) * width + Math.floor(x / b)] = 0;
    }
  }
  return out;
}

/** Grey range: 0.5 to 99.5 % of |O| inside the mask; around the value when the image is flat. */
export function clippedAmplitudeRange({ data }: ComplexImage, mask: Mask): ValueRange {
  const [min, max] = quantiles(inside(mask, (i) => Math.hypot(data[2 * i]!, data[2 * i + 1]!)));
  return max - min > 1e-3 * Math.max(max, 1e-30) ? { min, max } : { min: 0.5 * min, max: 1.5 * max + 1e-30 };
}

/** The whole circle; or a half, quarter or eighth of it around the middle when the phases fill less than half of that:
 * then they all lie on the rising, cool side of the table and what strays beyond shows up warm. */
export function phaseRange({ data }: ComplexImage, mask: Mask): PhaseRange {
  const phases = inside(mask, (i) => Math.atan2(data[2 * i + 1]!, data[2 * i]!));
  const middle = Math.atan2(
    phases.reduce((sum, phase) => sum + Math.sin(phase), 0),
    phases.reduce((sum, phase) => sum + Math.cos(phase), 0),
  );
  const turned = phases.map(
    (phase) => phase - middle - 2 * Math.PI * Math.round((phase - middle) / (2 * Math.PI)),
  );
  const [low, high] = quantiles(turned);
  const half = 1.1 * ((high - low) / 2);
  const zoom = [8, 4, 2].find((k) => half > 0 && half <= Math.PI / (2 * k));
  if (zoom === undefined) return fullCircle;
  return { centerRad: Number((middle + (low + high) / 2).toFixed(2)), spanRad: (2 * Math.PI) / zoom };
}

function inside(mask: Mask, valueAt: (pixel: number) => number): number[] {
  const values: number[] = [];
  for (let i = 0; i < mask.length; i++) {
    const value = mask[i] === 0 ? Number.NaN : valueAt(i);
    if (Number.isFinite(value)) values.push(value);
  }
  return values;
}

function quantiles(values: number[]): [number, number] {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return [0, 0];
  return [sorted[Math.floor(0.005 * (sorted.length - 1))]!, sorted[Math.ceil(0.995 * (sorted.length - 1))]!];
}

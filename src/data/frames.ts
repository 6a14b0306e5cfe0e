// Operations on stacks of frames: axis order, place of the zero frequency, domain, power.
// Frames are N×N, frame first. The zero frequency belongs at index (N/2, N/2).

import { ndarray, type AnyArray } from "../array/ndarray.ts";
import type { NumberArray } from "./cast.ts";

/** (H, W, M) to (M, H, W); float32 stays float32, other dtypes become float64, exact for counts. */
export function framesFirst(
  data: NumberArray,
  [height, width, frames]: readonly [number, number, number],
): AnyArray {
  const shape = [frames, height, width];
  const pixels = height * width;
  const out = data instanceof Float32Array ? new Float32Array(data.length) : new Float64Array(data.length);
  for (let p = 0; p < pixels; p++) {
    for (let m = 0; m < frames; m++) out[m * pixels + p] = data[p * frames + m]!;
  }
  return out instanceof Float32Array ? ndarray("float32", shape, out) : ndarray("float64", shape, out);
}

/** Amplitudes √v of counts or intensities, or the values themselves, as float32. Never changes its input. */
export function toAmplitude(data: NumberArray, domain: "amplitude" | "intensity" | "counts"): Float32Array {
  const out = new Float32Array(data.length);
  if (domain === "amplitude") out.set(data);
  else for (let i = 0; i < data.length; i++) out[i] = Math.sqrt(data[i]!);
  return out;
}

/** Moves the zero frequency of every frame from [0, 0] to (N/2, N/2), in a new array. */
export function centreDc(data: Float32Array, size: number): Float32Array {
  const out = new Float32Array(data.length);
  const pixels = size * size;
  const half = Math.floor(size / 2);
  for (let start = 0; start < data.length; start += pixels) {
    for (let y = 0; y < size; y++) {
      const to = start + ((y + half) % size) * size;
      for (let x = 0; x < size; x++) out[to + ((x + half) % size)] = data[start + y * size + x]!;
    }
  }
  return out;
}

/** Shares of the mean pattern within N/8 of the middle and of the (wrapped) corner. */
export function dcShares(data: NumberArray, size: number): { centre: number; corner: number } {
  const pixels = size * size;
  const mean = new Float64Array(pixels);
  for (let i = 0; i < data.length; i++) mean[i % pixels]! += data[i]!;
  const reach = Math.max(1, size / 8);
  const half = Math.floor(size / 2);
  let total = 0;
  let centre = 0;
  let corner = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const value = mean[y * size + x]!;
      total += value;
      if (Math.abs(y - half) <= reach && Math.abs(x - half) <= reach) centre += value;
      if (Math.min(y, size - y) <= reach && Math.min(x, size - x) <= reach) corner += value;
    }
  }
  return total > 0 ? { centre: centre / total, corner: corner / total } : { centre: 0, corner: 0 };
}

/** Σ amplitude² of every frame: its counts when amplitudes are √counts. */
export function frameCounts(amplitude: Float32Array, size: number): Float64Array {
  const pixels = size * size;
  const counts = new Float64Array(amplitude.length / pixels);
  for (let i = 0; i < amplitude.length; i++) counts[Math.floor(i / pixels)]! += amplitude[i]! * amplitude[i]!;
  return counts;
}

/** Mean over the scan of the counts per frame. */
export function meanCounts(amplitude: Float32Array, size: number): number {
  const counts = frameCounts(amplitude, size);
  return counts.reduce((sum, value) => sum + value, 0) / counts.length;
}

/** True when no value has a fraction. */
export function allWhole(data: NumberArray): boolean {
  return data.every((value) => Number.isInteger(value));
}

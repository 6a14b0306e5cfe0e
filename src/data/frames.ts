// Operations on stacks of frames: axis order, place of the zero frequency, domain, power.
// Frames are N×N, frame first. The zero frequency belongs at index (N/2, N/2).

import { ndarray, type AnyArray } from "../array/ndarray.ts";
import type { NumberArray } from "../array/cast.ts";

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

/** What the values of a file's frames are. */
export interface FrameForm {
  /** N. */
  readonly size: number;
  readonly domain: "amplitude" | "intensity" | "counts";
  /** Where the zero frequency lies: index (N/2, N/2) or [0, 0]. */
  readonly dc: "center" | "corner";
}

/** Writes one frame as amplitudes: √v of counts or intensities, or the values themselves, rounded to float32; the zero
 * frequency goes to (N/2, N/2). Never changes its input. */
export function amplitudeWriter({
  size,
  domain,
  dc,
}: FrameForm): (values: NumberArray, out: Float32Array) => void {
  const isSquared = domain !== "amplitude";
  const shift = dc === "corner" ? Math.floor(size / 2) : 0;
  return (values, out) => {
    for (let y = 0, i = 0; y < size; y++) {
      const line = ((y + shift) % size) * size;
      for (let x = 0, column = shift; x < size; x++, i++) {
        const value = values[i]!;
        out[line + column] = isSquared ? Math.sqrt(value) : value;
        if (++column === size) column = 0;
      }
    }
  };
}

/** The same for all frames, [M, N, N], in a new array. */
export function toAmplitudes(data: NumberArray, form: FrameForm): Float32Array {
  const out = new Float32Array(data.length);
  const write = amplitudeWriter(form);
  const pixels = form.size ** 2;
  for (let at = 0; at < data.length; at += pixels) {
    write(data.subarray(at, at + pixels), out.subarray(at, at + pixels));
  }
  return out;
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

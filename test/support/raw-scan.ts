// Scans as a detector would have recorded them, in memory, with everything about them known.

import type { DType } from "../../src/array/ndarray.ts";
import type { RawScan } from "../../src/io/scan/raw-scan.ts";

export interface RecordedScan {
  readonly height: number;
  readonly width: number;
  /** Value of a pixel in a frame. */
  readonly valueAt: (frame: number, y: number, x: number) => number;
  readonly frames: number;
  readonly dtype?: DType;
}

/** Four frames a row on a raster of 1 µm, 8 keV, 2 m, pixels of 75 µm; any part can be replaced. */
export function rawScan(
  { height, width, valueAt, frames: count, dtype = "uint32" }: RecordedScan,
  parts: Partial<RawScan> = {},
): RawScan {
  const pixels = height * width;
  const data = new Float64Array(count * pixels);
  for (let m = 0, i = 0; m < count; m++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[i++] = valueAt(m, y, x);
  const read = (first: number, many: number): Promise<Float64Array> =>
    Promise.resolve(data.slice(first * pixels, (first + many) * pixels));
  const shape = [count, height, width];
  const part = async (first: number, many: number) => ({
    dtype: "float64" as const,
    shape: [many, height, width],
    data: await read(first, many),
  });
  return {
    file: "scan.h5",
    format: "in memory",
    frames: {
      node: {
        path: "/data",
        shape,
        dtype,
        typeName: dtype,
        storage: "",
        attributes: () => ({}),
        read: () => part(0, count),
        readRows: part,
      },
      count,
      height,
      width,
      domain: undefined,
      read,
    },
    positions: {
      x: Float64Array.from({ length: count }, (_, m) => 1e-6 * (m % 4)),
      y: Float64Array.from({ length: count }, (_, m) => 1e-6 * Math.floor(m / 4)),
      unit: "m",
    },
    geometry: { wavelengthM: 1.55e-10, distanceM: 2, detectorPixelM: { x: 75e-6, y: 75e-6 } },
    told: [],
    conversions: [],
    warnings: [],
    ...parts,
  };
}

/** A seeded source of numbers in [0, 1) that shares nothing with ours: mulberry32. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Counts of a mean, by multiplication of uniforms (Knuth), in pieces that e^−λ does not underflow. */
export function countsOf(mean: number, next: () => number): number {
  let [count, left] = [0, mean];
  while (left > 0) {
    const piece = Math.min(left, 200);
    left -= piece;
    for (let product = next(), limit = Math.exp(-piece); product > limit; product *= next()) count++;
  }
  return count;
}

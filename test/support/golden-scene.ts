// The images of the golden metrics: closed forms plus an integer-hash noise, as fixtures/make_metrics_goldens.py makes them.

import type { ComplexImage, RealImage } from "../../src/array/ndarray.ts";

/** Uniform in [−1, 1): the integer hash of the script. */
function noise(pixel: number, seed: number): number {
  let h = (Math.imul(pixel, 2654435761) + seed) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
  return ((h ^ (h >>> 16)) >>> 0) / 2147483648 - 1;
}

/** The same object for every seed, other noise. */
export function scene(height: number, width: number, seed: number, level: number): ComplexImage {
  const data = new Float32Array(2 * height * width);
  for (let i = 0; i < height * width; i++) {
    const [y, x] = [Math.floor(i / width), i % width];
    const amplitude =
      0.7 +
      0.15 * Math.sin(0.31 * x + 0.11 * y) +
      0.08 * Math.cos(0.003 * x * y) +
      0.05 * Math.sin(0.9 * y) +
      level * noise(i, seed);
    const phase =
      0.9 * Math.sin(0.07 * x - 0.13 * y) +
      0.4 * Math.cos(0.002 * (x * x + y * y)) +
      2 * level * noise(i, seed + 1);
    data[2 * i] = amplitude * Math.cos(phase);
    data[2 * i + 1] = amplitude * Math.sin(phase);
  }
  return { height, width, data };
}

/** The real part alone. */
export function realPart({ height, width, data }: ComplexImage): RealImage {
  return { height, width, data: Float64Array.from({ length: height * width }, (_, i) => data[2 * i]!) };
}

/** An ellipse inside the image, off its centre. */
export function ellipse(height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const u = (x - 0.55 * width) / (0.36 * width);
    const v = (y - 0.5 * height) / (0.4 * height);
    return u * u + v * v <= 1 ? 1 : 0;
  });
}

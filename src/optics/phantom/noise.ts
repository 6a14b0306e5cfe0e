// Smooth random fields: gradient noise summed over octaves, each turned against the last so that no lattice shows.
// Perlin, "Improving noise", ACM Trans. Graph. 21, 681 (2002). doi:10.1145/566654.566636
// Gradients are Philox draws at the lattice node's own address, so any size and window of a field agree.

import type { RealImage } from "../../array/ndarray.ts";
import { createRng, type Rng } from "../../math/random/rng.ts";

export interface NoiseOptions {
  readonly seed: number;
  /** Which field of the seed. */
  readonly layer: number;
  /** Period of the coarsest octave, pixels. */
  readonly coarsestPx: number;
  /** Octaves go on, each half as wide as the one before, down to this period. */
  readonly finestPx: number;
  /** Amplitude of an octave relative to the one before. */
  readonly persistence: number;
}

/** Adds a random field of about unit standard deviation, times `scale`. */
export function addNoise(image: RealImage, scale: number, options: NoiseOptions): void {
  const { seed, layer, coarsestPx, finestPx, persistence } = options;
  const octaves: { period: number; weight: number }[] = [];
  for (let period = coarsestPx, weight = 1; period >= finestPx; period /= 2, weight *= persistence) {
    octaves.push({ period, weight });
  }
  const norm = Math.sqrt(octaves.reduce((sum, { weight }) => sum + weight * weight, 0));
  octaves.forEach(({ period, weight }, octave) => {
    const rng = createRng(seed, "phantom", { dose: 1 + 64 * layer + octave });
    // Gradient noise with unit gradients has a standard deviation of about 0.25.
    addOctave(image, (4 * scale * weight) / norm, period, 0.6 * octave + 1.1 * layer, rng);
  });
}

function addOctave(
  { height, width, data }: RealImage,
  scale: number,
  period: number,
  turn: number,
  rng: Rng,
): void {
  const [c, s] = [Math.cos(turn) / period, Math.sin(turn) / period];
  // Lattice bounds from the turned corners; addresses are counted from the lowest node.
  const us = [0, c * width, -s * height, c * width - s * height];
  const vs = [0, s * width, c * height, s * width + c * height];
  const [u0, v0] = [Math.floor(Math.min(...us)), Math.floor(Math.min(...vs))];
  const columns = Math.ceil(Math.max(...us)) - u0 + 2;
  const rows = Math.ceil(Math.max(...vs)) - v0 + 2;
  const gradients = new Float64Array(2 * rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    rng.seek(Math.floor(i / columns), i % columns);
    const angle = 2 * Math.PI * rng.uniform();
    gradients[2 * i] = Math.cos(angle);
    gradients[2 * i + 1] = Math.sin(angle);
  }
  const dot = (column: number, row: number, du: number, dv: number): number => {
    const i = 2 * (row * columns + column);
    return gradients[i]! * du + gradients[i + 1]! * dv;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = c * x - s * y - u0;
      const v = s * x + c * y - v0;
      const column = Math.floor(u);
      const row = Math.floor(v);
      const du = u - column;
      const dv = v - row;
      const top = mix(dot(column, row, du, dv), dot(column + 1, row, du - 1, dv), fade(du));
      const bottom = mix(
        dot(column, row + 1, du, dv - 1),
        dot(column + 1, row + 1, du - 1, dv - 1),
        fade(du),
      );
      data[y * width + x] = data[y * width + x]! + scale * mix(top, bottom, fade(dv));
    }
  }
}

const fade = (t: number): number => t * t * t * (t * (6 * t - 15) + 10);
const mix = (a: number, b: number, t: number): number => a + t * (b - a);

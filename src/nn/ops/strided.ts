// Positions in a row-major array, walked along strides: how the plain twins move elements (transpose, flip, crop, expand).

import type { Shape } from "../graph/shape.ts";

/** For each element of `shape` in row-major order: start + Σ index · stride. */
export function strided(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  let positions = Int32Array.of(start);
  for (const [axis, extent] of shape.entries()) {
    const finer = new Int32Array(positions.length * extent);
    for (let i = 0; i < finer.length; i++) {
      finer[i] = positions[Math.trunc(i / extent)]! + (i % extent) * strides[axis]!;
    }
    positions = finer;
  }
  return positions;
}

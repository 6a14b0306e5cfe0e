// The Poisson deviance of some frames of a small problem, from the equations alone: what held-out scores are held against.

import type { Problem } from "../../src/engines/problem.ts";
import { createRng } from "../../src/math/random/rng.ts";
import { poisson } from "../../src/math/random/poisson.ts";
import { naiveDft2 } from "./fields.ts";

interface State {
  readonly object: { readonly width: number; readonly data: Float32Array };
  readonly probe: Float32Array;
}

/** 2 Σ(n ln(n/λ) − n + λ) per pixel over the frames, whole-pixel positions, one mode. */
export function deviancePerPixel(
  { size, positions, diffraction }: Problem & { readonly diffraction: Float32Array },
  { object, probe }: State,
  frames: readonly number[],
): number {
  const pixels = size * size;
  let sum = 0;
  for (const j of frames) {
    const [left, top] = [positions.x[j]! - size / 2, positions.y[j]! - size / 2];
    const wave = new Float64Array(2 * pixels);
    for (let i = 0; i < pixels; i++) {
      const o = 2 * ((top + Math.floor(i / size)) * object.width + left + (i % size));
      const [pr, pi, or, oi] = [probe[2 * i]!, probe[2 * i + 1]!, object.data[o]!, object.data[o + 1]!];
      wave[2 * i] = pr * or - pi * oi;
      wave[2 * i + 1] = pr * oi + pi * or;
    }
    const far = naiveDft2(wave, size, -1);
    for (let i = 0; i < pixels; i++) {
      const at = ((Math.floor(i / size) + size / 2) % size) * size + (((i % size) + size / 2) % size);
      const n = diffraction[j * pixels + at]! ** 2;
      const lambda = Math.max(1e-20, far[2 * i]! ** 2 + far[2 * i + 1]! ** 2);
      sum += 2 * ((n > 0 ? n * Math.log(n / lambda) : 0) - n + lambda);
    }
  }
  return sum / (frames.length * pixels);
}

/** The problem with Poisson counts in place of expected ones. */
export function noisy<Given extends Problem & { readonly diffraction: Float32Array }>(
  problem: Given,
  seed: number,
): Given {
  const rng = createRng(seed, "noise");
  return { ...problem, diffraction: problem.diffraction.map((root) => Math.sqrt(poisson(rng, root ** 2))) };
}

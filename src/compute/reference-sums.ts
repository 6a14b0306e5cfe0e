// Sums over one frame that the plain kernels need for optimal steps and position corrections.
// Part of reference-kernels.ts; see scan-kernels.ts for what each sum is.

import type { ScanShape, ScanViews } from "./scan-memory.ts";

export interface SumPlace {
  readonly slot: number;
  readonly waveSlot: number;
  readonly out: Float64Array;
  readonly offset: number;
}

export function lineSums({ size, modes }: ScanShape, views: ScanViews) {
  const pixels = size * size;

  /** Re and |·|² sums of the five numbers of LSQ-ML; `stepPatch` is ΔO_r. */
  function steps({ slot, waveSlot, out, offset }: SumPlace, stepPatch: Float32Array): void {
    const { probe, probeStep, patches, waves } = views;
    let [aa, bb, ab, ax, bx] = [0, 0, 0, 0, 0];
    for (let m = 0, p = 0, w = 2 * waveSlot * modes * pixels; m < modes; m++) {
      for (let i = 0, o = 2 * slot * pixels; i < 2 * pixels; i += 2, o += 2, p += 2, w += 2) {
        const ar = probe[p]! * stepPatch[i]! - probe[p + 1]! * stepPatch[i + 1]!;
        const ai = probe[p]! * stepPatch[i + 1]! + probe[p + 1]! * stepPatch[i]!;
        const br = probeStep[p]! * patches[o]! - probeStep[p + 1]! * patches[o + 1]!;
        const bi = probeStep[p]! * patches[o + 1]! + probeStep[p + 1]! * patches[o]!;
        aa += ar * ar + ai * ai;
        bb += br * br + bi * bi;
        ab += ar * br + ai * bi;
        ax += ar * waves[w]! + ai * waves[w + 1]!;
        bx += br * waves[w]! + bi * waves[w + 1]!;
      }
    }
    out[offset] = aa;
    out[offset + 1] = bb;
    out[offset + 2] = ab;
    out[offset + 3] = ax;
    out[offset + 4] = bx;
  }

  /** Slopes of the exit wave along x and y against its wanted change. */
  function shifts({ slot, waveSlot, out, offset }: SumPlace): void {
    const { probe, patches, waves } = views;
    const at = 2 * slot * pixels;
    let [cx, cy, xx, yy] = [0, 0, 0, 0];
    for (let v = 0; v < size; v++) {
      const up = Math.max(0, v - 1);
      const down = Math.min(size - 1, v + 1);
      for (let u = 0; u < size; u++) {
        const left = Math.max(0, u - 1);
        const right = Math.min(size - 1, u + 1);
        const l = at + 2 * (v * size + left);
        const r = at + 2 * (v * size + right);
        const t = at + 2 * (up * size + u);
        const b = at + 2 * (down * size + u);
        const gxr = (patches[r]! - patches[l]!) / (right - left);
        const gxi = (patches[r + 1]! - patches[l + 1]!) / (right - left);
        const gyr = (patches[b]! - patches[t]!) / (down - up);
        const gyi = (patches[b + 1]! - patches[t + 1]!) / (down - up);
        for (let m = 0; m < modes; m++) {
          const p = 2 * (m * pixels + v * size + u);
          const w = p + 2 * waveSlot * modes * pixels;
          const xr = probe[p]! * gxr - probe[p + 1]! * gxi;
          const xi = probe[p]! * gxi + probe[p + 1]! * gxr;
          const yr = probe[p]! * gyr - probe[p + 1]! * gyi;
          const yi = probe[p]! * gyi + probe[p + 1]! * gyr;
          cx += xr * waves[w]! + xi * waves[w + 1]!;
          cy += yr * waves[w]! + yi * waves[w + 1]!;
          xx += xr * xr + xi * xi;
          yy += yr * yr + yi * yi;
        }
      }
    }
    out[offset] = cx;
    out[offset + 1] = cy;
    out[offset + 2] = xx;
    out[offset + 3] = yy;
  }

  return { steps, shifts };
}

// What a network that corrects an engine's object should have given on a scan whose object is known.

import type { ComplexImage } from "../../array/ndarray.ts";
import type { Positions } from "../../array/scan.ts";
import type { ScanPlanes } from "../physics/scan-state.ts";

export interface TaughtScan {
  readonly positions: Positions;
  readonly planes: ScanPlanes;
  /** What lacks |O| and arg O, float32 [2, H, W]. */
  readonly wanted: Float32Array;
  /** How much a pixel counts, from 0 to 1: float32 [H, W]. */
  readonly weight: Float32Array;
}

/** Light, of the brightest, from which on a pixel counts in full, and below which it does not count. */
const [bright, dark] = [0.25, 0.02];

/** The truth is turned by the global phase that brings it nearest to the engine's object, which no frame tells; its brightness
 * is kept, because the probe's is known. */
export function taughtScan(planes: ScanPlanes, truth: ComplexImage, positions: Positions): TaughtScan {
  const { height, width, modulus, phase } = planes;
  const pixels = height * width;
  const weight = new Float32Array(pixels);
  let [re, im] = [0, 0];
  for (let i = 0; i < pixels; i++) {
    const light = planes.planes[4 * pixels + i]! ** 2;
    weight[i] = light < dark ? 0 : Math.min(1, light / bright);
    // Σ w O T*
    const [a, b] = [modulus[i]! * Math.cos(phase[i]!), modulus[i]! * Math.sin(phase[i]!)];
    const [c, d] = [truth.data[2 * i]!, truth.data[2 * i + 1]!];
    re += weight[i]! * (a * c + b * d);
    im += weight[i]! * (b * c - a * d);
  }
  const turn = Math.atan2(im, re);
  const wanted = new Float32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    const [c, d] = [truth.data[2 * i]!, truth.data[2 * i + 1]!];
    const apart = Math.atan2(d, c) + turn - phase[i]!;
    wanted[i] = Math.hypot(c, d) - modulus[i]!;
    wanted[pixels + i] = apart - 2 * Math.PI * Math.round(apart / (2 * Math.PI));
  }
  return { positions, planes, wanted, weight };
}

/** Mean squares, where light falls, of what lacks amplitude and phase: by them the two are made comparable. */
export function meanSquares(scans: readonly TaughtScan[]): { amplitude: number; phase: number } {
  let [amplitude, phase, light] = [0, 0, 0];
  for (const { wanted, weight } of scans) {
    for (const [i, share] of weight.entries()) {
      amplitude += share * wanted[i]! ** 2;
      phase += share * wanted[weight.length + i]! ** 2;
      light += share;
    }
  }
  return { amplitude: amplitude / light, phase: phase / light };
}

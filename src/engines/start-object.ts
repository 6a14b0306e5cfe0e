// Where no start object is given: a flat one as bright as the frames are.
//   amplitude = √( Σ_j (n_j − b_j) / Σ_j s_j E ),   E = Σ over measured pixels of Σ_m |Ψ_m|² of a flat object of amplitude 1
// Light is kept on the way to the detector, so this is the root of the sample's mean transmission. Engines whose step is the
// same everywhere (ePIE) never reach dim rims of the probe: from amplitude 1 the rims of an absorbing sample stayed there
// [ENGINE-042].

import { fft2Float64 } from "../math/fft64.ts";
import type { Problem } from "./problem.ts";
import type { ScanRun } from "./scan-run.ts";

/** Fills the run's object, unless the problem gives one. */
export function fillStartObject(run: ScanRun): void {
  if (run.problem.object !== undefined) return;
  const amplitude = startAmplitude(run);
  const { object } = run.views;
  for (let i = 0; i < object.length; i += 2) object[i] = amplitude;
}

/** From the frames that are fitted. 1 where none of them is free of saturated pixels, which hide the light that would tell, or
 * where background is all there is. */
export function startAmplitude({
  problem,
  training,
  validPixels,
  frameCounts,
  frameBackground,
}: Pick<ScanRun, "problem" | "training" | "validPixels" | "frameCounts" | "frameBackground">): number {
  const { mask, scales, size } = problem;
  const measured = size ** 2 - (mask?.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0) ?? 0);
  let [found, flat] = [0, 0];
  const expected = flatLight(problem);
  for (const j of training) {
    if (validPixels[j] !== measured) continue;
    found += frameCounts[j]! - frameBackground[j]!;
    flat += (scales?.[j] ?? 1) * expected;
  }
  return found > 0 && flat > 0 ? Math.sqrt(found / flat) : 1;
}

/** E. */
function flatLight({ probe, probeModes, size, mask, transfer }: Problem): number {
  if (mask === undefined) return probe.reduce((sum, value) => sum + value * value, 0);
  const pixels = size * size;
  // A far field lies with DC at (0, 0) here and at (N/2, N/2) in a frame.
  const shift = transfer === undefined ? size / 2 : 0;
  let light = 0;
  for (let m = 0; m < probeModes; m++) {
    const field = Float64Array.from(probe.subarray(2 * m * pixels, 2 * (m + 1) * pixels));
    fft2Float64(field, size, size);
    if (transfer !== undefined) {
      for (let i = 0; i < field.length; i += 2) {
        const [re, im, a, b] = [field[i]!, field[i + 1]!, transfer[i]!, transfer[i + 1]!];
        field[i] = re * a - im * b;
        field[i + 1] = re * b + im * a;
      }
      fft2Float64(field, size, size, { inverse: true });
    }
    // The inverse brings 1/N² itself; a unitary forward transform is 1/N of this one.
    const scale = transfer === undefined ? 1 / pixels : 1;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        if (mask[((y + shift) % size) * size + ((x + shift) % size)] !== 0) continue;
        const i = 2 * (y * size + x);
        light += scale * (field[i]! ** 2 + field[i + 1]! ** 2);
      }
    }
  }
  return light;
}

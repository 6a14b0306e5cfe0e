// Small problems as networks are trained on them: whole Poisson counts, the dose, the truth; and groups of their frames.

import type { ComplexImage } from "../../src/array/ndarray.ts";
import { createRng } from "../../src/math/random/rng.ts";
import type { GroupTable } from "../../src/nn/training/groups.ts";
import type { ScanTask } from "../../src/nn/training/scan-task.ts";
import { noisy } from "./held-out.ts";
import { smallProblem, type SmallScene } from "./small-problem.ts";

export interface SmallTaskOptions extends SmallScene {
  /** Seed of the noise; null = expected counts. */
  readonly noiseSeed?: number | null;
}

export interface SmallTask extends ScanTask {
  readonly truth: ComplexImage;
}

/** The probe carries `energy` photons, 2000 by default. */
export function smallTask({ noiseSeed = 1, energy = 2000, ...scene }: SmallTaskOptions = {}): SmallTask {
  const { problem, truth } = smallProblem({ ...scene, energy });
  return {
    problem: noiseSeed === null ? problem : noisy(problem, noiseSeed),
    dosePhotons: energy,
    backgroundPhotonsPerPx: scene.background ?? 0,
    lightFit: { amplitude: 1 },
    truth,
  };
}

/** One group per frame: the frame and C − 1 others that lie within `reachPx` of it, drawn by the seed. */
export function smallGroups(
  { problem: { positions } }: ScanTask,
  groupSize: number,
  { seed = 1, reachPx = 6 }: { seed?: number; reachPx?: number } = {},
): GroupTable {
  const { x, y } = positions;
  const count = x.length;
  const groups = new Int32Array(count * groupSize);
  for (let i = 0; i < count; i++) {
    const rng = createRng(seed, "grouping", { frame: i });
    const near = Array.from(x.keys()).filter(
      (j) => j !== i && Math.abs(x[j]! - x[i]!) <= reachPx && Math.abs(y[j]! - y[i]!) <= reachPx,
    );
    groups[i * groupSize] = i;
    for (let c = 1; c < groupSize; c++) {
      groups[i * groupSize + c] = near.splice(rng.integer(near.length), 1)[0]!;
    }
  }
  return { groups, count, groupSize };
}

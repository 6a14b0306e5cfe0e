// What every network is trained on: one scan, its probe calibrated to a stated dose.

import { takePositions } from "../../array/scan.ts";
import type { ComplexImage } from "../../array/ndarray.ts";
import type { Problem } from "../../engines/problem.ts";
import type { LightFit } from "../../engines/fitted-light.ts";
import { DoselapError } from "../../errors.ts";
import type { Feeds } from "../runtime/runtime.ts";

export interface ScanTask {
  /** Frames as √counts float32 [M, N, N], positions, probe complex64 [modes, N, N] in √counts. */
  readonly problem: Problem & { readonly diffraction: Float32Array };
  /** Photons per frame that the probe is calibrated to. */
  readonly dosePhotons: number;
  /** Expected background, counts per pixel. */
  readonly backgroundPhotonsPerPx: number;
  /** What the problem's probe has that the given one has not (engines/fitted-light.ts). */
  readonly lightFit: LightFit;
  /** The true object for the problem's probe, where it is known: labels, and the level that no network can pass. */
  readonly truth?: ComplexImage | undefined;
}

/** The task of some of a scan's frames, in that order; dose, probe and object are unchanged. */
export function takeFrames<Task extends ScanTask>(task: Task, rows: Int32Array): Task {
  const { problem } = task;
  const pixels = problem.size ** 2;
  const diffraction = new Float32Array(rows.length * pixels);
  rows.forEach((row, k) =>
    diffraction.set(problem.diffraction.subarray(row * pixels, (row + 1) * pixels), k * pixels),
  );
  const positions = takePositions(problem.positions, rows);
  const scales = problem.scales && Float32Array.from(rows, (row) => problem.scales![row]!);
  return { ...task, problem: { ...problem, frames: rows.length, diffraction, positions, scales } };
}

/** The task of a share of the scan's photons, which are `diffraction`, √counts float32 [M, N, N]: probe, background and dose are
 * as bright. */
export function atShare<Task extends ScanTask>(task: Task, share: number, diffraction: Float32Array): Task {
  const { problem, dosePhotons, backgroundPhotonsPerPx } = task;
  return {
    ...task,
    dosePhotons: share * dosePhotons,
    backgroundPhotonsPerPx: share * backgroundPhotonsPerPx,
    problem: {
      ...problem,
      diffraction,
      probe: problem.probe.map((value) => value * Math.sqrt(share)),
      background: problem.background?.map((value) => value * share),
    },
  };
}

/** p = P/√dose, as the graphs are fed it. */
export function probeFeeds({ problem, dosePhotons }: ScanTask): Feeds {
  const { probe, probeModes, size } = problem;
  const shape = [probeModes, size, size];
  const part = (odd: 0 | 1): Float32Array =>
    Float32Array.from({ length: probe.length / 2 }, (_, i) => probe[2 * i + odd]! / Math.sqrt(dosePhotons));
  return { "probe.re": { shape, data: part(0) }, "probe.im": { shape, data: part(1) } };
}

/** The truth of a simulated scan. @throws Contract when there is none. */
export function labelsOf({ truth }: ScanTask): ComplexImage {
  if (truth !== undefined) return truth;
  throw new DoselapError("Contract", "there are no labels to train with", {
    key: "objectGuess",
    expected: "the true object of a simulated scan",
    got: "a measured scan",
    hint: "Train without labels: pinn or pinn-scan.",
  });
}

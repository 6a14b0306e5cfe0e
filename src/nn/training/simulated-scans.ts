// Scans of other objects, made as a scan was measured: its positions, its probe, its dose, background and mask, phantoms in
// the object's place. What they look like is known to the pixel, so a network can learn from them what an engine lacks.

import type { Transforms } from "../../compute/backend.ts";
import { createRng } from "../../math/random/rng.ts";
import { buildPhantom, type PhantomName } from "../../optics/phantom/build.ts";
import { simulateDataset } from "../../optics/simulate.ts";
import type { ScanTask } from "./scan-task.ts";

/** What the objects are drawn from. */
export interface ObjectKind {
  /** Taken in turn. */
  readonly phantoms: readonly PhantomName[];
  /** Amplitude transmission lies in [amplitudeMin, 1], phase in [0, phaseRangeRad]. */
  readonly amplitudeMin: number;
  readonly phaseRangeRad: number;
}

export interface LabelledScan extends ScanTask {
  readonly truth: NonNullable<ScanTask["truth"]>;
}

/** The scan number `index` of a seed: an object and noise of its own, on the frame of the task's object.
 * @throws Interrupted, and what a simulation throws. */
export function simulatedScan(
  task: ScanTask,
  { phantoms, amplitudeMin, phaseRangeRad }: ObjectKind,
  {
    seed,
    index,
    backend,
    signal,
  }: {
    readonly seed: number;
    readonly index: number;
    readonly backend: Transforms;
    readonly signal?: AbortSignal | undefined;
  },
): LabelledScan {
  const { problem, dosePhotons, backgroundPhotonsPerPx } = task;
  const { positions, probe, probeModes, size, objectHeight, objectWidth } = problem;
  // Seeds of 32 bits, drawn: that one is the study's own is as likely as any other chance.
  const rng = createRng(seed, "training", { frame: index, pixel: 3 });
  const [objectSeed, noiseSeed] = [rng.next(), rng.next()];
  const object = buildPhantom({
    phantom: phantoms[index % phantoms.length]!,
    heightPx: objectHeight,
    widthPx: objectWidth,
    amplitudeMin,
    phaseRangeRad,
    seed: objectSeed,
  });
  const { diffraction, probe: calibrated } = simulateDataset({
    object,
    probe: { modes: probeModes, size, data: probe },
    positions,
    dosePhotons,
    backgroundPhotonsPerPx,
    seed: noiseSeed,
    backend,
    signal,
  });
  return {
    dosePhotons,
    backgroundPhotonsPerPx,
    lightFit: { amplitude: 1 },
    truth: object,
    // Its frames are as bright as each other: intensities of the measured ones are not theirs, nor is their start object.
    problem: { ...problem, diffraction, probe: calibrated.data, scales: undefined, object: undefined },
  };
}

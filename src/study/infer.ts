// A trained network on a scan: the same inference as in a study's training job, from a bundle, its contrast calibrated.

import type { ComplexImage } from "../array/ndarray.ts";
import { openBackend } from "../compute/node.ts";
import type { Dataset } from "../data/dataset.ts";
import { DoselapError } from "../errors.ts";
import type { NetworkBundle } from "../nn/bundle/bundle.ts";
import { calibrated, type Contrast } from "../nn/inference/calibrated.ts";
import { asBrightText, forGivenProbe } from "../nn/physics/as-bright.ts";
import { shrunken } from "../nn/physics/shrunken.ts";
import type { Runtime } from "../nn/runtime/runtime.ts";
import { partOf } from "../nn/training/progress.ts";
import { scanTaskOf } from "./scan-task.ts";
import { groupFrames } from "./views/grouping.ts";

export interface InferOptions {
  /** Of the dataset, for errors. */
  readonly file: string;
  readonly runtime: Runtime;
  readonly threads: number;
  /** K: a group's other members are chosen among this many nearest frames. */
  readonly neighborCount: number;
  /** Seeds the choice. */
  readonly seed: number;
  readonly progress?: ((fraction: number, note: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Inference {
  readonly object: ComplexImage;
  /** How far photons that its judged twin had not seen vouch for it; undefined where none could. */
  readonly contrast: Contrast | undefined;
  /** What is unlike the scan that the network was trained on; show them. */
  readonly warnings: readonly string[];
}

/** A dose that differs by more than this factor is another noise than the network has learned. */
const alikeDose = 1.5;

/** The object on the dataset's frame.
 * @throws Contract when the dose is not known, Shape when frames or probe are not those of the model, Range for a scan too
 * small for its groups. */
export async function inferDataset(
  { arm, options, facts, parameters }: NetworkBundle,
  dataset: Dataset,
  { file, runtime, threads, neighborCount, seed, progress, signal }: InferOptions,
): Promise<Inference> {
  const task = scanTaskOf(dataset, { file });
  const modes = task.problem.probeModes;
  if (dataset.size !== facts.sizePx || modes !== facts.probeModes) {
    throw new DoselapError("Shape", "the scan does not fit the network", {
      file,
      key: "diffraction",
      expected: `frames of ${facts.sizePx} px and ${facts.probeModes} probe mode(s)`,
      got: `frames of ${dataset.size} px and ${modes} probe mode(s)`,
      hint: "Train a network on frames of this size.",
    });
  }
  const groups = groupFrames(task.problem.positions, {
    gridsize: facts.groupSize === 1 ? 1 : 2,
    neighborCount,
    groupCount: null,
    seed,
    enableOversampling: false,
  });
  const backend = openBackend({ kernels: "simd", threads });
  const warnings = new Set<string>();
  const log = (line: string): void => void warnings.add(line);
  const { object, contrast, why } = await calibrated(
    { ...task, groups },
    async (asked, pass) => {
      const context = {
        seed,
        runtime,
        backend,
        threads,
        log,
        progress: partOf(progress, { from: pass / 2, to: (pass + 1) / 2 }),
        signal,
      };
      const found = await arm.infer(asked, { options, parameters, facts }, context);
      // An engine's object is shrunken already.
      if (found.from !== undefined) return found;
      const { object, probe } = found;
      return { ...found, object: shrunken(object, { ...asked.problem, probe }, { backend, seed }) };
    },
    { backend, seed },
  );
  if (why !== undefined) warnings.add(why);
  const { givenAmplitude } = task;
  if (givenAmplitude !== 1) warnings.add(asBrightText(givenAmplitude));
  const ratio = task.dosePhotons / facts.dosePhotons;
  if (ratio > alikeDose || ratio < 1 / alikeDose)
    warnings.add(`trained at ${facts.dosePhotons} photons per frame, the scan has ${task.dosePhotons}`);
  return { object: forGivenProbe(object, givenAmplitude), contrast, warnings: [...warnings] };
}

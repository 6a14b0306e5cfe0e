// A trained network on a scan: the same inference as in a study's training job, from a bundle, its contrast calibrated.

import type { ComplexImage } from "../array/ndarray.ts";
import { openBackend } from "../compute/node.ts";
import type { Dataset } from "../data/dataset.ts";
import { frameBackgroundOf } from "../data/background.ts";
import { doseDoubts } from "../data/dose-doubts.ts";
import { DoselapError, isDoselapError } from "../errors.ts";
import type { NetworkBundle } from "../nn/bundle/bundle.ts";
import { calibrated, type Contrast } from "../nn/inference/calibrated.ts";
import { forGivenProbe, lightFitTexts } from "../engines/fitted-light.ts";
import { shrunken } from "../nn/physics/shrunken.ts";
import type { Runtime } from "../nn/runtime/runtime.ts";
import { partOf } from "../nn/training/progress.ts";
import { meanCountsPerFrame } from "../optics/counts.ts";
import { inScanFile } from "./scan-names.ts";
import { scanTaskOf } from "./scan-task.ts";
import { groupFrames } from "./views/grouping.ts";

export interface InferOptions {
  /** Of the dataset, for errors. */
  readonly file: string;
  readonly runtime: Runtime;
  readonly threads: number;
  /** K: a group's other members are chosen among this many nearest frames. Networks of whole scans have no groups. */
  readonly neighborCount: number;
  /** Seeds the choice. */
  readonly seed: number;
  /** Most bytes of activations of a network that runs over whole scans; 2³⁰ when absent. Its parts are smaller for it, and the
   * object the same to float32's last bits. Groups take little, and do not look at it. */
  readonly memoryBudgetBytes?: number | undefined;
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
 * small for its groups and for a budget in which nothing can be computed. */
export async function inferDataset(
  network: NetworkBundle,
  dataset: Dataset,
  options: InferOptions,
): Promise<Inference> {
  try {
    return await inferred(network, dataset, options);
  } catch (error) {
    // Who computes knows frames, not files. Being stopped, and a runtime that fails, are no fault of the file.
    throw isDoselapError(error, "Contract", "Range", "Shape", "Diverged")
      ? inScanFile(error, options.file)
      : error;
  }
}

async function inferred(
  { arm, options, facts, parameters }: NetworkBundle,
  dataset: Dataset,
  { file, runtime, threads, neighborCount, seed, memoryBudgetBytes, progress, signal }: InferOptions,
): Promise<Inference> {
  const task = scanTaskOf(dataset, { file });
  checkFit(dataset.size, task.problem.probeModes, facts);
  const gridsize = arm.infersGroups && facts.groupSize > 1 ? 2 : 1;
  const groups = groupFrames(task.problem.positions, {
    gridsize,
    neighborCount,
    groupCount: null,
    seed,
    enableOversampling: false,
  });
  const backend = openBackend({ kernels: "simd", threads });
  const warnings = new Set(doubtsOf(dataset, { file, trainedPhotons: facts.dosePhotons }));
  if (gridsize > 1 && neighborCount >= dataset.frames) {
    warnings.add(
      `${neighborCount} neighbours are asked for and the scan has ${dataset.frames} frames: every frame is every other's neighbour`,
    );
  }
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
        memoryBudgetBytes,
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
  lightFitTexts(task.lightFit).forEach((text) => warnings.add(text));
  return {
    object: forGivenProbe(object, task.lightFit, dataset.size),
    contrast,
    warnings: [...warnings],
  };
}

/** @throws Shape for frames of another size, or a probe of more or fewer modes, than those of the training. */
function checkFit(sizePx: number, probeModes: number, facts: NetworkBundle["facts"]): void {
  const modes = (count: number): string => `${count} probe mode${count === 1 ? "" : "s"}`;
  if (sizePx !== facts.sizePx) {
    throw new DoselapError("Shape", "the scan does not fit the network", {
      key: "diffraction",
      expected: `frames of ${facts.sizePx} px`,
      got: `frames of ${sizePx} px`,
      hint: "Train a network on frames of this size.",
    });
  }
  if (probeModes !== facts.probeModes) {
    throw new DoselapError("Shape", "the scan's probe does not fit the network", {
      key: "probeGuess",
      expected: modes(facts.probeModes),
      got: modes(probeModes),
      hint: "Train a network on a probe of as many modes.",
    });
  }
}

/** What the counts of the frames say against the dose that the metadata state, and that the network was trained at. */
function doubtsOf(
  dataset: Dataset,
  { file, trainedPhotons }: { readonly file: string; readonly trainedPhotons: number },
): string[] {
  const counts = meanCountsPerFrame(dataset);
  const doubts = doseDoubts(file, dataset, counts);
  const photons = counts - frameBackgroundOf(dataset);
  const ratio = photons / trainedPhotons;
  if (ratio > alikeDose || ratio < 1 / alikeDose) {
    doubts.push(
      `trained at ${trainedPhotons} photons per frame, the frames of the scan hold ${Number(photons.toPrecision(4))}`,
    );
  }
  return doubts;
}

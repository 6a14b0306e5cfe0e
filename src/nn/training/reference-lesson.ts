// The lesson of the earlier study's network (models/reference-network.ts): the Poisson likelihood of all photons, of the same
// frames that the network is shown. Until the network's loss is below the flat object's it has learned the scan's mean
// brightness and no more; below the truth's it fits noise.

import { measuredPixels } from "../../engines/counts.ts";
import { powerOf } from "../../engines/constraints/probe.ts";
import { createRng } from "../../math/random/rng.ts";
import { expectedCounts, measurementLoss } from "../fields/loss.ts";
import { spectra, totalIntensity } from "../fields/scattering.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import { groupInputs } from "../models/canvas-network.ts";
import { parameterInputs } from "../models/parameters.ts";
import { referenceNetwork, type ReferenceConfig } from "../models/reference-network.ts";
import { peak } from "../ops/peak.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { batchBuilder } from "./batch.ts";
import type { Lesson } from "./fit.ts";
import { storeFrames, transposedMask } from "./frame-store.ts";
import { splitGroups } from "./split-groups.ts";
import { photonLevels, truthLevels } from "./group-levels.ts";
import type { GroupTable } from "./groups.ts";
import { probeFeeds, type ScanTask } from "./scan-task.ts";

export interface ReferenceLessonOptions {
  readonly model: ReferenceConfig;
  readonly batchSize: number;
  readonly validationFraction: number;
}

/** @throws Contract for a frame that holds no counts. */
export function referenceLesson(
  task: ScanTask,
  table: GroupTable,
  options: ReferenceLessonOptions,
  { seed, log }: { readonly seed: number; readonly log?: ((line: string) => void) | undefined },
): Lesson {
  const { problem, dosePhotons } = task;
  const { batchSize, model } = options;
  const { training, validation, chosenOn } = splitGroups(task, table, options, { seed, log });
  const store = storeFrames(problem.diffraction, problem.size, problem.mask);
  const builder = batchBuilder(store, problem.positions, {
    groupsPerBatch: batchSize,
    groupSize: table.groupSize,
    canvasPx: model.canvasPx,
    dosePhotons,
    seenShare: 1,
  });
  const feeds = { ...builder.seen, ...builder.compared, ...probeFeeds(task) };
  // Nothing is split: both input and loss have all photons.
  const unused = createRng(seed, "thinning");

  function batch(order: Int32Array, first: number): Feeds {
    builder.fill(table, order, first, unused);
    return feeds;
  }
  const validationBatch = (index: number): Feeds => batch(validation, index * batchSize);
  const modulus = flatModulus(task, store.meanCounts);
  const flat = flatFeeds(modulus, table.groupSize);
  const levels = {
    table,
    store,
    builder,
    training,
    groupsPerBatch: batchSize,
    canvasPx: model.canvasPx,
    kind: "poisson",
    share: 1,
    validationBatch,
    trainingBatch: (_round: number, index: number) => batch(training, index * batchSize),
  } as const;
  return {
    ...referenceGraph(task, options),
    batchSize,
    items: training,
    chosenOn,
    batch: (_epoch, order, first) => batch(order, first),
    validationBatches: Math.ceil(validation.length / batchSize),
    validationBatch,
    levels: [
      {
        name: `flat object of modulus ${modulus.toFixed(3)}`,
        batch: (index) => ({ ...validationBatch(index), ...flat }),
      },
      ...photonLevels(levels),
      ...truthLevels(task, levels),
    ],
  };
}

function referenceGraph(
  { problem: { size, probeModes, mask }, dosePhotons, backgroundPhotonsPerPx }: ScanTask,
  { model, batchSize }: ReferenceLessonOptions,
): Pick<Lesson, "specs" | "parameters" | "loss" | "corrections" | "activations"> {
  const network = referenceNetwork(model);
  const parameters = parameterInputs(network.specs);
  const activations: Tensor[] = [];
  const { object, sampler, illumination, corrections } = network.apply(
    groupInputs(network, { groups: batchSize, probeModes }),
    parameters,
    (features) => activations.push(peak(features, [0, 2, 3])),
  );
  const expected = expectedCounts(totalIntensity(spectra(object, sampler, illumination)), {
    dosePhotons,
    backgroundPhotonsPerPx,
  });
  const counts = input("counts", [batchSize * model.framesPerGroup, size, size]);
  const loss = measurementLoss("poisson", expected, counts, transposedMask(mask, size));
  return { specs: network.specs, parameters, loss, corrections, activations };
}

/** The flat object that sends as many photons to the detector as were measured, in masked pixels none; the network's moduli end at 1. */
function flatModulus({ problem, backgroundPhotonsPerPx }: ScanTask, meanCounts: number): number {
  const { mask, size } = problem;
  const scattered = Math.max(0, meanCounts - backgroundPhotonsPerPx * measuredPixels(size, mask));
  return Math.min(1 - 1e-6, Math.max(1e-6, Math.sqrt(scattered / powerOf(problem.probe))));
}

/** Biases that make a network whose other parameters are 0 answer a flat object to everything: σ and swish of them are the
 * modulus. */
function flatFeeds(modulus: number, outputs: number): Feeds {
  const bias = (value: number) => ({ shape: [outputs], data: new Float32Array(outputs).fill(value) });
  return {
    "amplitude.inner.bias": bias(Math.log(modulus / (1 - modulus))),
    "amplitude.outer2.bias": bias(inverseSwish(modulus)),
  };
}

/** x of x·σ(x) = y, 0 ≤ y ≤ 1, by Newton's steps from above, where the function is convex. */
function inverseSwish(y: number): number {
  let x = y + 1;
  for (let step = 0; step < 12; step++) {
    const s = 1 / (1 + Math.exp(-x));
    x -= (x * s - y) / (s + x * s * (1 - s));
  }
  return x;
}

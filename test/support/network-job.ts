// A training job on a scan so small that a network trains on it in a second: 16 px frames of a 64 px object, by the optics
// that studies use, and a design whose networks have a few channels.

import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openBackend } from "../../src/compute/node.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { writeDataset } from "../../src/data/write.ts";
import type { ArmTask } from "../../src/nn/arms/arm.ts";
import { buildPhantom } from "../../src/optics/phantom/build.ts";
import { buildProbe } from "../../src/optics/probe.ts";
import { scanRegion } from "../../src/optics/scan-region.ts";
import { makeScan } from "../../src/optics/scan.ts";
import { simulateDataset } from "../../src/optics/simulate.ts";
import { cellPath, type Cell } from "../../src/study/cell.ts";
import { checkDesign } from "../../src/study/design/check.ts";
import { mergeDesign, type Tree } from "../../src/study/design/merge.ts";
import { presets } from "../../src/study/design/presets.ts";
import type { StudyDesign } from "../../src/study/design/schema.ts";
import { scanTaskOf } from "../../src/study/scan-task.ts";
import { trainingDataFiles, trainingJobFields } from "../../src/study/training/build.ts";
import { createTrainingJob, type TrainingJob } from "../../src/study/training/job.ts";
import { groupFrames } from "../../src/study/views/grouping.ts";
import { cell, temporaryFolder } from "./training-job.ts";

/** Options of pinn-scan whose network learns within one epoch of such a scan. */
export const smallScanNetwork = {
  widths: [4],
  average: 0.5,
  splits: 1,
  tilePx: 32,
  framesPerTile: 4,
  engine: "rpie",
  engineOptions: { epochs: 1, alpha: 1, prior: "none" },
};

export interface SmallScan {
  readonly dosePhotons?: number;
  readonly sizePx?: number;
  readonly fwhmPx?: number;
  readonly stepPx?: number;
  readonly seed?: number;
}

/** 64 frames, if the step is not another one, simulated as in a study. */
export function smallScan({
  dosePhotons = 1000,
  sizePx = 16,
  fwhmPx = 5,
  stepPx = 5.5,
  seed = 42,
}: SmallScan = {}): Dataset {
  const object = buildPhantom({
    phantom: "cells",
    heightPx: 48 + sizePx,
    widthPx: 48 + sizePx,
    amplitudeMin: 0.6,
    phaseRangeRad: 1.2,
    seed: 7,
  });
  return simulateDataset({
    object,
    probe: buildProbe({ kind: "gaussian", fwhmPx, curvatureRad: 1 }, sizePx),
    positions: makeScan({
      kind: "jittered-raster",
      region: scanRegion(object.height, object.width, sizePx),
      stepPx,
      jitterFraction: 0.1,
      seed: 3,
    }),
    dosePhotons,
    seed,
    backend: openBackend({ kernels: "simd", threads: 1 }),
  });
}

/** A small scan and its groups, as arms are given them. */
export function networkTask({ groupSize, ...scan }: SmallScan & { readonly groupSize: 1 | 4 }): ArmTask {
  const task = scanTaskOf(smallScan(scan), { file: "scan.npz" });
  const groups = groupFrames(task.problem.positions, {
    gridsize: groupSize === 1 ? 1 : 2,
    neighborCount: 7,
    groupCount: null,
    seed: 123,
    enableOversampling: false,
  });
  return { ...task, groups };
}

const small = { widths: [4, 8], epochs: 2 };

/** What every design of these tests begins with. */
const tiny = {
  arms: ["pinn", "pinn-scan", "supervised", "supervised-scan", "rpie"],
  methods: {
    pinn: { ...small, steps: 2 },
    supervised: { ...small, steps: 2 },
    "pinn-scan": {
      ...small,
      splits: 2,
      tilePx: 32,
      framesPerTile: 4,
      engine: "lsqml",
      engineOptions: { fixProbe: true, epochs: 2, prior: "tv", priorWeight: "noise" },
    },
    "supervised-scan": { ...small, objects: 2, tilePx: 32, engine: "rpie", engineOptions: { epochs: 2 } },
  },
  training: { epochs: 2, batchSize: 8, learningRate: 3e-3 },
};

/** The fly64 preset with tiny networks, and changes of it. */
function networkDesign(changes: Tree = {}): StudyDesign {
  return checkDesign(mergeDesign(mergeDesign(presets.fly64, tiny), changes));
}

/** A job whose data files hold small scans: train and test are drawn by different seeds. */
export async function networkJob(
  arm: string,
  {
    fields = {},
    scan = {},
    changes = {},
    root,
  }: { fields?: Partial<Cell>; scan?: SmallScan; changes?: Tree; root?: string } = {},
): Promise<{ root: string; job: TrainingJob; design: StudyDesign }> {
  const folder = root ?? (await temporaryFolder());
  const made = cell({ view: "dense", gridsize: 2, ...fields });
  const design = networkDesign(changes);
  const dataFiles = trainingDataFiles(design);
  const data = join(folder, "data", cellPath(made));
  await mkdir(dirname(data), { recursive: true });
  const rule = { dosePhotons: made.dose, ...scan };
  await writeDataset(join(data, dataFiles.train), smallScan({ seed: made.seed, ...rule }));
  await writeDataset(join(data, dataFiles.test), smallScan({ seed: made.seed + 100, ...rule }));
  const places = { dataRoot: join(folder, "data"), artifactRoot: join(folder, "train") };
  const job = createTrainingJob(trainingJobFields(made, arm, { ...places, dataFiles }), design);
  return { root: folder, job, design };
}

// generate: the frames of every cell. Simulated: train and test scans at the cell's dose, each calibrated to it. Measured:
// the thinned scan, and its two independent halves.

import { join } from "node:path";
import { referenceBackend } from "../../compute/reference.ts";
import { readArrayArgument, toComplexImage, toProbe } from "../../data/array-argument.ts";
import { readDataset } from "../../data/read.ts";
import type { Dataset } from "../../data/dataset.ts";
import { writeDataset } from "../../data/write.ts";
import { simulateDataset } from "../../optics/simulate.ts";
import { splitHalves, thinDataset } from "../../optics/thin.ts";
import { cellPath, type Cell } from "../../study/cell.ts";
import type { MeasuredDesign, SimulatedDesign } from "../../study/design/schema.ts";
import { stageHash } from "../../study/design/hash.ts";
import { plannedScan } from "../../study/plan.ts";
import type { StageContext } from "../context.ts";
import { writeManifest } from "../manifest.ts";
import type { JobHooks, Stage } from "../stage.ts";
import { upstreamFiles } from "../upstream.ts";
import { sourceFile } from "./plan.ts";

export const generateStage: Stage = {
  name: "generate",
  title: "generate the frames",
  inMainThread: () => false,
  jobs: ({ plan }) =>
    plan.cells.map((cell) => ({
      stage: "generate",
      path: `data/${cellPath(cell)}`,
      cell,
      arm: null,
    })),
  needs: () => [],
  async inputs({ cell }, context) {
    // The gridsize names no frame: scans are the same for all of them.
    const { dose, doseIndex, view, overlap, stepPx, replicate, seed } = cell!;
    const files = context.design.kind === "measured" ? ["source.npz"] : ["object.npz", "probe.npz"];
    const sources = await upstreamFiles(context, "plan", "plan", files);
    return { kind: "ready", values: { dose, doseIndex, view, overlap, stepPx, replicate, seed, ...sources } };
  },
  async work({ cell }, context, folder, hooks) {
    const { design } = context;
    const files =
      design.kind === "simulated"
        ? await simulateCell(cell!, design, context, hooks)
        : await thinCell(cell!, design, context);
    for (const [name, dataset] of Object.entries(files)) {
      const metadata = {
        ...dataset.metadata,
        design: { name: design.name, generateHash: stageHash(design, "generate") },
      };
      await writeDataset(join(folder, `${name}.npz`), { ...dataset, metadata });
    }
    return {
      summary: Object.fromEntries(Object.entries(files).map(([name, data]) => [name, facts(data)])),
    };
  },
  finish: (outcomes, context) => writeManifest("data/manifest.json", outcomes, context),
};

async function simulateCell(
  cell: Cell,
  design: SimulatedDesign,
  { plan, root }: StageContext,
  { signal }: JobHooks,
): Promise<{ train: Dataset; test: Dataset }> {
  const object = toComplexImage(await readArrayArgument(join(root, "plan/object.npz:objectGuess")), {
    file: "plan/object.npz",
    key: "objectGuess",
  });
  const probe = toProbe(await readArrayArgument(join(root, "plan/probe.npz:probeGuess")), {
    file: "plan/probe.npz",
    key: "probeGuess",
  });
  const scan = plannedScan(design, plan, cell.view, cell.replicate);
  const simulate = (positions: typeof scan.train, frameNumbers: Int32Array): Dataset =>
    simulateDataset({
      object,
      probe,
      positions,
      frameNumbers,
      dosePhotons: cell.dose,
      doseIndex: cell.doseIndex,
      seed: cell.seed,
      backend: referenceBackend,
      subPixel: design.subPixel,
      backgroundPhotonsPerPx: design.backgroundPhotonsPerPx,
      probeDiameter: design.probeDiameter,
      signal,
    });
  return {
    train: simulate(scan.train, scan.trainFrameNumbers),
    test: simulate(scan.test, scan.testFrameNumbers),
  };
}

async function thinCell(
  cell: Cell,
  design: MeasuredDesign,
  { root }: StageContext,
): Promise<{ scan: Dataset; "half-a": Dataset; "half-b": Dataset }> {
  const { dataset } = await readDataset(join(root, sourceFile));
  const fraction = design.doseFractions[cell.doseIndex]!;
  const { seed, doseIndex, overlap } = cell;
  const scan = thinDataset(dataset, {
    fraction,
    keepOverlap: overlap,
    seed,
    doseIndex,
    probeDiameter: design.probeDiameter,
  });
  const [a, b] = splitHalves(scan, { seed, doseIndex });
  return { scan, "half-a": a, "half-b": b };
}

function facts({ frames, metadata }: Dataset): { [key: string]: unknown } {
  const { nphotons, measuredMeanCounts, measuredOverlap, probeDiameterPx } = metadata;
  return { frames, nphotons, measuredMeanCounts, measuredOverlap, probeDiameterPx };
}

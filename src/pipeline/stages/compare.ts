// compare: every arm of a cell on the same pixels with the same gauge and metrics; tidy numbers, aligned images, pictures.

import { cropImage, type Window } from "../../array/crop.ts";
import { join } from "node:path";
import { flatImage, ndarray, type AnyArray, type ComplexImage } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import { isKernelSize } from "../../compute/wasm/plan.ts";
import { referenceBackend } from "../../compute/reference.ts";
import { readArrayArgument, toComplexImage, toProbe } from "../../data/array-argument.ts";
import { readDataset } from "../../data/read.ts";
import { DoselapError } from "../../errors.ts";
import { writeFileAtomic, writeJson } from "../../io/atomic.ts";
import { writeNpz } from "../../io/npz.ts";
import { amplitudeRange, renderAmplitudePng, renderPhasePng } from "../../report/images.ts";
import { armDefinition } from "../../study/arms.ts";
import { armPath, cellPath, type Cell } from "../../study/cell.ts";
import { absentArm, scoreArm } from "../../study/comparison/arms.ts";
import { cellFloor, type CellReference } from "../../study/comparison/cell-floor.ts";
import { referenceCell } from "../../study/comparison/reference.ts";
import { collectStudy, resultsCsv } from "../../study/comparison/study.ts";
import { checkWindow, guardBandPx, illuminatedMask } from "../../study/comparison/window.ts";
import type { ArmOutcome, CellResult } from "../../study/results.ts";
import { trainedArms } from "../../study/training/build.ts";
import { readCellResult, studyResultFile } from "../../study/results-file.ts";
import type { StageContext } from "../context.ts";
import { writeManifest } from "../manifest.ts";
import { readRecord } from "../record.ts";
import { referenceJobs } from "../reference.ts";
import type { FinishOptions, JobHooks, JobInputs, JobOutcome, Stage, StageJob } from "../stage.ts";
import type { JobResult } from "../store.ts";
import { upstreamFiles } from "../upstream.ts";
import { jobWarnings } from "./job-warnings.ts";
import { halfFiles, scoredArms, scoredFile } from "./layout.ts";
import { lostCells } from "./lost-cells.ts";
import { absenceOf, externalTrainer } from "./networks.ts";

export const compareStage: Stage = {
  name: "compare",
  title: "compare the arms",
  inMainThread: () => false,
  jobs: ({ plan }) =>
    plan.cells.map((cell) => ({
      stage: "compare",
      path: `compare/${cellPath(cell)}`,
      cell,
      arm: null,
    })),
  needs({ cell }, context) {
    const { design } = context;
    const arms = scoredArms(design).map((arm) => `reconstruct/${armPath(cell!, arm)}`);
    // Why an arm is absent stands in its network's record.
    const trained = trainedArms(design).map((arm) => `train/${armPath(cell!, arm)}`);
    const reference =
      design.kind === "measured" ? Object.values(referenceJobs(context, cell!.replicate)) : [];
    return [`data/${cellPath(cell!)}`, ...arms, ...trained, ...reference];
  },
  inputs,
  work,
  finish,
};

async function inputs({ cell }: StageJob, context: StageContext): Promise<JobInputs> {
  const window = windowOf(cell!, context);
  const values: Record<string, unknown> = {
    cell,
    window,
    ...(await upstreamFiles(context, `data/${cellPath(cell!)}`, "generate", [scoredFile(context.design)])),
  };
  for (const arm of scoredArms(context.design)) {
    const path = `reconstruct/${armPath(cell!, arm)}`;
    const record = await readRecord(join(context.root, path));
    values[path] =
      record === undefined
        ? await absenceOf(arm, cell!, context)
        : { state: record.state, reason: record.reason, outputs: record.outputs };
    const trainer = await externalTrainer(arm, cell!, context);
    if (trainer !== undefined) values[`trainer of ${arm}`] = trainer;
  }
  if (context.design.kind === "measured")
    Object.assign(
      values,
      await upstreamFiles(context, referencePath(cell!, context), "reconstruct", ["reconstruction.npz"]),
    );
  return { kind: "ready", values };
}

/** The rectangle that all views of the replicate share. */
function windowOf({ replicate }: Cell, { plan }: StageContext): Window {
  const window = plan.windows[replicate];
  if (window === undefined) {
    throw new DoselapError("Job", `the plan has no window for replicate ${replicate}`, {
      file: "plan/plan.json",
      hint: "Run the plan stage again in a new folder.",
    });
  }
  return window;
}

function referencePath(cell: Cell, context: StageContext): string {
  return referenceJobs(context, cell.replicate).reconstruction;
}

async function work(
  { cell }: StageJob,
  context: StageContext,
  folder: string,
  { progress, signal }: JobHooks,
): Promise<JobResult> {
  const { design, root, plan } = context;
  const window = windowOf(cell!, context);
  const guardPx = guardBandPx(design.metrics);
  checkWindow(window, guardPx);
  const { dataset: data } = await readDataset(join(root, "data", cellPath(cell!), scoredFile(design)));
  const mask = illuminatedMask(window, data.positions, data.probe, { guardPx });
  const object =
    design.kind === "simulated"
      ? data.object
      : await readObject(root, referencePath(cell!, context), "reconstruction.npz");
  const target = cropImage(object, window);
  const comparison = design.kind === "simulated" ? "truth" : "reference";
  const shape = [target.height, target.width];
  const arrays: Record<string, AnyArray> = {
    [comparison]: ndarray("complex64", shape, target.data),
    mask: ndarray("bool", shape, mask),
    probe: ndarray("complex64", [data.size, data.size], data.probe.data.slice(0, 2 * data.size ** 2)),
  };
  const range = amplitudeRange(target);
  const picture = async (name: string, image: ComplexImage): Promise<void> => {
    await writeFileAtomic(join(folder, `${name}-amplitude.png`), renderAmplitudePng(image, range));
    await writeFileAtomic(join(folder, `${name}-phase.png`), renderPhasePng(image));
  };
  await picture(comparison, target);

  const arms: ArmOutcome[] = [];
  for (const arm of scoredArms(design)) {
    const path = `reconstruct/${armPath(cell!, arm)}`;
    const record = await readRecord(join(root, path));
    // The null row stands in every table: it needs no job to be known.
    const flat = armDefinition(arm).kind === "null" && record === undefined;
    if (!flat && record?.state !== "done") {
      const { state, reason } =
        record === undefined
          ? await absenceOf(arm, cell!, context)
          : { state: "failed" as const, reason: record.reason ?? "no reason given" };
      arms.push(absentArm(arm, state, reason));
      continue;
    }
    const object = flat
      ? flatImage(target.height, target.width)
      : cropImage(await readObject(root, path, "reconstruction.npz"), window);
    const { outcome, aligned } = scoreArm(
      { arm, object, halves: await readHalves(root, path, Object.keys(record?.outputs ?? {}), window) },
      {
        image: target,
        comparison,
        isTarget: design.kind === "measured" && path === referencePath(cell!, context),
      },
      mask,
      cell!,
      design.metrics,
    );
    const said = await jobWarnings({ arm, cell: cell!, record }, context);
    const trainer = await externalTrainer(arm, cell!, context);
    arms.push({
      ...outcome,
      ...(trainer === undefined ? {} : { trainer }),
      warnings: [...outcome.warnings, ...said],
    });
    arrays[arm] = ndarray("complex64", shape, aligned.data);
    await picture(arm, aligned);
  }
  await writeNpz(join(folder, "aligned.npz"), arrays);
  const { metadata, positions, frames } = data;
  const floor = cellFloor({
    dataset: data,
    object,
    reference: design.kind === "simulated" ? undefined : await readReference(cell!, context),
    window,
    mask,
    seed: cell!.seed,
    // One build of the kernels for all machines: the same bytes everywhere.
    backend: isKernelSize(data.size) ? openBackend({ kernels: "simd" }) : referenceBackend,
    onProgress: (fraction) => progress(fraction, "Cramér–Rao floor"),
    signal,
  });
  const result: CellResult = {
    designHash: context.designHash,
    dose: cell!.dose,
    fluence: cell!.fluence,
    view: cell!.view,
    gridsize: cell!.gridsize,
    seed: cell!.seed,
    replicate: cell!.replicate,
    frames,
    overlapAsked: cell!.overlap,
    overlapMeasured: Number(metadata["measuredOverlap"]),
    stepPx: cell!.stepPx,
    probeDiameterPx: plan.probeDiameterPx,
    measuredMeanCounts: Number(metadata["measuredMeanCounts"]),
    positions: { x: Array.from(positions.x), y: Array.from(positions.y) },
    window,
    arms,
    floor,
  };
  await writeJson(join(folder, "metrics.json"), result);
  return { summary: { arms: Object.fromEntries(arms.map(({ arm, state }) => [arm, state])) } };
}

async function readObject(root: string, path: string, name: string): Promise<ComplexImage> {
  const file = join(root, path, name);
  return toComplexImage(await readArrayArgument(`${file}:objectGuess`), {
    file,
    key: "objectGuess",
  });
}

/** Probe of a measured study's reference, and how much of its data the cell holds. */
async function readReference(cell: Cell, context: StageContext): Promise<CellReference> {
  const file = join(context.root, referencePath(cell, context), "reconstruction.npz");
  const probe = toProbe(await readArrayArgument(`${file}:probeGuess`), { file, key: "probeGuess" });
  return { probe, share: cell.fluence / referenceCell(context.plan.cells, cell.replicate).fluence };
}

async function readHalves(
  root: string,
  path: string,
  outputs: readonly string[],
  window: Window,
): Promise<readonly [ComplexImage, ComplexImage] | undefined> {
  const [a, b] = halfFiles.map((file) => `reconstruction-${file}`);
  if (!outputs.includes(a!) || !outputs.includes(b!)) return undefined;
  return [
    cropImage(await readObject(root, path, a!), window),
    cropImage(await readObject(root, path, b!), window),
  ];
}

async function finish(
  outcomes: readonly JobOutcome[],
  context: StageContext,
  { recordRoot = context.root }: FinishOptions = {},
): Promise<void> {
  const cells: (CellResult & { path: string })[] = [];
  for (const { job, state } of outcomes) {
    if (state !== "done") continue;
    cells.push({ ...(await readCellResult(join(context.root, job.path))), path: job.path });
  }
  const missing = await lostCells(outcomes, { ...context, root: recordRoot });
  const study = collectStudy(cells, context.design, context.designHash, context.plan, missing);
  await writeJson(join(context.root, studyResultFile), study);
  await writeFileAtomic(join(context.root, "compare/metrics.csv"), resultsCsv(study));
  await writeManifest("compare/comparison_manifest.json", outcomes, context);
}

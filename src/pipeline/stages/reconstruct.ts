// reconstruct: one complex object per arm on the object frame, from the scored frames alone. Engines start from a flat object
// with the calibrated probe; network arms bring what their training job left; the null arm is the flat object.

import { join } from "node:path";
import { flatImage, ndarray, type ComplexImage } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import { readArrayArgument, toComplexImage } from "../../data/array-argument.ts";
import type { Dataset } from "../../data/dataset.ts";
import { readDataset } from "../../data/read.ts";
import { prepareEngine } from "../../engines/prepare.ts";
import { runEngine, type Choice } from "../../engines/run.ts";
import { DoselapError } from "../../errors.ts";
import { writeJson } from "../../io/atomic.ts";
import { writeNpz } from "../../io/npz.ts";
import { armDefinition } from "../../study/arms.ts";
import { armPath, cellPath, type Cell } from "../../study/cell.ts";
import { problemOf } from "../../study/problem.ts";
import type { StageContext } from "../context.ts";
import { writeManifest } from "../manifest.ts";
import { readRecord } from "../record.ts";
import type { JobHooks, JobInputs, Stage, StageJob } from "../stage.ts";
import type { JobResult } from "../store.ts";
import { upstreamFiles } from "../upstream.ts";
import { halfFiles, scoredArms, scoredFile } from "./layout.ts";

export const reconstructStage: Stage = {
  name: "reconstruct",
  title: "reconstruct with every arm",
  inMainThread: false,
  jobs: ({ plan, design }) =>
    plan.cells.flatMap((cell) =>
      scoredArms(design).map((arm) => ({
        stage: "reconstruct" as const,
        path: `reconstruct/${armPath(cell, arm)}`,
        cell,
        arm,
      })),
    ),
  inputs,
  work,
  finish: (outcomes, context) => writeManifest("reconstruct/reconstruction_manifest.json", outcomes, context),
};

async function inputs({ cell, arm }: StageJob, context: StageContext): Promise<JobInputs> {
  const data = `data/${cellPath(cell!)}`;
  const definition = armDefinition(arm!);
  const halves = context.design.kind === "measured" && definition.kind === "engine" ? halfFiles : [];
  const files = await upstreamFiles(context, data, "generate", [scoredFile(context.design), ...halves]);
  if (definition.kind !== "network") return { kind: "ready", values: { cell, ...files } };

  const trained = `train/${armPath(cell!, arm!)}`;
  const record = await readRecord(join(context.root, trained));
  if (record === undefined) return { kind: "skip", reason: skipReason(context) };
  if (record.state !== "done")
    throw new DoselapError("Job", `training ${record.state}: ${record.reason ?? ""}`, {
      file: trained,
    });
  return {
    kind: "ready",
    values: {
      cell,
      ...files,
      ...(await upstreamFiles(context, trained, "train", ["reconstruction.npz"])),
    },
  };
}

function skipReason({ trainer }: StageContext): string {
  return trainer.runner === "builtin" ? "no built-in trainer" : "not trained";
}

async function work(
  { cell, arm }: StageJob,
  context: StageContext,
  folder: string,
  hooks: JobHooks,
): Promise<JobResult> {
  const definition = armDefinition(arm!);
  const { dataset } = await readDataset(
    join(context.root, "data", cellPath(cell!), scoredFile(context.design)),
  );
  switch (definition.kind) {
    case "null":
      await writeReconstruction(folder, flatImage(dataset.object.height, dataset.object.width));
      return { summary: { start: "flat object" } };
    case "network": {
      const file = join(context.root, "train", armPath(cell!, arm!), "reconstruction.npz");
      const object = toComplexImage(await readArrayArgument(`${file}:objectGuess`), {
        file,
        key: "objectGuess",
      });
      await writeReconstruction(folder, object);
      return { summary: { start: "training job" } };
    }
    case "engine":
      return runEngineArm(definition.engine, dataset, cell!, context, folder, hooks);
    default:
      throw definition satisfies never;
  }
}

interface History {
  readonly misfit: readonly number[];
  readonly deviancePerPixel: readonly number[];
  readonly choices: readonly Choice[];
}

async function runEngineArm(
  name: string,
  scan: Dataset,
  cell: Cell,
  { design, root }: StageContext,
  folder: string,
  { progress, signal }: JobHooks,
): Promise<JobResult> {
  const engine = prepareEngine(name, design.engines[name] ?? {});
  const histories: Record<string, History> = {};
  const scans = new Map([["reconstruction", scan]]);
  if (design.kind === "measured") {
    for (const file of halfFiles) {
      const { dataset } = await readDataset(join(root, "data", cellPath(cell), file));
      scans.set(`reconstruction-${file.replace(".npz", "")}`, dataset);
    }
  }
  // One build of the kernels for all machines: the same bytes everywhere. Jobs share the cores, so each takes one thread.
  const backend = openBackend({ kernels: "simd", threads: 1 });
  let done = 0;
  for (const [output, dataset] of scans) {
    const { object, probe, history, deviance, choices } = await runEngine(engine, problemOf(dataset), {
      backend,
      seed: cell.seed,
      signal,
      onEpoch: ({ phase, epoch, epochs, error, fraction }) =>
        progress(
          (done + fraction) / scans.size,
          `${phase === "choose" ? "choosing, " : ""}epoch ${epoch}/${epochs}, misfit ${error.toPrecision(3)}`,
        ),
    });
    await writeReconstruction(folder, object, { output, probe, size: dataset.size });
    histories[output] = { misfit: history, deviancePerPixel: deviance, choices };
    done++;
  }
  await writeJson(join(folder, "history.json"), {
    engine: name,
    options: engine.options,
    reconstructions: histories,
  });
  return {
    summary: {
      engine: name,
      options: engine.options,
      start: "flat object, calibrated probe",
      frames: scan.frames,
      choices: histories["reconstruction"]?.choices ?? [],
      finalMisfit: histories["reconstruction"]?.misfit.at(-1) ?? null,
    },
  };
}

async function writeReconstruction(
  folder: string,
  object: ComplexImage,
  {
    output = "reconstruction",
    probe,
    size = 0,
  }: { output?: string; probe?: Float32Array; size?: number } = {},
): Promise<void> {
  const modes = probe === undefined ? 0 : probe.length / (2 * size * size);
  await writeNpz(join(folder, `${output}.npz`), {
    objectGuess: ndarray("complex64", [object.height, object.width], object.data),
    ...(probe === undefined
      ? {}
      : {
          probeGuess: ndarray("complex64", modes === 1 ? [size, size] : [modes, size, size], probe),
        }),
  });
}

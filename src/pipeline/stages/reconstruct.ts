// reconstruct: one complex object per arm on the object frame, from the scored frames alone. Engines and chains start from a flat object
// with the calibrated probe, hybrid arms from a network's; network arms bring what their training job left; the null arm is
// the flat object.

import { join } from "node:path";
import { flatImage, ndarray, type ComplexImage } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import { readArrayArgument, toComplexImage } from "../../data/array-argument.ts";
import { readDataset } from "../../data/read.ts";
import type { Choice } from "../../engines/choose.ts";
import { runOnLitPart } from "../../engines/lit-part.ts";
import type { Problem } from "../../engines/problem.ts";
import { openPasses } from "../../engines/passes.ts";
import { prepareEngine } from "../../engines/prepare.ts";
import { DoselapError } from "../../errors.ts";
import { writeJson } from "../../io/atomic.ts";
import { writeNpz } from "../../io/npz.ts";
import { armDefinition } from "../../study/arms.ts";
import { armPath, cellPath, type Cell } from "../../study/cell.ts";
import { chainOptions, hybridOptions } from "../../study/methods.ts";
import { networkOf } from "../../study/network-of.ts";
import { problemOf } from "../../study/problem.ts";
import { trainingDataFiles } from "../../study/training/build.ts";
import type { StageContext } from "../context.ts";
import { writeManifest } from "../manifest.ts";
import { readRecord } from "../record.ts";
import type { JobInputs, Stage, StageJob, WorkHooks } from "../stage.ts";
import type { JobResult } from "../store.ts";
import { upstreamFiles } from "../upstream.ts";
import { baselineObject } from "./baseline-arms.ts";
import { halfFiles, scoredArms, scoredFile } from "./layout.ts";
import { absenceOf } from "./networks.ts";
import { copyOfTwin } from "./twin.ts";

export const reconstructStage: Stage = {
  name: "reconstruct",
  title: "reconstruct with every arm",
  inMainThread: () => false,
  jobs: ({ plan, design }) =>
    plan.cells.flatMap((cell) =>
      scoredArms(design).map((arm) => ({
        stage: "reconstruct" as const,
        path: `reconstruct/${armPath(cell, arm)}`,
        cell,
        arm,
      })),
    ),
  needs({ cell, arm }, { design }) {
    const network = networkOf(arm!, design);
    const trained = network === undefined ? [] : [`train/${armPath(cell!, network)}`];
    return [`data/${cellPath(cell!)}`, ...trained];
  },
  inputs,
  work,
  finish: (outcomes, context) => writeManifest("reconstruct/reconstruction_manifest.json", outcomes, context),
};

async function inputs({ cell, arm }: StageJob, context: StageContext): Promise<JobInputs> {
  const data = `data/${cellPath(cell!)}`;
  const definition = armDefinition(arm!);
  const halves = context.design.kind === "measured" && definition.kind === "engine" ? halfFiles : [];
  const trainedOn =
    definition.kind === "baseline" && definition.baseline === "mean-pattern"
      ? [trainingDataFiles(context.design).train]
      : [];
  const files = await upstreamFiles(context, data, "generate", [
    ...new Set([scoredFile(context.design), ...halves, ...trainedOn]),
  ]);
  const network = networkOf(arm!, context.design);
  if (network === undefined) return { kind: "ready", values: { cell, ...files } };

  const trained = `train/${armPath(cell!, network)}`;
  const record = await readRecord(join(context.root, trained));
  if (record?.state !== "done") {
    const { state, reason } = await absenceOf(arm!, cell!, context);
    if (state === "skipped") return { kind: "skip", reason };
    throw new DoselapError("Job", reason, { file: trained });
  }
  return {
    kind: "ready",
    values: {
      cell,
      ...files,
      ...(await upstreamFiles(context, trained, "train", ["reconstruction.npz"])),
    },
  };
}

const neutralStart = "flat object, calibrated probe";

async function trainedObject(cell: Cell, network: string, { root }: StageContext): Promise<ComplexImage> {
  const file = join(root, "train", armPath(cell, network), "reconstruction.npz");
  return toComplexImage(await readArrayArgument(`${file}:objectGuess`), { file, key: "objectGuess" });
}

async function work(
  job: StageJob,
  context: StageContext,
  folder: string,
  hooks: WorkHooks,
): Promise<JobResult> {
  const { cell, arm } = job;
  const definition = armDefinition(arm!);
  if (definition.kind === "engine" || definition.kind === "chain") {
    const copy = await copyOfTwin(job, context, folder, inputs);
    if (copy !== undefined) return copy;
  }
  const { dataset } = await readDataset(
    join(context.root, "data", cellPath(cell!), scoredFile(context.design)),
  );
  switch (definition.kind) {
    case "null":
      await writeReconstruction(folder, flatImage(dataset.object.height, dataset.object.width));
      return { summary: { start: "flat object" } };
    case "network":
      await writeReconstruction(folder, await trainedObject(cell!, arm!, context));
      return { summary: { start: "training job" } };
    case "baseline": {
      const { object, summary } = await baselineObject(definition.baseline, dataset, cell!, context);
      await writeReconstruction(folder, object);
      return { summary };
    }
    case "hybrid": {
      const { network, engine, engineOptions } = hybridOptions(context.design.methods["hybrid"] ?? {});
      const object = await trainedObject(cell!, network, context);
      const run = { engine, options: engineOptions, start: `object of ${network}, calibrated probe` };
      return runEngineArm(run, new Map([["reconstruction", { ...problemOf(dataset), object }]]), {
        cell: cell!,
        folder,
        threads: context.threads,
        ...hooks,
      });
    }
    case "chain": {
      const { engine, engineOptions } = chainOptions(context.design.methods);
      const run = { engine, options: engineOptions, start: neutralStart };
      const problems = new Map([["reconstruction", problemOf(dataset)]]);
      return runEngineArm(run, problems, { cell: cell!, folder, threads: context.threads, ...hooks });
    }
    case "engine": {
      const { engine } = definition;
      const run = { engine, options: context.design.engines[engine] ?? {}, start: neutralStart };
      const problems = new Map([["reconstruction", problemOf(dataset)]]);
      for (const file of context.design.kind === "measured" ? halfFiles : []) {
        const half = await readDataset(join(context.root, "data", cellPath(cell!), file));
        problems.set(`reconstruction-${file.replace(".npz", "")}`, problemOf(half.dataset));
      }
      return runEngineArm(run, problems, { cell: cell!, folder, threads: context.threads, ...hooks });
    }
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
  {
    engine: name,
    options,
    start,
  }: { engine: string; options: { readonly [key: string]: unknown }; start: string },
  problems: ReadonlyMap<string, Problem>,
  {
    cell,
    folder,
    threads,
    progress,
    signal,
    checkpoint,
  }: WorkHooks & {
    readonly cell: Cell;
    readonly folder: string;
    readonly threads: number | undefined;
  },
): Promise<JobResult> {
  const engine = prepareEngine(name, options);
  const histories: Record<string, History> = {};
  // One build of the kernels for all machines: the same bytes everywhere, and for any number of threads.
  const backend = openBackend({ kernels: "simd", threads });
  const passes = await openPasses(checkpoint);
  let done = 0;
  for (const [output, problem] of problems) {
    const { object, probe, history, deviance, choices } = await runOnLitPart(engine, problem, {
      backend,
      seed: cell.seed,
      signal,
      passes,
      onEpoch: ({ phase, epoch, epochs, error, fraction }) =>
        progress(
          (done + fraction) / problems.size,
          `${phase === "choose" ? "choosing, " : ""}epoch ${epoch}/${epochs}, misfit ${error.toPrecision(3)}`,
        ),
    });
    await writeReconstruction(folder, object, { output, probe, size: problem.size });
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
      start,
      frames: problems.get("reconstruction")?.frames ?? null,
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

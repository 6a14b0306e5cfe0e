// doselap reconstruct: one scan, one engine or chain, one object.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { ndarray } from "../../array/ndarray.ts";
import { extentOf } from "../../array/scan.ts";
import type { SizedBackend } from "../../compute/scan-backend.ts";
import type { SubPixel } from "../../compute/scan-memory.ts";
import { readArrayArgument, toProbe } from "../../data/array-argument.ts";
import { withProvenance } from "../../data/dataset.ts";
import { doseDoubts } from "../../data/dose-doubts.ts";
import type { Choice } from "../../engines/choose.ts";
import { lightFitOf, lightFitTexts } from "../../engines/fitted-light.ts";
import { planEngine, type EnginePlan } from "../../engines/plan.ts";
import { prepareEngine, type PreparedEngine } from "../../engines/prepare.ts";
import { runEngine, type EpochEvent } from "../../engines/run.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import { writeNpz } from "../../io/npz.ts";
import { mean } from "../../math/stats.ts";
import { mostProbeModes, withProbeModes } from "../../optics/probe-modes.ts";
import { problemOf } from "../../study/problem.ts";
import { inScanFile } from "../../study/scan-names.ts";
import { backendFlags, backendOf, budgetOf, kernelsFor, type BackendFlags } from "../backend-flags.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { detectorFlags, detectorOf, type DetectorFlags } from "../detector-flags.ts";
import { engineFlags, engineOptions, type EngineFlags } from "../engine-flags.ts";
import { jsonFlag, parseCount, parseNpzPath, parsePath, parseSeed } from "../flags.ts";
import { memoryLines, openScan, streamingOf, type OpenScan } from "../open-scan.ts";
import { keepApart, prepareOutput } from "../output-file.ts";
import { readFlags, type ReadFlags } from "../read-flags.ts";
import {
  checkpointFlags,
  keptOnStop,
  keptReconstruction,
  wayOn,
  type CheckpointFlags,
} from "../reconstruct-checkpoint.ts";

interface Flags extends ReadFlags, EngineFlags, BackendFlags, DetectorFlags, CheckpointFlags {
  readonly epochs?: number;
  readonly out: string;
  readonly probe?: string;
  readonly probeModes: number;
  readonly seed: number;
  readonly subpixel?: SubPixel;
  readonly json: boolean;
}

export const reconstructCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Reconstruct the object of a scan with an engine",
    fullDescription: [
      "Reads a scan, starts from a flat object as bright as the frames (with the slow phase that they tell, where",
      "it is strong) and the file's probe, and writes the object on the input's object frame (objectGuess) with the",
      "refined probe (probeGuess), the positions (xcoords, ycoords) and, with floatIntensities, the factor of each",
      "frame (scales).",
      "A scan that does not fit into --memory is read from disc while it is reconstructed; the result is the same.",
      "",
      "Examples:",
      "  doselap reconstruct scan.npz --engine rpie --epochs 60 --out object.npz",
      "  doselap reconstruct scan.npz --engine lsqml --threads 2 --probe-modes 3 --out object.npz",
      "  doselap reconstruct scan.npz --engine dm:30+ml:50 --fix-probe --out object.npz --json",
      "  doselap reconstruct scan.npz --engine ml --held-out 0.05 --set prior=tv --set priorWeight=auto --out o.npz",
      "  doselap reconstruct large.npz --engine lsqml --memory 4000 --scratch /data/tmp --out object.npz",
      "  doselap reconstruct large.npz --engine lsqml --checkpoint object.state --out object.npz",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "IN", brief: "The scan (NPZ)", parse: parsePath }],
    },
    flags: {
      ...engineFlags,
      epochs: {
        kind: "parsed",
        parse: parseCount,
        optional: true,
        placeholder: "E",
        brief: "Passes over all frames (default: the engine's own)",
      },
      out: {
        kind: "parsed",
        parse: parseNpzPath,
        placeholder: "OUT.npz",
        brief: "File to write: objectGuess and probeGuess",
      },
      probe: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE",
        brief: "Start from this probe instead of the scan's (.npy, FILE.npz:key, NPZ with probeGuess)",
      },
      probeModes: {
        kind: "parsed",
        parse: parseProbeModes,
        default: "1",
        placeholder: "K",
        brief: "Incoherent probe modes; those that the probe lacks start as Hermite modes",
      },
      seed: {
        kind: "parsed",
        parse: parseSeed,
        default: "42",
        placeholder: "SEED",
        brief: "Seeds the order of the frames",
      },
      subpixel: {
        kind: "enum",
        values: ["bilinear", "fourier"],
        optional: true,
        brief:
          "How the object is sampled between pixels (default: as the scan's metadata say, else bilinear)",
      },
      ...detectorFlags,
      ...backendFlags,
      ...checkpointFlags,
      ...readFlags,
      json: jsonFlag,
    },
  },
  async func(flags, input) {
    const { engine: name, epochs, probeModes } = flags;
    await keepApart(
      this.cwd,
      [
        ["--out", flags.out],
        ["--checkpoint", flags.checkpoint],
      ],
      [
        ["IN", input],
        ["--probe", flags.probe],
        ["--mask", flags.mask],
      ],
    );
    const engine = prepareEngine(name, engineOptions(flags, epochs));
    const backend = backendOf(flags);
    // The engine knows frames, not files: what it refuses before work is named here.
    const scan = await namingSource(input, flags, () =>
      openScan(input, flags, { cwd: this.cwd, engine, backend, probeModes }),
    );
    try {
      await reconstruct(this, input, flags, { engine, backend, scan });
    } catch (error) {
      throw wayOn(error, flags, this);
    } finally {
      await scan.close();
    }
  },
});

/** What the command has opened. */
interface Opened {
  readonly engine: PreparedEngine;
  readonly backend: SizedBackend;
  readonly scan: OpenScan;
}

/** Engines of a chain that visit frames one after the other. */
function serialEngines({ links }: PreparedEngine): string[] {
  return links
    .filter(
      ({ engine: { capabilities }, options }) =>
        capabilities.parallel === "with a batch" && "batchSize" in options && options.batchSize === 1,
    )
    .map(({ engine }) => engine.name);
}

/** Whether a link fits the intensities of the frames: later ones keep them. */
function floats({ links }: PreparedEngine): boolean {
  return links.some(({ options }) => options.floatIntensities === true);
}

async function reconstruct(
  context: CliContext,
  input: string,
  flags: Flags,
  { engine, backend, scan }: Opened,
): Promise<void> {
  const { out, probe: probeFile, probeModes, json, seed, subpixel } = flags;
  const { dataset, heldBytes } = scan;
  for (const warning of scan.warnings) printNote(context, `warning: ${warning}`);
  const given =
    probeFile === undefined
      ? dataset.probe
      : toProbe(await readArrayArgument(resolve(context.cwd, probeFile), { preferKeys: ["probeGuess"] }), {
          file: probeFile,
          key: "probe",
        });
  const start = withProbeModes(given, probeModes);
  if (probeModes > given.modes) {
    printNote(context, `${probeModes - given.modes} Hermite modes added to the probe, 2 % of its power each`);
  }
  const file = resolve(context.cwd, out);
  await prepareOutput(file);
  const detector = await detectorOf(flags, dataset.size, context.cwd);
  const problem = await namingSource(input, flags, async () => ({
    ...problemOf(dataset, { probe: start, modes: probeModes, subPixel: subpixel }),
    ...detector,
  }));
  const memory = { backend, memoryBudgetBytes: budgetOf(flags), heldBytes };
  const plan = await namingSource(input, flags, async () => planEngine(engine, problem, memory));
  const lightFit = lightFitOf(problem, plan.survey);
  const doubts = [
    ...doseDoubtsOf(input, dataset, plan),
    ...lightFitTexts(lightFit).map((text) => `${input}: ${text}`),
  ];
  for (const doubt of doubts) printNote(context, `warning: ${doubt}`);
  const warnings = [...scan.warnings, ...doubts];
  // From here on a signal asks to stop: the run hears it between epochs.
  const signal = context.stopSignal(keptOnStop(flags));
  const [estimate, ...streaming] = memoryLines(scan, plan, flags);
  printNote(context, `${backend.nameFor(dataset.size)}, ${estimate}`);
  for (const line of streaming) printNote(context, line);
  for (const name of backend.threads > 1 ? serialEngines(engine) : []) {
    printNote(context, `${name} works on one thread: frame after frame; --set batchSize=32 shares frames`);
  }
  const kernels = kernelsFor(flags, dataset.size);
  const kept = await keptReconstruction(flags, context, { engine, problem, seed, kernels });
  const result = await runEngine(engine, problem, {
    ...memory,
    passes: kept?.passes,
    survey: plan.survey,
    lightFit,
    seed,
    signal,
    now: context.now,
    onEpoch: (event) => {
      if (event.epoch % Math.max(1, Math.floor(event.epochs / 10)) === 0) {
        printNote(context, epochLine(event));
      }
    },
  });
  const { object, probe, positions, history, choices } = result;
  const fitted = floats(engine) ? extentOf(result.scales) : null;
  const size = dataset.size;
  const metadata = withProvenance(dataset.metadata, {
    operation: "reconstruct",
    parameters: {
      engine: engine.name,
      options: engine.options,
      seed,
      subPixel: problem.subPixel,
      kernels,
      choices,
    },
  });
  await writeNpz(file, {
    objectGuess: ndarray("complex64", [object.height, object.width], object.data),
    probeGuess: ndarray("complex64", probeModes === 1 ? [size, size] : [probeModes, size, size], probe),
    xcoords: ndarray("float64", [dataset.frames], positions.x),
    ycoords: ndarray("float64", [dataset.frames], positions.y),
    ...(fitted === null ? {} : { scales: ndarray("float32", [dataset.frames], result.scales) }),
    _metadata: ndarray("string", [], [JSON.stringify(metadata)]),
  });
  await kept?.done();
  const summary = {
    engine: engine.name,
    options: engine.options,
    cites: [...new Set(engine.links.flatMap((link) => link.engine.cites))],
    kernels: backend.nameFor(size),
    memoryBytes: plan.bytes + heldBytes,
    streaming: streamingOf(scan, plan),
    frames: dataset.frames,
    subPixel: problem.subPixel,
    objectShape: [object.height, object.width],
    misfit: history,
    finalMisfit: history.at(-1) ?? null,
    deviancePerPixel: result.deviance,
    choices,
    scales: fitted && { min: fitted.from, max: fitted.to },
    out,
    warnings,
  };
  if (json) printJson(context, summary);
  else {
    for (const choice of choices) printLine(context, choiceLine(choice));
    const misfit = history.at(-1)?.toPrecision(4) ?? "of the start";
    printLine(
      context,
      `${engine.name}: ${dataset.frames} frames, ${history.length} epochs, misfit ${misfit}, written to ${out}`,
    );
    if (fitted !== null) {
      const [from, to] = [fitted.from.toPrecision(3), fitted.to.toPrecision(3)];
      printLine(context, `  intensities of the frames from ${from} to ${to} (scales)`);
    }
  }
}

/** Of frames that were measured whole: what masked pixels would have counted nobody knows. */
function doseDoubtsOf(input: string, dataset: OpenScan["dataset"], { survey }: EnginePlan): string[] {
  const { validPixels, frameCounts } = survey;
  const whole = validPixels.every((pixels) => pixels === dataset.size ** 2);
  return whole ? doseDoubts(input, dataset, mean(frameCounts)) : [];
}

/** As many as withProbeModes makes. */
function parseProbeModes(text: string): number {
  const modes = parseCount(text);
  if (modes <= mostProbeModes) return modes;
  throw new DoselapError("Usage", "no such number of probe modes", {
    expected: `a whole number from 1 to ${mostProbeModes}`,
    got: text,
  });
}

/** Whatever `work` refuses of the scan is told by its file's name and keys, or by the flag that took their place. */
async function namingSource<Result>(
  file: string,
  { probe, mask, nearField }: Flags,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isDoselapError(error)) throw error;
    throw inScanFile(error, file, {
      probe: probe === undefined ? undefined : { file: probe, key: "--probe" },
      mask: mask === undefined ? undefined : { file: mask, key: "--mask" },
      saturationCounts: { key: "--saturation" },
      transfer: nearField === undefined ? undefined : { key: "--near-field" },
    });
  }
}

function epochLine({
  engine,
  phase,
  epoch,
  epochs,
  error,
  deviance,
  heldOutDeviance,
  seconds,
}: EpochEvent): string {
  const scored = heldOutDeviance === null ? "" : `  held-out deviance/px ${heldOutDeviance.toPrecision(4)}`;
  const time = seconds === null ? "" : `  ${seconds.toFixed(1)} s`;
  const what = phase === "choose" ? `${engine} (choosing)` : engine;
  return `${what} epoch ${epoch}/${epochs}  misfit ${error.toPrecision(4)}  deviance/px ${deviance.toPrecision(4)}${scored}${time}`;
}

function choiceLine({ engine, epoch, priorWeight, startDeviance, deviance }: Choice): string {
  const prior = priorWeight > 0 ? `, prior weight ${priorWeight.toPrecision(3)}` : "";
  return `${engine}: held-out frames chose epoch ${epoch}${prior}: deviance/px ${deviance.toPrecision(4)}, ${startDeviance.toPrecision(4)} at the start`;
}

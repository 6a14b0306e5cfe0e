// doselap reconstruct: one scan, one engine or chain, one object.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { ndarray } from "../../array/ndarray.ts";
import { readArrayArgument, toProbe } from "../../data/array-argument.ts";
import { withProvenance } from "../../data/dataset.ts";
import { readDataset } from "../../data/read.ts";
import { prepareEngine } from "../../engines/prepare.ts";
import { estimateBytes, runEngine, type Choice, type EpochEvent } from "../../engines/run.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import { writeNpz } from "../../io/npz.ts";
import { mostProbeModes, withProbeModes } from "../../optics/probe-modes.ts";
import { problemOf } from "../../study/problem.ts";
import { backendFlags, backendOf, budgetOf, kernelsFor, type BackendFlags } from "../backend-flags.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { detectorFlags, detectorOf, type DetectorFlags } from "../detector-flags.ts";
import { engineFlags, engineOptions, type EngineFlags } from "../engine-flags.ts";
import { jsonFlag, parseCount, parseNpzPath, parsePath, parseSeed } from "../flags.ts";
import { prepareOutput } from "../output-file.ts";
import { readFlags, readOptionsOf, type ReadFlags } from "../read-flags.ts";

interface Flags extends ReadFlags, EngineFlags, BackendFlags, DetectorFlags {
  readonly epochs?: number;
  readonly out: string;
  readonly probe?: string;
  readonly probeModes: number;
  readonly seed: number;
  readonly json: boolean;
}

export const reconstructCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Reconstruct the object of a scan with an engine",
    fullDescription: [
      "Reads a scan, starts from a flat object (amplitude 1, phase 0) and the file's probe, and writes the",
      "object on the input's object frame (objectGuess) with the refined probe (probeGuess).",
      "",
      "Examples:",
      "  doselap reconstruct scan.npz --engine rpie --epochs 60 --out object.npz",
      "  doselap reconstruct scan.npz --engine lsqml --threads 2 --probe-modes 3 --out object.npz",
      "  doselap reconstruct scan.npz --engine dm:30+ml:50 --fix-probe --out object.npz --json",
      "  doselap reconstruct scan.npz --engine ml --held-out 0.05 --set prior=tv --set priorWeight=auto --out o.npz",
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
      ...detectorFlags,
      ...backendFlags,
      ...readFlags,
      json: jsonFlag,
    },
  },
  async func(flags, input) {
    const { engine: name, epochs, out, probe: probeFile, probeModes, json, seed } = flags;
    const engine = prepareEngine(name, engineOptions(flags, epochs));
    const backend = backendOf(flags);
    const scanPath = resolve(this.cwd, input);
    const { dataset, warnings } = await readDataset(scanPath, readOptionsOf(flags));
    for (const warning of warnings) printNote(this, `warning: ${warning}`);
    const given =
      probeFile === undefined
        ? dataset.probe
        : toProbe(await readArrayArgument(resolve(this.cwd, probeFile), { preferKeys: ["probeGuess"] }), {
            file: probeFile,
            key: "probe",
          });
    const start = withProbeModes(given, probeModes);
    if (probeModes > given.modes) {
      printNote(this, `${probeModes - given.modes} Hermite modes added to the probe, 2 % of its power each`);
    }
    const file = resolve(this.cwd, out);
    await prepareOutput(file);
    const detector = await detectorOf(flags, dataset.size, this.cwd);
    const problem = { ...problemOf(dataset, { probe: start, modes: probeModes }), ...detector };
    // The engine knows frames, not files: what it refuses before work is named here.
    const bytes = namingFile(input, () =>
      estimateBytes(engine, problem, { backend, memoryBudgetBytes: budgetOf(flags) }),
    );
    printNote(this, `${backend.nameFor(dataset.size)}, ${(bytes / 1e6).toFixed(1)} MB`);
    const result = await runEngine(engine, problem, {
      backend,
      seed,
      memoryBudgetBytes: budgetOf(flags),
      signal: this.signal,
      now: this.now,
      onEpoch: (event) => {
        if (event.epoch % Math.max(1, Math.floor(event.epochs / 10)) === 0) {
          printNote(this, epochLine(event));
        }
      },
    });
    const { object, probe, positions, history, choices } = result;
    const size = dataset.size;
    const metadata = withProvenance(dataset.metadata, {
      operation: "reconstruct",
      parameters: { engine: name, options: engine.options, seed, kernels: kernelsFor(flags, size), choices },
    });
    await writeNpz(file, {
      objectGuess: ndarray("complex64", [object.height, object.width], object.data),
      probeGuess: ndarray("complex64", probeModes === 1 ? [size, size] : [probeModes, size, size], probe),
      xcoords: ndarray("float64", [dataset.frames], positions.x),
      ycoords: ndarray("float64", [dataset.frames], positions.y),
      _metadata: ndarray("string", [], [JSON.stringify(metadata)]),
    });
    const summary = {
      engine: name,
      options: engine.options,
      cites: [...new Set(engine.links.flatMap((link) => link.engine.cites))],
      kernels: backend.nameFor(size),
      memoryBytes: bytes,
      frames: dataset.frames,
      objectShape: [object.height, object.width],
      misfit: history,
      finalMisfit: history.at(-1) ?? null,
      deviancePerPixel: result.deviance,
      choices,
      out,
      warnings,
    };
    if (json) printJson(this, summary);
    else {
      for (const choice of choices) printLine(this, choiceLine(choice));
      const misfit = history.at(-1)?.toPrecision(4) ?? "of the start";
      printLine(
        this,
        `${name}: ${dataset.frames} frames, ${history.length} epochs, misfit ${misfit}, written to ${out}`,
      );
    }
  },
});

/** As many as withProbeModes makes. */
function parseProbeModes(text: string): number {
  const modes = parseCount(text);
  if (modes <= mostProbeModes) return modes;
  throw new DoselapError("Usage", "no such number of probe modes", {
    expected: `a whole number from 1 to ${mostProbeModes}`,
    got: text,
  });
}

function namingFile<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!isDoselapError(error) || error.context.file !== undefined) throw error;
    throw new DoselapError(error._tag, error.message, { file, cause: error });
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

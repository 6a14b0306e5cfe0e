// doselap reconstruct: one scan, one engine, one object.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { ndarray } from "../../array/ndarray.ts";
import { referenceBackend } from "../../compute/reference.ts";
import { readArrayArgument, toProbe } from "../../data/array-argument.ts";
import { withProvenance } from "../../data/dataset.ts";
import { readDataset } from "../../data/read.ts";
import { engines, prepareEngine, type EngineName } from "../../engines/registry.ts";
import { runEngine } from "../../engines/run.ts";
import { DoselapError } from "../../errors.ts";
import { writeNpz } from "../../io/npz.ts";
import { problemOf } from "../../study/problem.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import {
  jsonFlag,
  parseCount,
  parseFraction,
  parseNonNegative,
  parseNpzPath,
  parsePath,
  parsePositive,
  parseSeed,
} from "../flags.ts";
import { prepareOutput } from "../output-file.ts";
import { readFlags, readOptionsOf, type ReadFlags } from "../read-flags.ts";

interface Flags extends ReadFlags {
  readonly engine: EngineName;
  readonly epochs: number;
  readonly out: string;
  readonly probe?: string;
  readonly fixProbe: boolean;
  readonly probeModes: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly objectStep?: number;
  readonly probeStep?: number;
  readonly seed: number;
  readonly threads: number;
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
      "  doselap reconstruct scan.npz --fix-probe --alpha 1 --out object.npz --json",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "IN", brief: "The scan (NPZ)", parse: parsePath }],
    },
    flags: {
      engine: { kind: "enum", values: ["rpie"], default: "rpie", brief: "The reconstruction engine" },
      epochs: {
        kind: "parsed",
        parse: parseCount,
        default: "60",
        placeholder: "E",
        brief: "Passes over all frames",
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
      fixProbe: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "The probe is known: never update it",
      },
      probeModes: {
        kind: "parsed",
        parse: parseCount,
        default: "1",
        placeholder: "K",
        brief: "Incoherent probe modes of the file to use",
      },
      alpha: {
        kind: "parsed",
        parse: parseFraction,
        optional: true,
        brief: "rPIE α of the object update, (0, 1]; 1 = ePIE (default 0.9)",
      },
      beta: {
        kind: "parsed",
        parse: parseFraction,
        optional: true,
        brief: "rPIE β of the probe update, (0, 1] (default 1)",
      },
      objectStep: {
        kind: "parsed",
        parse: parsePositive,
        optional: true,
        brief: "First object step γ (default 1)",
      },
      probeStep: {
        kind: "parsed",
        parse: parseNonNegative,
        optional: true,
        brief: "First probe step γ' (default 0.5)",
      },
      seed: {
        kind: "parsed",
        parse: parseSeed,
        default: "42",
        placeholder: "SEED",
        brief: "Seeds the order of the frames",
      },
      threads: {
        kind: "parsed",
        parse: parseCount,
        default: "1",
        placeholder: "T",
        brief: "Threads at most; rpie updates frame after frame and uses one. The result is the same",
      },
      ...readFlags,
      json: jsonFlag,
    },
  },
  async func(
    { engine: name, epochs, out, probe: probeFile, fixProbe, probeModes, json, seed, ...rest },
    input,
  ) {
    const { alpha, beta, objectStep, probeStep } = rest;
    const given = Object.entries({ alpha, beta, objectStep, probeStep }).filter(
      ([, value]) => value !== undefined,
    );
    const engine = prepareEngine(name, { epochs, fixProbe, ...Object.fromEntries(given) });
    const scanPath = resolve(this.cwd, input);
    const { dataset, warnings } = await readDataset(scanPath, readOptionsOf(rest));
    for (const warning of warnings) printNote(this, `warning: ${warning}`);
    const start =
      probeFile === undefined
        ? dataset.probe
        : toProbe(await readArrayArgument(resolve(this.cwd, probeFile), { preferKeys: ["probeGuess"] }), {
            file: probeFile,
            key: "probe",
          });
    if (probeModes > start.modes) {
      throw new DoselapError("Usage", "the probe has fewer modes than asked for", {
        key: "--probe-modes",
        expected: `at most ${start.modes}`,
        got: String(probeModes),
      });
    }
    const file = resolve(this.cwd, out);
    await prepareOutput(file);
    const problem = problemOf(dataset, { probe: start, modes: probeModes });
    const tenth = Math.max(1, Math.floor(epochs / 10));
    const { object, probe, history } = await runEngine(engine, problem, {
      backend: referenceBackend,
      seed,
      signal: this.signal,
      onEpoch: ({ epoch, error }) => {
        if (epoch % tenth === 0) printNote(this, `epoch ${epoch}/${epochs}  misfit ${error.toPrecision(4)}`);
      },
    });
    const size = dataset.size;
    const metadata = withProvenance(dataset.metadata, {
      operation: "reconstruct",
      parameters: { engine: name, options: engine.options, seed },
    });
    await writeNpz(file, {
      objectGuess: ndarray("complex64", [object.height, object.width], object.data),
      probeGuess: ndarray("complex64", probeModes === 1 ? [size, size] : [probeModes, size, size], probe),
      _metadata: ndarray("string", [], [JSON.stringify(metadata)]),
    });
    const summary = {
      engine: name,
      options: engine.options,
      cites: engines[name].cites,
      frames: dataset.frames,
      objectShape: [object.height, object.width],
      misfit: history,
      finalMisfit: history.at(-1) ?? null,
      out,
      warnings,
    };
    if (json) printJson(this, summary);
    else
      printLine(
        this,
        `${name}: ${dataset.frames} frames, ${epochs} epochs, misfit ${history.at(-1)?.toPrecision(4)}, written to ${out}`,
      );
  },
});

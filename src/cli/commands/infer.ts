// doselap infer: a trained network, one scan, one object.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { ndarray } from "../../array/ndarray.ts";
import { withProvenance } from "../../data/dataset.ts";
import { readDataset } from "../../data/read.ts";
import { DoselapError } from "../../errors.ts";
import { writeNpz } from "../../io/npz.ts";
import { loadBundle } from "../../nn/bundle/bundle.ts";
import { nodeProviders, openNodeRuntime, type NodeProvider } from "../../nn/runtime/node.ts";
import { contrastText } from "../../nn/inference/calibrated.ts";
import { inferDataset } from "../../study/infer.ts";
import { budgetOf, memoryFlag } from "../backend-flags.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parseCount, parseNpzPath, parsePath, parseSeed } from "../flags.ts";
import { keepApart, prepareOutput } from "../output-file.ts";
import { readFlags, readOptionsOf, type ReadFlags } from "../read-flags.ts";

interface Flags extends ReadFlags {
  readonly out: string;
  readonly provider: NodeProvider;
  readonly threads: number;
  readonly neighbors: number;
  readonly seed: number;
  readonly memory?: number;
  readonly json: boolean;
}

export const inferCommand = buildCommand<Flags, [string, string], CliContext>({
  docs: {
    brief: "Reconstruct the object of a scan with a trained network",
    fullDescription: [
      "MODEL is the folder that a training job left (train/.../model): its hashes are checked before it is used.",
      "DATA is a scan (NPZ) of the same frame size, whose metadata say its dose. Writes the object on the scan's",
      "object frame (objectGuess) with the scan's probe (probeGuess). The network is applied as in its training job:",
      "on the job's own test frames, with the study's K and grouping seed, it gives the job's own object.",
      "",
      "Example:",
      "  doselap infer runs/quick/train/dose_10000/dense/gs2/pinn/seed_42/model scan.npz --out object.npz",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { placeholder: "MODEL", brief: "Folder of the trained network", parse: parsePath },
        { placeholder: "DATA", brief: "The scan (NPZ)", parse: parsePath },
      ],
    },
    flags: {
      out: {
        kind: "parsed",
        parse: parseNpzPath,
        placeholder: "OUT.npz",
        brief: "File to write: objectGuess and probeGuess",
      },
      provider: {
        kind: "enum",
        values: nodeProviders,
        default: "cpu",
        brief: "What runs the network; cuda and webgpu were never run on a real GPU here",
      },
      threads: {
        kind: "parsed",
        parse: parseCount,
        default: "1",
        placeholder: "T",
        brief: "Threads; one gives the same bytes on every run",
      },
      neighbors: {
        kind: "parsed",
        parse: parseCount,
        default: "7",
        placeholder: "K",
        brief: "A group's other frames are chosen among this many nearest ones",
      },
      seed: {
        kind: "parsed",
        parse: parseSeed,
        default: "123",
        placeholder: "SEED",
        brief: "Seeds that choice, and the engine of a network that corrects one",
      },
      memory: memoryFlag(
        "Most memory of the pass of pinn-scan or supervised-scan over the scan (default 1074): parts of it in turn, the same object",
      ),
      ...readFlags,
      json: jsonFlag,
    },
  },
  async func(flags, model, data) {
    const { out, provider, threads, neighbors, seed, json } = flags;
    await keepApart(
      this.cwd,
      [["--out", out]],
      [
        ["MODEL", model],
        ["DATA", data],
      ],
    );
    const target = resolve(this.cwd, out);
    await prepareOutput(target);
    const bundle = await loadBundle(resolve(this.cwd, model));
    const { dataset, warnings: read } = await readDataset(resolve(this.cwd, data), readOptionsOf(flags));
    const signal = this.stopSignal("nothing is kept: an inference has no checkpoint");
    const { object, contrast, warnings } = await inferDataset(bundle, dataset, {
      file: data,
      runtime: await openNodeRuntime({ provider }),
      threads,
      neighborCount: neighbors,
      seed,
      memoryBudgetBytes: budgetOf(flags),
      progress: everyTenth((text) => printNote(this, text)),
      signal,
    });
    // Asked to stop in the last step: what was said then must be true.
    if (signal.aborted) throw new DoselapError("Interrupted", "stopped; nothing was written");
    const all = [...read, ...warnings];
    for (const warning of all) printNote(this, `warning: ${warning}`);
    const { probe, frames, size } = dataset;
    const { arm, options } = bundle;
    const metadata = withProvenance(dataset.metadata, {
      operation: "infer",
      parameters: { arm: arm.name, options, seed, neighborCount: neighbors, provider, threads },
    });
    await writeNpz(target, {
      objectGuess: ndarray("complex64", [object.height, object.width], object.data),
      probeGuess: ndarray(
        "complex64",
        probe.modes === 1 ? [size, size] : [probe.modes, size, size],
        probe.data,
      ),
      _metadata: ndarray("string", [], [JSON.stringify(metadata)]),
    });
    const objectShape = [object.height, object.width];
    if (json) {
      const answer = { arm: arm.name, options, frames, objectShape, out, warnings: all };
      printJson(this, { ...answer, contrast: contrast ?? null });
      return;
    }
    printLine(this, `${arm.name}: ${frames} frames, object ${objectShape.join(" × ")} px, written to ${out}`);
    if (contrast !== undefined) printLine(this, `  ${contrastText(contrast)}`);
  },
});

/** Says how far it is whenever another tenth is done. */
function everyTenth(say: (text: string) => void): (fraction: number, note: string) => void {
  let said = 0;
  return (fraction, note) => {
    const tenths = Math.floor(10 * fraction + 1e-9);
    if (tenths <= said) return;
    said = tenths;
    say(`${10 * tenths} %${note === "" ? "" : `, ${note}`}`);
  };
}

// A trained network as a folder:
//   model.onnx     inference, weights inside, opset in the file: any ONNX runtime opens it
//   weights.npz    the same weights by name, float32
//   topology.json  what the model takes and gives, and the parameters' shapes
//   config.json    the arm, its options, and what it depends on of the scan it was trained on
//   history.json   losses by epoch, levels, the best epoch, the seed that was used
//   bundle.json    format, version, and the sha256 of each of the others
// Loading checks every hash, and the files against each other (consistent.ts), and gives a value: nothing global is touched.
// A folder is written file by file, bundle.json last, so a folder without it is no bundle.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ndarray } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { writeFileAtomic, writeJson } from "../../io/atomic.ts";
import { sha256File } from "../../io/hash.ts";
import { readJson } from "../../io/json.ts";
import { makeFolder } from "../../io/make-folder.ts";
import { writeNpz } from "../../io/npz.ts";
import { doselapVersion } from "../../version.ts";
import type { NetworkArm, NetworkFacts, Trained } from "../arms/arm.ts";
import type { CommonOptions, Schedule } from "../arms/options.ts";
import { isNetworkArm, networkArmNames, networkArms } from "../arms/registry.ts";
import type { ParameterValues } from "../models/parameters.ts";
import { opsetVersion } from "../onnx/model.ts";
import { checkHistory, checkTopology, modelOf, readWeights, wayOut } from "./consistent.ts";

const format = "doselap-network";
const formatVersion = 1;
const contents = ["model.onnx", "weights.npz", "topology.json", "config.json", "history.json"] as const;

/** A network that was trained: what inference needs. */
export interface NetworkBundle {
  readonly arm: NetworkArm;
  readonly options: CommonOptions;
  readonly facts: NetworkFacts;
  readonly parameters: ParameterValues;
}

/** Writes the bundle. @throws File. */
export async function saveBundle(
  folder: string,
  {
    arm,
    options,
    schedule,
    trained: { fit, facts },
  }: { arm: NetworkArm; options: CommonOptions; schedule: Schedule; trained: Trained },
): Promise<void> {
  const { parameters } = fit;
  const { onnx, inputs, outputs, specs } = arm.model({ options, parameters, facts });
  await makeFolder(folder);
  await writeFileAtomic(join(folder, "model.onnx"), onnx());
  await writeNpz(
    join(folder, "weights.npz"),
    Object.fromEntries(specs.map(({ name, shape }) => [name, ndarray("float32", shape, parameters[name]!)])),
  );
  const shapes = specs.map(({ name, shape }) => ({ name, shape }));
  await writeJson(join(folder, "topology.json"), {
    opset: opsetVersion,
    inputs,
    outputs,
    parameters: shapes,
  });
  await writeJson(join(folder, "config.json"), { arm: arm.name, options, schedule, facts });
  const { history, levels, trainingLevels = {}, bestEpoch, seed } = fit;
  await writeJson(join(folder, "history.json"), { bestEpoch, seed, levels, trainingLevels, epochs: history });
  const sha256: Record<string, string> = {};
  for (const name of contents) sha256[name] = await sha256File(join(folder, name));
  await writeJson(join(folder, "bundle.json"), { format, version: formatVersion, doselapVersion, sha256 });
}

const head = z.object({
  format: z.literal(format),
  version: z.number(),
  sha256: z.record(z.string(), z.string()),
});
/** Bounded, so that no file makes a model that exhausts the machine (INPUT-004). */
const size = z.number().int().positive().max(16384);
const config = z.object({
  arm: z.string(),
  options: z.record(z.string(), z.unknown()),
  facts: z.strictObject({
    sizePx: size,
    groupSize: z.union([z.literal(1), z.literal(4)]),
    probeModes: z.number().int().positive().max(256),
    dosePhotons: z.number().positive(),
    canvasPx: size,
    regionPx: size,
    masked: z.literal(true).optional(),
  }),
});

/** Options that came after bundles were written without them, as those networks were trained. */
const earlier: { readonly [arm: string]: { readonly [option: string]: unknown } } = {
  "pinn-scan": { stages: 1 },
};

/** Reads a bundle. @throws File, Format for a folder that is none, is truncated or of another version, Hash for a file that
 * was changed after it was written, Contract for files that contradict each other. */
export async function loadBundle(folder: string): Promise<NetworkBundle> {
  const { version, sha256 } = await readJson(join(folder, "bundle.json"), head, wayOut);
  if (version !== formatVersion) {
    throw new DoselapError("Format", "this bundle is of another version", {
      file: join(folder, "bundle.json"),
      key: "version",
      expected: String(formatVersion),
      got: String(version),
      hint: "Use the doselap version that wrote it, or train again.",
    });
  }
  for (const name of contents) await checkHash(folder, name, sha256[name]);
  const { arm: name, options: given, facts } = await readJson(join(folder, "config.json"), config, wayOut);
  const file = join(folder, "config.json");
  if (!isNetworkArm(name)) {
    throw new DoselapError("Format", "this bundle is of an arm that is not known here", {
      file,
      key: "arm",
      expected: networkArmNames.join(", "),
      got: name,
    });
  }
  const arm: NetworkArm = networkArms[name];
  const parsed = arm.options.safeParse({ ...earlier[name], ...given });
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new DoselapError("Format", issue.message, {
      file,
      key: ["options", ...issue.path].join("."),
      hint: wayOut,
    });
  }
  const options = parsed.data;
  const model = modelOf(arm, { options, facts }, file);
  await checkTopology(folder, model);
  const parameters = await readWeights(folder, model.specs);
  await checkHistory(folder);
  return { arm, options, facts, parameters };
}

async function checkHash(folder: string, name: string, expected: string | undefined): Promise<void> {
  const file = join(folder, name);
  const got = await sha256File(file);
  if (got === expected) return;
  throw new DoselapError("Hash", "the file is not the one that was written with this bundle", {
    file,
    expected: expected === undefined ? "its sha256 in bundle.json" : `sha256 ${expected}`,
    got,
    hint: wayOut,
  });
}

/** The bytes of a bundle's model. */
export function readModel(folder: string): Promise<Uint8Array> {
  return readFile(join(folder, "model.onnx"));
}

// Whether the files of a bundle speak of one network: what its arm makes of the options and facts in config.json takes and
// gives what topology.json says, and learns what weights.npz holds. Hashes do not tell: they can be made anew.

import { join } from "node:path";
import { z } from "zod";
import { DoselapError, isDoselapError } from "../../errors.ts";
import { readJson } from "../../io/json.ts";
import { openNpz } from "../../io/npz.ts";
import type { NetworkArm, NetworkFacts } from "../arms/arm.ts";
import type { CommonOptions } from "../arms/options.ts";
import { shapeText } from "../graph/shape.ts";
import type { InferenceModel } from "../inference/inference-model.ts";
import type { ParameterSpec, ParameterValues } from "../models/parameters.ts";
import { opsetVersion } from "../onnx/model.ts";

export const wayOut = "Train again, or copy the whole folder.";

/** What the model of these options would be. @throws Contract when a network of such facts cannot be. */
export function modelOf(
  arm: NetworkArm,
  { options, facts }: { readonly options: CommonOptions; readonly facts: NetworkFacts },
  configFile: string,
): InferenceModel {
  try {
    return arm.model({ options, facts, parameters: {} });
  } catch (error) {
    if (!isDoselapError(error)) throw error;
    const { key, expected, got } = error.context;
    throw new DoselapError("Contract", error.headline, {
      file: configFile,
      key: key === undefined ? "facts" : `facts.${key}`,
      expected,
      got,
      hint: wayOut,
      cause: error,
    });
  }
}

const named = z.array(z.object({ name: z.string(), shape: z.array(z.number().int().positive()) }));
const topology = z.object({ opset: z.number(), inputs: named, outputs: named, parameters: named });

/** @throws File, Format, Contract when topology.json is not that of the model. */
export async function checkTopology(folder: string, model: InferenceModel): Promise<void> {
  const file = join(folder, "topology.json");
  const told = await readJson(file, topology, wayOut);
  if (told.opset !== opsetVersion)
    throw contradiction(file, "opset", String(opsetVersion), String(told.opset));
  checkShapes(file, "inputs", model.inputs, told.inputs);
  checkShapes(file, "outputs", model.outputs, told.outputs);
  checkShapes(file, "parameters", model.specs, told.parameters);
}

type Named = z.infer<typeof named>;

function checkShapes(
  file: string,
  part: string,
  needed: readonly Pick<ParameterSpec, "name" | "shape">[],
  told: Named,
): void {
  const expected = new Map(needed.map(({ name, shape }) => [name, shapeText(shape)]));
  const found = new Map(told.map(({ name, shape }) => [name, shapeText(shape)]));
  for (const name of [...expected.keys(), ...found.keys()]) {
    const [wanted, got] = [expected.get(name), found.get(name)];
    if (wanted === got) continue;
    const rule = `${wanted ?? "nothing"}, by the arm and options of config.json`;
    throw contradiction(file, `${part}.${name}`, rule, got ?? "nothing");
  }
}

/** The weights of the network. @throws File, Format, Contract when they are another network's. */
export async function readWeights(folder: string, specs: readonly ParameterSpec[]): Promise<ParameterValues> {
  const file = join(folder, "weights.npz");
  const npz = await openNpz(file);
  try {
    const values: Record<string, Float32Array> = {};
    for (const { name, shape } of specs) {
      const array = npz.names.includes(name) ? await npz.read(name) : undefined;
      const expected = `float32 ${shapeText(shape)}`;
      const got = array === undefined ? "no such array" : `${array.dtype} ${shapeText(array.shape)}`;
      if (array?.dtype !== "float32" || got !== expected) throw contradiction(file, name, expected, got);
      values[name] = array.data;
    }
    const more = npz.names.find((name) => !Object.hasOwn(values, name));
    if (more !== undefined)
      throw contradiction(file, more, "the parameters of topology.json", "an array more");
    return values;
  } finally {
    await npz.close();
  }
}

const numbers = z.record(z.string(), z.number());
const history = z
  .object({
    bestEpoch: z.number().int().min(0),
    seed: z.number().int().min(0),
    levels: numbers,
    trainingLevels: numbers.optional(),
    epochs: z.array(
      z.object({
        epoch: z.number().int().positive(),
        loss: z.number(),
        rate: z.number(),
        gradientNorm: z.number(),
        validation: z.number(),
        spread: z.number(),
        deadUnits: z.number(),
      }),
    ),
  })
  .refine(({ bestEpoch, epochs }) => bestEpoch <= epochs.length, {
    path: ["bestEpoch"],
    message: "is no epoch of the history",
  });

/** Inference does not need it; a folder without it is not whole. @throws File, Format. */
export async function checkHistory(folder: string): Promise<void> {
  await readJson(join(folder, "history.json"), history, wayOut);
}

function contradiction(file: string, key: string, expected: string, got: string): DoselapError {
  return new DoselapError("Contract", "the bundle's files are of different networks", {
    file,
    key,
    expected,
    got,
    hint: wayOut,
  });
}

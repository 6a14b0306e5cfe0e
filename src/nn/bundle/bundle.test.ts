// A trained network as a folder: what comes back is what was saved, bit by bit, and a folder that is not whole is refused.

import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ndarray } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import { writeNpz } from "../../io/npz.ts";
import { sha256File } from "../../io/hash.ts";
import { networkTask } from "../../../test/support/network-job.ts";
import type { ArmContext, Trained } from "../arms/arm.ts";
import { networkArms } from "../arms/registry.ts";
import { initialise, type ParameterValues } from "../models/parameters.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import { loadBundle, readModel, saveBundle } from "./bundle.ts";

const arm = networkArms.pinn;
const options = arm.options.parse({ widths: [4, 8], steps: 2 });
const schedule = { epochs: 2, batchSize: 8, learningRate: 3e-3 };
const task = networkTask({ groupSize: 4 });

let root = "";
let saved = "";
let trained: Trained;
let context: ArmContext;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-bundle-"));
  saved = join(root, "model");
  const backend = openBackend({ kernels: "simd", threads: 1 });
  context = { seed: 1, runtime: await openNodeRuntime(), backend, threads: 1, log: () => undefined };
  trained = await arm.train(task, options, { ...context, schedule });
  // Weights of 0 would be anybody's.
  expect(trained.fit.bestEpoch).toBeGreaterThan(0);
  await saveBundle(saved, { arm, options, schedule, trained });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const files = ["model.onnx", "weights.npz", "topology.json", "config.json", "history.json", "bundle.json"];

/** A copy of the bundle that a test may spoil. */
async function copy(): Promise<string> {
  const folder = await mkdtemp(join(root, "copy-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of files) await copyFile(join(saved, name), join(folder, name));
  return folder;
}

/** Replaces text of a JSON file, when told how, and, unless it is bundle.json itself, makes the hashes right again. */
async function edit(folder: string, name: string, change?: (text: string) => string): Promise<void> {
  if (change !== undefined)
    await writeFile(join(folder, name), change(await readFile(join(folder, name), "utf8")));
  if (name === "bundle.json") return;
  const head = JSON.parse(await readFile(join(folder, "bundle.json"), "utf8"));
  head.sha256[name] = await sha256File(join(folder, name));
  await writeFile(join(folder, "bundle.json"), JSON.stringify(head));
}

function bits(values: ParameterValues): { [name: string]: string } {
  const hex = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
    Buffer.from(buffer, byteOffset, byteLength).toString("hex");
  return Object.fromEntries(Object.entries(values).map(([name, data]) => [name, hex(data)]));
}

describe("what is saved comes back", () => {
  test("weights bit by bit, with arm, options and facts", async () => {
    const bundle = await loadBundle(saved);
    expect(bits(bundle.parameters)).toEqual(bits(trained.fit.parameters));
    expect(bundle.arm).toBe(arm);
    expect(bundle.options).toEqual(options);
    expect(bundle.facts).toEqual(trained.facts);
  });

  test("the object that it infers is the same to the last bit", async () => {
    const { object: before } = await arm.infer(
      task,
      { options, parameters: trained.fit.parameters, facts: trained.facts },
      context,
    );
    const bundle = await loadBundle(saved);
    const { object: after } = await bundle.arm.infer(task, bundle, context);
    expect(bits({ object: after.data })).toEqual(bits({ object: before.data }));
  });

  test("it is the trained network, not the one that training began with (F-19)", async () => {
    const { specs } = arm.model({ options, parameters: trained.fit.parameters, facts: trained.facts });
    const untrained = initialise(specs, 1);
    const { parameters, facts } = await loadBundle(saved);
    for (const [name, data] of Object.entries(untrained)) {
      if (name.endsWith(".weight"))
        expect(bits({ data: parameters[name]! }), name).not.toEqual(bits({ data }));
    }
    const { object: first } = await arm.infer(task, { options, parameters: untrained, facts }, context);
    const { object: last } = await arm.infer(task, { options, parameters, facts }, context);
    expect(bits({ object: last.data })).not.toEqual(bits({ object: first.data }));
  });

  test("the same network is the same bytes, and another is not", async () => {
    const again = join(root, "again");
    await saveBundle(again, { arm, options, schedule, trained });
    for (const name of files)
      expect(await sha256File(join(again, name))).toBe(await sha256File(join(saved, name)));
    const { fit } = trained;
    const zeros = Object.fromEntries(
      Object.entries(fit.parameters).map(([name, data]) => [name, new Float32Array(data.length)]),
    );
    await saveBundle(again, {
      arm,
      options,
      schedule,
      trained: { ...trained, fit: { ...fit, parameters: zeros } },
    });
    expect(await readModel(again)).not.toEqual(await readModel(saved));
  });

  test("two bundles in one process stay apart: loading touches nothing that others see", async () => {
    const before = await loadBundle(saved);
    const kept = bits(before.parameters);
    const one = await loadBundle(saved);
    for (const data of Object.values(one.parameters)) data.fill(7);
    expect(bits(before.parameters)).toEqual(kept);
    expect(bits((await loadBundle(saved)).parameters)).toEqual(kept);
  });
});

describe("a network of several stages", () => {
  const scanArm = networkArms["pinn-scan"];
  const given = { widths: [4], splits: 1, tilePx: 32, framesPerTile: 4, average: 0.5 };
  // Without a prior its noise leaves the network something to do.
  const engine = { engine: "rpie", engineOptions: { epochs: 1, alpha: 1, prior: "none" } };

  async function savedWith(stages: number) {
    const rule = scanArm.options.parse({ ...given, ...engine, stages });
    const plan = { epochs: 1, batchSize: 8, learningRate: 1e-2 };
    const found = await scanArm.train(task, rule, { ...context, schedule: plan });
    expect(found.fit.bestEpoch).toBe(1);
    const folder = await mkdtemp(join(root, "stages-"));
    await saveBundle(folder, { arm: scanArm, options: rule, schedule: plan, trained: found });
    return { folder, rule, found };
  }

  test("comes back with all of them, and infers the same to the last bit", async () => {
    const { folder, rule, found } = await savedWith(2);
    const bundle = await loadBundle(folder);
    expect(bits(bundle.parameters)).toEqual(bits(found.fit.parameters));
    expect(Object.keys(bundle.parameters).filter((name) => name.endsWith("head.weight"))).toEqual([
      "tile.head.weight",
      "tile2.head.weight",
    ]);
    const { object: before } = await scanArm.infer(
      task,
      { options: rule, parameters: found.fit.parameters, facts: found.facts },
      context,
    );
    const { object: after } = await bundle.arm.infer(task, bundle, context);
    expect(bits({ object: after.data })).toEqual(bits({ object: before.data }));
    const one = { ...bundle, options: scanArm.options.parse({ ...given, ...engine, stages: 1 }) };
    expect(bits({ object: (await scanArm.infer(task, one, context)).object.data })).not.toEqual(
      bits({ object: before.data }),
    );
  });

  test("one of a version that had no stages is loaded as what it is: of one", async () => {
    const { folder, rule, found } = await savedWith(1);
    await edit(folder, "config.json", (text) => {
      const told = JSON.parse(text);
      delete told.options.stages;
      return JSON.stringify(told);
    });
    const bundle = await loadBundle(folder);
    expect(bundle.options).toEqual(rule);
    const { object: before } = await scanArm.infer(
      task,
      { options: rule, parameters: found.fit.parameters, facts: found.facts },
      context,
    );
    expect(bits({ object: (await bundle.arm.infer(task, bundle, context)).object.data })).toEqual(
      bits({ object: before.data }),
    );
  });
});

describe("a folder that is no whole bundle is refused, by file and key", () => {
  test.each(files)("without %s", async (name) => {
    const folder = await copy();
    await rm(join(folder, name));
    await expect(loadBundle(folder)).rejects.toMatchObject({
      _tag: "File",
      context: { file: join(folder, name) },
    });
  });

  test.each(files.slice(0, -1))("%s cut short", async (name) => {
    const folder = await copy();
    await truncate(join(folder, name), 20);
    await expect(loadBundle(folder)).rejects.toMatchObject({
      _tag: "Hash",
      context: { file: join(folder, name), expected: expect.stringMatching(/^sha256 [0-9a-f]{64}$/u) },
    });
  });

  test("bundle.json cut short", async () => {
    const folder = await copy();
    await truncate(join(folder, "bundle.json"), 20);
    await expect(loadBundle(folder)).rejects.toMatchObject({
      _tag: "Format",
      context: { file: join(folder, "bundle.json") },
    });
  });

  test("a file that was changed after it was written", async () => {
    const folder = await copy();
    const weights = await readFile(join(folder, "weights.npz"));
    weights[weights.length >> 1]! ^= 1;
    await writeFile(join(folder, "weights.npz"), weights);
    await expect(loadBundle(folder)).rejects.toMatchObject({
      _tag: "Hash",
      context: { file: join(folder, "weights.npz") },
    });
  });

  const edits: readonly [what: string, name: string, from: string | RegExp, to: string, key: string][] = [
    ["of another version", "bundle.json", '"version": 1', '"version": 2', "version"],
    ["of another format", "bundle.json", "doselap-network", "somebodys-network", "format"],
    ["of an unknown arm", "config.json", '"arm": "pinn"', '"arm": "pinm"', "arm"],
    ["with an option that is none", "config.json", '"steps": 2', '"stepps": 1', "options"],
    ["with an option out of range", "config.json", '"steps": 2', '"steps": -1', "options.steps"],
    ["without a fact of its scan", "config.json", /"canvasPx": \d+/u, '"canvas": 9', "facts"],
  ];
  test.each(edits)("%s", async (_what, name, from, to, key) => {
    const folder = await copy();
    await edit(folder, name, (text) => {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      return changed;
    });
    const error: unknown = await loadBundle(folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ _tag: "Format", context: { file: join(folder, name) } });
    expect((error as Error).message).toContain(key);
  });

  test("a foreign folder, an empty one, and none", async () => {
    const folder = join(root, "foreign");
    await mkdir(folder);
    await expect(loadBundle(folder)).rejects.toMatchObject({ _tag: "File" });
    await writeFile(join(folder, "bundle.json"), '{"some": "thing"}');
    await expect(loadBundle(folder)).rejects.toMatchObject({
      _tag: "Format",
      context: { file: join(folder, "bundle.json") },
    });
    // The whole of it is wrong, which no key names.
    await writeFile(join(folder, "bundle.json"), "[]");
    const error: unknown = await loadBundle(folder).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(/foreign\/bundle\.json: Invalid input/u);
    await expect(loadBundle(join(root, "nowhere"))).rejects.toMatchObject({
      _tag: "File",
      context: { file: join(root, "nowhere", "bundle.json") },
    });
  });
});

describe("files that contradict each other are refused, by file and key, whatever their hashes", () => {
  /** What the JSON files of the bundle say. */
  interface Told {
    opset: number;
    inputs: { name: string; shape: number[] }[];
    outputs: Told["inputs"];
    parameters: Told["inputs"];
    options: { [option: string]: unknown };
    facts: { [fact: string]: number };
    levels: { [level: string]: number | null };
    epochs: { [value: string]: number }[];
    bestEpoch: number;
  }

  async function refusal(name: string, change: (told: Told) => unknown, folder?: string) {
    const spoilt = folder ?? (await copy());
    await edit(spoilt, name, (text) => {
      const told = JSON.parse(text) as Told;
      change(told);
      return JSON.stringify(told);
    });
    const error: unknown = await loadBundle(spoilt).catch((thrown: unknown) => thrown);
    return { error, file: (other: string) => join(spoilt, other) };
  }

  const topologies: readonly [what: string, change: (told: Told) => unknown, key: string, got: string][] = [
    ["another opset", (told) => (told.opset = 3), "opset", "3"],
    ["no inputs", (told) => (told.inputs = []), "inputs.amplitudes", "nothing"],
    ["an input of another shape", (told) => (told.inputs[1]!.shape = [1, 9]), "inputs.top", "[1, 9]"],
    ["an output more", (told) => told.outputs.push({ name: "x", shape: [1] }), "outputs.x", "[1]"],
    ["no parameters", (told) => (told.parameters = []), "parameters.stage0.encoder0.0.weight", "nothing"],
    [
      "a parameter of another name",
      (told) => (told.parameters.at(-1)!.name = "stage0.tail.bias"),
      "parameters.stage0.head.bias",
      "nothing",
    ],
    [
      "a parameter of another shape and as many numbers",
      (told) => told.parameters.at(-2)!.shape.reverse(),
      "parameters.stage0.head.weight",
      "[3, 3, 4, 2]",
    ],
  ];
  test.each(topologies)("a topology of %s", async (_what, change, key, got) => {
    const { error, file } = await refusal("topology.json", change);
    expect(error).toMatchObject({ _tag: "Contract", context: { file: file("topology.json"), key, got } });
  });

  test("options of another network", async () => {
    const { error, file } = await refusal("config.json", ({ options: told }) => (told["widths"] = [4, 16]));
    expect(error).toMatchObject({
      _tag: "Contract",
      context: {
        file: file("topology.json"),
        key: "parameters.stage0.encoder1.0.weight",
        expected: "[16, 4, 3, 3], by the arm and options of config.json",
        got: "[8, 4, 3, 3]",
      },
    });
  });

  test("facts that no network has", async () => {
    const { error, file } = await refusal("config.json", ({ facts }) => (facts["regionPx"]! += 1));
    expect(error).toMatchObject({
      _tag: "Contract",
      context: { file: file("config.json"), key: "facts.regionPx" },
    });
  });

  test("weights without a parameter, with one of another shape, and with one more", async () => {
    const named = Object.entries(trained.fit.parameters);
    const { specs } = arm.model({ options, parameters: trained.fit.parameters, facts: trained.facts });
    const shapeOf = (name: string) => specs.find((spec) => spec.name === name)!.shape;
    const all = named.map(([name, data]) => [name, ndarray("float32", shapeOf(name), data)] as const);
    const head = all.at(-1)!;
    const rows: readonly [arrays: typeof all, got: string][] = [
      [all.slice(0, -1), "no such array"],
      [[...all.slice(0, -1), [head[0], ndarray("float32", [1, 2], head[1].data)]], "float32 [1, 2]"],
      [[...all, ["more", head[1]]], "an array more"],
    ];
    for (const [arrays, got] of rows) {
      const folder = await copy();
      await writeNpz(join(folder, "weights.npz"), Object.fromEntries(arrays));
      await edit(folder, "weights.npz");
      await expect(loadBundle(folder)).rejects.toMatchObject({
        _tag: "Contract",
        context: { file: join(folder, "weights.npz"), key: got === "an array more" ? "more" : head[0], got },
      });
    }
  });

  const histories: readonly [what: string, change: (told: Told) => unknown, key: string][] = [
    ["nothing", (told) => Object.keys(told).forEach((key) => Reflect.deleteProperty(told, key)), "bestEpoch"],
    ["a level that is no number", (told) => (told.levels["truth"] = null), "levels.truth"],
    ["an epoch without its loss", (told) => delete told.epochs[0]!["loss"], "epochs.0.loss"],
    ["a best epoch that was not", (told) => (told.bestEpoch = 9), "bestEpoch"],
  ];
  test.each(histories)("a history of %s", async (_what, change, key) => {
    const { error, file } = await refusal("history.json", change);
    expect(error).toMatchObject({ _tag: "Format", context: { file: file("history.json"), key } });
  });

  test("more stages than there are networks", async () => {
    const scanArm = networkArms["pinn-scan"];
    const rule = scanArm.options.parse({ widths: [4], stages: 1, tilePx: 32 });
    const facts = { ...trained.facts, canvasPx: 32, regionPx: 32 };
    const { specs } = scanArm.model({ options: rule, parameters: {}, facts });
    const fit = { ...trained.fit, parameters: initialise(specs, 1) };
    const folder = await mkdtemp(join(root, "forged-"));
    await saveBundle(folder, { arm: scanArm, options: rule, schedule, trained: { fit, facts } });
    expect((await loadBundle(folder)).options).toEqual(rule);
    const { error, file } = await refusal("config.json", (told) => (told.options["stages"] = 3), folder);
    expect(error).toMatchObject({
      _tag: "Contract",
      context: { file: file("topology.json"), key: "inputs.planes.2", got: "nothing" },
    });
  });
});

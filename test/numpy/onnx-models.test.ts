// ONNX's own checker accepts every model we write: each operation with its gradient, a training step, all graphs that a network
// arm trains, judges and infers with, with and without masked pixels, and the model.onnx of its bundle. Its reader and writer
// give back the bytes we wrote.
// Debian's onnx 1.12 has no evaluator, and would let nodes of domains other than ONNX's own pass unread: there are none.
// What the models compute is compared in test/contracts/runtime.contract.test.ts.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBackend } from "../../src/compute/node.ts";
import type { NetworkArm } from "../../src/nn/arms/arm.ts";
import { scheduleOf } from "../../src/nn/arms/options.ts";
import { networkArmNames, networkArms, type NetworkArmName } from "../../src/nn/arms/registry.ts";
import { saveBundle } from "../../src/nn/bundle/bundle.ts";
import { openNodeRuntime } from "../../src/nn/runtime/node.ts";
import { networkTask } from "../support/network-job.ts";
import { recording, type RecordedModel } from "../support/recording-runtime.ts";
import { tinyArms } from "../support/tiny-arms.ts";
import { encodeModel } from "../../src/nn/onnx/model.ts";
import { exampleCase, modelOf, stepCase } from "../support/runtime-cases.ts";
import { operationExamples } from "../support/operation-examples/all.ts";

/** What Python says of each model: names, shapes, operator sets, the domains of nodes, and faults. */
const reader = `
import json, os, sys
import onnx
from onnx import shape_inference

def look(path):
    with open(path, "rb") as file:
        data = file.read()
    told = {"fault": None}
    try:
        model = onnx.load_model_from_string(data)
        told["same"] = model.SerializeToString() == data
        onnx.checker.check_model(model, full_check=True)
        inferred = shape_inference.infer_shapes(model, strict_mode=True)
    except Exception as error:
        told["fault"] = str(error)
        return told
    def shapes(values):
        return {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}
    told["inputs"] = shapes(inferred.graph.input)
    told["outputs"] = shapes(inferred.graph.output)
    told["header"] = [model.ir_version, model.producer_name, model.producer_version]
    told["opsets"] = {o.domain: o.version for o in model.opset_import}
    told["domains"] = sorted({n.domain for n in model.graph.node})
    return told

folder = sys.argv[1]
print(json.dumps({name: look(os.path.join(folder, name)) for name in sorted(os.listdir(folder))}))
`;

interface Told {
  readonly fault: string | null;
  readonly same: boolean;
  readonly inputs: { readonly [name: string]: readonly number[] };
  readonly outputs: { readonly [name: string]: readonly number[] };
  readonly header: readonly unknown[];
  readonly opsets: { readonly [domain: string]: number };
  readonly domains: readonly string[];
}

const cases = [...operationExamples.map((example) => exampleCase(example)), stepCase()];
/** Models with one fault each, and what the checker says of it. */
const faulty = {
  "an operator that is none": {
    type: "Rellu",
    inputs: ["x"],
    shape: [2, 3],
    says: /No Op registered for Rellu/,
  },
  "a value from nowhere": {
    type: "Relu",
    inputs: ["w"],
    shape: [2, 3],
    says: /not output of any previous nodes/,
  },
  "an output of another shape": {
    type: "Relu",
    inputs: ["x"],
    shape: [3, 2],
    says: /Inferred shape and existing shape differ/,
  },
};
const fileOf = (place: number) => `${String(place).padStart(4, "0")}.onnx`;

/** Every model of an arm: what it loads while it trains and infers, and the one of its bundle. */
async function modelsOf(name: NetworkArmName, isMasked: boolean): Promise<RecordedModel[]> {
  const arm: NetworkArm = networkArms[name];
  const { optics, options: given } = tinyArms[name]!;
  const options = arm.options.parse(given);
  const task = networkTask({ groupSize: 4, ...optics });
  const mask = Uint8Array.from({ length: task.problem.size ** 2 }, (_, i) => (i % 5 === 0 ? 1 : 0));
  const scan = isMasked ? { ...task, problem: { ...task.problem, mask } } : task;
  let phase = "training";
  const of = () => `${name}${isMasked ? ", masked" : ""}: ${phase}`;
  const { runtime, models } = recording(await openNodeRuntime(), of);
  const context = {
    seed: 42,
    runtime,
    backend: openBackend({ kernels: "simd", threads: 1 }),
    threads: 1,
    log: () => undefined,
  };
  const schedule = scheduleOf(options, { epochs: 1, batchSize: 8, learningRate: 3e-3 });
  const { fit, facts } = await arm.train(scan, options, { ...context, schedule });
  phase = "inference";
  await arm.infer(scan, { options, parameters: fit.parameters, facts }, context);
  const bundle = join(folder, "bundle");
  await saveBundle(bundle, { arm, options, schedule, trained: { fit, facts } });
  phase = "model.onnx";
  const onnx = await readFile(join(bundle, "model.onnx"));
  await rm(bundle, { recursive: true });
  return [...models, { name: of(), onnx }];
}

const armModels: RecordedModel[] = [];
let folder = "";
let told: { readonly [file: string]: Told } = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-onnx-"));
  for (const [place, each] of cases.entries()) await writeFile(join(folder, fileOf(place)), modelOf(each));
  for (const name of Object.keys(tinyArms) as NetworkArmName[]) {
    for (const isMasked of [false, true]) armModels.push(...(await modelsOf(name, isMasked)));
  }
  for (const [place, { onnx }] of armModels.entries()) await writeFile(join(folder, `arm-${place}`), onnx);
  for (const [name, { type, inputs, shape }] of Object.entries(faulty)) {
    const node = { name: "y", type, domain: "", inputs, outputs: ["y"], attributes: {} } as const;
    const model = encodeModel({
      name: "faulty",
      nodes: [node],
      initialisers: [],
      inputs: [{ name: "x", shape: [2, 3] }],
      outputs: [{ name: "y", shape }],
    });
    await writeFile(join(folder, name), model);
  }
  const { stdout } = await promisify(execFile)("/usr/bin/python3", ["-c", reader, folder], {
    maxBuffer: 1e8,
  });
  told = JSON.parse(stdout) as typeof told;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const shapesOf = (values: { readonly [name: string]: { readonly shape: readonly number[] } }) =>
  Object.fromEntries(Object.entries(values).map(([name, { shape }]) => [name, shape]));

describe("the checker of ONNX", () => {
  test("accepts every model, and infers the shapes that we declare", () => {
    const faults = cases.map((each, place) => [each.title, told[fileOf(place)]!.fault]);
    expect(faults.filter(([, fault]) => fault !== null)).toEqual([]);
    for (const [place, each] of cases.entries()) {
      expect(told[fileOf(place)]!.outputs, each.title).toEqual(shapesOf(each.outputs));
      // An input that a gradient needs no value of is none of the model.
      expect(shapesOf(each.feeds), each.title).toMatchObject(told[fileOf(place)]!.inputs);
    }
  });

  test("accepts every graph that a network arm emits, and the model of its bundle", () => {
    const found = armModels.map(({ name }, place) => ({ name, ...told[`arm-${place}`]! }));
    expect(found.filter(({ fault, same }) => fault !== null || !same)).toEqual([]);
    for (const { name, opsets, domains } of found)
      expect([opsets, domains], name).toEqual([{ "": 17 }, [""]]);
    // Each arm trains with a step, judges, and infers.
    for (const arm of networkArmNames) {
      const own = found.filter(({ name }) => name.startsWith(`${arm}:`));
      const steps = own.filter(({ outputs }) => "gradientNorm" in outputs);
      const count = (phase: string) => own.filter(({ name }) => name.includes(phase)).length;
      // A graph for each stage of pinn-scan: between two the pull of the whole scan is computed.
      const stages = arm === "pinn-scan" ? 2 : 1;
      expect([steps.length, count(": inference"), count(": model.onnx")], arm).toEqual([1, stages, 1]);
      expect(count(": training"), arm).toBeGreaterThan(1);
    }
  });

  test("reads what we write, and writes the same bytes", () => {
    const others = cases.filter((_, place) => !told[fileOf(place)]!.same);
    expect(others.map(({ title }) => title)).toEqual([]);
  });

  test.each(Object.entries(faulty))("refuses %s", (name, { says }) => {
    expect(told[name]!.fault).toMatch(says);
  });
});

test("models are plain ONNX of operator set 17, and name who wrote them", () => {
  for (const [place, each] of cases.entries()) {
    const { header, opsets, domains } = told[fileOf(place)]!;
    expect(header, each.title).toEqual([8, "doselap", expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    expect([opsets, domains], each.title).toEqual([{ "": 17 }, [""]]);
  }
});

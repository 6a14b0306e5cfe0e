// ONNX's own checker accepts every model we write: each operation with its gradient, and a training step. Its reader and
// writer give back the bytes we wrote.
// Debian's onnx 1.12 has no evaluator, and would let nodes of domains other than ONNX's own pass unread: there are none.
// What the models compute is compared in test/contracts/runtime.contract.test.ts.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

let folder = "";
let told: { readonly [file: string]: Told } = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-onnx-"));
  for (const [place, each] of cases.entries()) await writeFile(join(folder, fileOf(place)), modelOf(each));
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
});
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

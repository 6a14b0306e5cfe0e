// The messages of an ONNX model (github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto) as plain data, and their bytes.
// Fields are written in the order of their numbers, as protobuf's own writers do. Tensors are float32 or int64, stored as
// raw little-endian bytes. IR version 8 with operator set 17 is what ONNX 1.12 brought.

import { DoselapError } from "../../errors.ts";
import { doselapVersion } from "../../version.ts";
import type { OnnxAttribute } from "../graph/emitter.ts";
import type { Shape } from "../graph/shape.ts";
import {
  bytesField,
  encodeMessage,
  floatField,
  integerField,
  messageField,
  textField,
  type Field,
} from "./wire.ts";

/** ONNX's own operators, ONNX Runtime's, and its internal ones on blocks of channels. */
export type OnnxDomain = "" | "com.microsoft" | "com.microsoft.nchwc";

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly domain: OnnxDomain;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: { readonly [name: string]: OnnxAttribute };
}

export interface OnnxInitialiser {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array;
}

/** A float32 input or output of the graph. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: Shape;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: readonly OnnxInitialiser[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const irVersion = 8;
/** ONNX operator set that models are written in. */
export const opsetVersion = 17;
/** Version of each operator set; a model states those that it uses. */
const opsets: { readonly [domain in OnnxDomain]: number } = {
  "": opsetVersion,
  "com.microsoft": 1,
  "com.microsoft.nchwc": 1,
};
// TensorProto.DataType and AttributeProto.AttributeType.
const dataType = { float32: 1, int64: 7 } as const;
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;
/** Protobuf's own limit, which its readers enforce. */
const mostBytes = 2 ** 31 - 1;

/** The file of a model.
 * @throws Range when it would exceed 2 GiB, or when an integer of it is none. */
export function encodeModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const domains = new Set<OnnxDomain>(["", ...graph.nodes.map((node) => node.domain)]);
  const fields = [
    integerField(1, irVersion),
    textField(2, "doselap"),
    textField(3, doselapVersion),
    messageField(7, graphFields(graph)),
    ...[...domains]
      .toSorted()
      .map((domain) => messageField(8, [textField(1, domain), integerField(2, opsets[domain])])),
  ];
  const size = fields.reduce((sum, field) => sum + field.length, 0);
  if (size > mostBytes) {
    throw new DoselapError("Range", "the model is too large for one ONNX file", {
      expected: `at most ${mostBytes} bytes`,
      got: String(size),
      hint: "Feed large arrays as inputs.",
    });
  }
  return encodeMessage(fields);
}

function graphFields({ name, nodes, initialisers, inputs, outputs }: OnnxGraph): Field[] {
  return [
    ...nodes.map((node) => messageField(1, nodeFields(node))),
    textField(2, name),
    ...initialisers.map((initialiser) => messageField(5, initialiserFields(initialiser))),
    ...inputs.map((value) => messageField(11, valueFields(value))),
    ...outputs.map((value) => messageField(12, valueFields(value))),
  ];
}

function nodeFields({ name, type, domain, inputs, outputs, attributes }: OnnxNode): Field[] {
  return [
    ...inputs.map((each) => textField(1, each)),
    ...outputs.map((each) => textField(2, each)),
    textField(3, name),
    textField(4, type),
    ...Object.entries(attributes).map(([key, value]) => messageField(5, attributeFields(key, value))),
    // ONNX's own domain is the default of the schema.
    ...(domain === "" ? [] : [textField(7, domain)]),
  ];
}

function attributeFields(name: string, value: OnnxAttribute): Field[] {
  const named = textField(1, name);
  if ("float" in value) return [named, floatField(2, value.float), integerField(20, attributeType.float)];
  if ("int" in value) return [named, integerField(3, value.int), integerField(20, attributeType.int)];
  if ("text" in value) return [named, textField(4, value.text), integerField(20, attributeType.string)];
  if ("ints" in value) {
    return [named, ...value.ints.map((each) => integerField(8, each)), integerField(20, attributeType.ints)];
  }
  throw value satisfies never;
}

function initialiserFields({ name, shape, data }: OnnxInitialiser): Field[] {
  return [
    ...shape.map((extent) => integerField(1, extent)),
    integerField(2, data instanceof Float32Array ? dataType.float32 : dataType.int64),
    textField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

function valueFields({ name, shape }: OnnxValue): Field[] {
  const dimensions = shape.map((extent) => messageField(1, [integerField(1, extent)]));
  const tensorType = [integerField(1, dataType.float32), messageField(2, dimensions)];
  return [textField(1, name), messageField(2, [messageField(1, tensorType)])];
}

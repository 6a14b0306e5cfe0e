// Writes everything that some tensors depend on as one ONNX model. The same tensors give the same bytes.
// Inputs of the model are the input tensors by name, outputs are named by the caller.

import { DoselapError } from "../../errors.ts";
import { elementCount, shapeText } from "../graph/shape.ts";
import { inOrder, type Tensor } from "../graph/tensor.ts";
import { fuseIntoConvolutions } from "./blocked/fuse.ts";
import { blockWriter } from "./blocked/layout.ts";
import { writeInBlocks } from "./blocked/write.ts";
import { leaveRepetition } from "./broadcast.ts";
import { graphEmitter, type GraphEmitter } from "./emitter.ts";
import { encodeModel, type OnnxNode } from "./model.ts";
import { usedNodes } from "./used-nodes.ts";

export interface ModelOptions {
  /** What the model gives, by name. */
  readonly outputs: { readonly [name: string]: Tensor };
  /** Values of inputs that become part of the model, by the inputs' names: a runtime may rearrange constant weights for
   * speed. float32, row-major. */
  readonly values?: { readonly [name: string]: ArrayLike<number> } | undefined;
  /** Store images in blocks of so many channels: faster, but only on a runtime that was found to compute in such blocks
   * (runtime/blocks.ts), and no longer plain ONNX. Off by default. */
  readonly blockChannels?: number | undefined;
}

/** The bytes of an ONNX file.
 * @throws Shape when two tensors share an input name, when `values` names no input or has not its length, or when an
 * output has the name of an input. Range for a model over 2 GiB. */
export function toOnnx(options: ModelOptions): Uint8Array<ArrayBuffer> {
  const { outputs } = options;
  const values = new Map(Object.entries(options.values ?? {}));
  const order = inOrder(Object.values(outputs));
  const inputs = inputsByName(order);
  checkNames({ inputs, outputs, values });
  const emitter = graphEmitter(new Set([...inputs.keys(), ...Object.keys(outputs)]));
  const names = new Map<Tensor, string>();
  const blocks =
    options.blockChannels === undefined ? undefined : blockWriter(emitter, options.blockChannels, names);
  const nameOf = (tensor: Tensor): string => blocks?.plain(tensor) ?? names.get(tensor)!;
  for (const tensor of order) {
    if (blocks !== undefined && writeInBlocks(blocks, tensor)) continue;
    names.set(tensor, emit(emitter, tensor, nameOf, values));
  }
  for (const tensor of Object.values(outputs)) names.set(tensor, nameOf(tensor));
  const given = new Set(Object.keys(outputs));
  const nodes = usedNodes(leaveRepetition(nodesWithOutputs(emitter, outputs, names)), given);
  return encodeModel({
    name: "doselap",
    nodes: blocks === undefined ? nodes : fuseIntoConvolutions(nodes, given),
    initialisers: emitter.initialisers,
    inputs: [...inputs].filter(([name]) => !values.has(name)).map(([name, { shape }]) => ({ name, shape })),
    outputs: Object.entries(outputs).map(([name, { shape }]) => ({ name, shape })),
  });
}

function inputsByName(order: readonly Tensor[]): Map<string, Tensor> {
  const inputs = new Map<string, Tensor>();
  for (const tensor of order) {
    if (tensor.source.kind !== "input") continue;
    const { name } = tensor.source;
    const other = inputs.get(name);
    if (other !== undefined) {
      throw new DoselapError("Shape", "two different tensors of one graph have the same input name", {
        key: name,
        got: `${shapeText(other.shape)} and ${shapeText(tensor.shape)}`,
        hint: "Make the input once and use it twice.",
      });
    }
    inputs.set(name, tensor);
  }
  return inputs;
}

interface Names {
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ModelOptions["outputs"];
  readonly values: ReadonlyMap<string, ArrayLike<number>>;
}

function checkNames({ inputs, outputs, values }: Names): void {
  for (const name of Object.keys(outputs)) {
    if (inputs.has(name)) {
      throw new DoselapError("Shape", "an output has the name of an input", {
        key: name,
        hint: "Name it otherwise.",
      });
    }
  }
  for (const [name, data] of values) {
    const tensor = inputs.get(name);
    const expected =
      tensor === undefined
        ? `one of ${[...inputs.keys()].join(", ") || "none"}`
        : `${elementCount(tensor.shape)} numbers for ${shapeText(tensor.shape)}`;
    if (tensor === undefined || data.length !== elementCount(tensor.shape)) {
      throw new DoselapError("Shape", "a value that does not belong to an input of the graph", {
        key: name,
        expected,
        got: tensor === undefined ? name : String(data.length),
      });
    }
  }
}

/** Writes one tensor, whose inputs are written already, and gives its name. */
function emit(
  emitter: GraphEmitter,
  { shape, source }: Tensor,
  nameOf: (tensor: Tensor) => string,
  values: Names["values"],
): string {
  if (source.kind === "constant") return emitter.floats(shape, source.data);
  if (source.kind === "input") {
    const value = values.get(source.name);
    return value === undefined ? source.name : emitter.floats(shape, value);
  }
  const { operation, inputs, attributes } = source;
  return operation.emit(emitter, {
    names: inputs.map(nameOf),
    shapes: inputs.map((tensor) => tensor.shape),
    output: shape,
    attributes,
  });
}

/** The nodes, those that make an output renamed after it. What no node makes, or what is given out under a second name,
 * is copied by a node. */
function nodesWithOutputs(
  emitter: GraphEmitter,
  outputs: ModelOptions["outputs"],
  names: ReadonlyMap<Tensor, string>,
): OnnxNode[] {
  const made = new Set(emitter.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [output, tensor] of Object.entries(outputs)) {
    const name = names.get(tensor)!;
    if (made.has(name) && !renamed.has(name)) renamed.set(name, output);
    else {
      const from = renamed.get(name) ?? name;
      copies.push({
        name: output,
        type: "Identity",
        domain: "",
        inputs: [from],
        outputs: [output],
        attributes: {},
      });
    }
  }
  const now = (name: string) => renamed.get(name) ?? name;
  return [
    ...emitter.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(now),
      outputs: node.outputs.map(now),
    })),
    ...copies,
  ];
}

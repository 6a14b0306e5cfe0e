// A tensor is a value of the graph: float32, of a static shape, and knows how it is made. There is no graph object: what a
// tensor depends on is the graph. Nothing is computed here; `evaluate` does it plainly, `toOnnx` writes it for a runtime.
// What makes tensors of others is an operation; tensors and operations are told here together, for each speaks of the other.

import { DoselapError } from "../../errors.ts";
import type { Emitter } from "./emitter.ts";
import { elementCount, expectExtents, shapeText, type Shape } from "./shape.ts";

export type Source =
  /** Fed at every run, under a name. */
  | { readonly kind: "input"; readonly name: string }
  /** Stored in the model. */
  | { readonly kind: "constant"; readonly data: Float32Array }
  | {
      readonly kind: "operation";
      // The attributes of an operation are its own affair; only `apply` pairs them, where their types agree.
      readonly operation: Operation<unknown>;
      readonly inputs: readonly Tensor[];
      readonly attributes: unknown;
    };

export interface Tensor {
  readonly shape: Shape;
  readonly source: Source;
}

/** The contract of an operation. It has one output. It says which shapes it takes, how it is written as ONNX nodes, what its
 * adjoint is (made of operations again), and, for tests and for machines without a runtime, what it computes in float64. */
export interface Operation<Attributes> {
  readonly name: string;
  /** Shape of the output. @throws Shape when it does not take these inputs. */
  shape(inputs: readonly Shape[], attributes: Attributes): Shape;
  /** Writes the ONNX nodes that compute it and returns the name of the result. */
  emit(emitter: Emitter, call: Call<Attributes>): string;
  /** d loss / d input for each input, given `gradient` = d loss / d output; undefined where nothing flows. What is not used
   * costs nothing: only what an output depends on is ever computed. */
  adjoint(at: AdjointCall<Attributes>): readonly (Tensor | undefined)[];
  /** The plain twin: float64, row-major. */
  reference(inputs: readonly Float64Array[], call: ReferenceCall<Attributes>): Float64Array;
}

export interface Call<Attributes> {
  /** Names of the inputs in the ONNX graph. */
  readonly names: readonly string[];
  readonly shapes: readonly Shape[];
  readonly output: Shape;
  readonly attributes: Attributes;
}

export interface ReferenceCall<Attributes> {
  readonly shapes: readonly Shape[];
  readonly output: Shape;
  readonly attributes: Attributes;
}

export interface AdjointCall<Attributes> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly gradient: Tensor;
  readonly attributes: Attributes;
}

/** A tensor that is fed at every run. Within one graph two inputs of one name must be the same tensor.
 * @throws Shape when an extent is no whole number of at least 1. */
export function input(name: string, shape: Shape): Tensor {
  expectExtents("input", shape);
  return { shape, source: { kind: "input", name } };
}

/** A tensor whose values are part of the model.
 * @throws Shape when data and shape differ in length. */
export function constant(shape: Shape, data: ArrayLike<number>): Tensor {
  expectExtents("constant", shape);
  if (data.length !== elementCount(shape)) {
    throw new DoselapError("Shape", "constant: values and shape do not fit", {
      expected: `${elementCount(shape)} values for ${shapeText(shape)}`,
      got: String(data.length),
    });
  }
  return { shape, source: { kind: "constant", data: Float32Array.from(data) } };
}

/** A tensor of one repeated value. */
export function filled(shape: Shape, value: number): Tensor {
  return constant(shape, new Float32Array(elementCount(shape)).fill(value));
}

/** The result of an operation.
 * @throws Shape when the operation does not take inputs of these shapes. */
export function apply<Attributes>(
  operation: Operation<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor {
  const shape = operation.shape(
    inputs.map((tensor) => tensor.shape),
    attributes,
  );
  return { shape, source: { kind: "operation", operation, inputs, attributes } };
}

/** Every tensor that the outputs depend on, each after those it is made from. */
export function inOrder(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  // Depth first with a stack of its own: a training step is thousands of operations deep.
  const pending: { tensor: Tensor; next: number }[] = [];
  function enter(tensor: Tensor): void {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    pending.push({ tensor, next: 0 });
  }
  for (const output of outputs) {
    enter(output);
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const from = top.tensor.source.kind === "operation" ? top.tensor.source.inputs : [];
      const child = from[top.next++];
      if (child !== undefined) enter(child);
      else order.push(pending.pop()!.tensor);
    }
  }
  return order;
}

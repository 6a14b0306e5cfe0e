// What an operation writes its ONNX nodes with.

import type { Shape } from "./shape.ts";

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

export interface Emitter {
  /** Adds a node with one output and returns the output's name. `domain` "" is ONNX's own. */
  node(
    type: string,
    inputs: readonly string[],
    attributes?: { readonly [name: string]: OnnxAttribute },
    domain?: "" | "com.microsoft",
  ): string;
  /** A float32 initialiser; equal ones are stored once. */
  floats(shape: Shape, values: ArrayLike<number>): string;
  /** An int64 initialiser. */
  integers(shape: Shape, values: readonly number[]): string;
}

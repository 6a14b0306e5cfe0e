// Images in blocks of channels: a tensor [B, C, H, W] stored as [B, C/n, H, W, n], n the width of the processor's vectors.
// ONNX Runtime convolves such images up to twice as fast, with operations of an internal domain that it otherwise inserts
// itself, for constant weights alone. Which layout a tensor is in is known here and nowhere else; it is converted when it is
// needed in the other, once. What is not written in blocks is written as everywhere.
// Zhang, Franchetti & Low 2018, arXiv:1809.10170 (blocked layouts for direct convolution).

import type { OnnxAttribute } from "../../graph/emitter.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { GraphEmitter } from "../emitter.ts";

export interface BlockWriter {
  /** n. */
  readonly block: number;
  readonly emitter: GraphEmitter;
  /** Whether the tensor's channels fill whole blocks. */
  fits(tensor: Tensor): boolean;
  /** Whether it is in blocks already. */
  isBlocked(tensor: Tensor): boolean;
  /** Its name in either layout, converted when it must be. */
  plain(tensor: Tensor): string;
  blocked(tensor: Tensor): string;
  /** Remembers that `tensor` was written, in blocks or not. */
  written(tensor: Tensor, name: string, inBlocks: boolean): void;
  /** Adds a node of the internal domain. */
  node(
    type: string,
    inputs: readonly string[],
    attributes?: { readonly [name: string]: OnnxAttribute },
  ): string;
  /** A view of the same numbers under another shape. */
  reshape(name: string, shape: readonly number[]): string;
  transpose(name: string, axes: readonly number[]): string;
}

export const blockDomain = "com.microsoft.nchwc";

/** @param names plain names of the tensors written so far. */
export function blockWriter(emitter: GraphEmitter, block: number, names: Map<Tensor, string>): BlockWriter {
  const inBlocks = new Map<Tensor, string>();
  const fits = ({ shape }: Tensor): boolean => shape.length === 4 && shape[1]! % block === 0;
  const node: BlockWriter["node"] = (type, inputs, attributes) =>
    emitter.node(type, inputs, attributes, blockDomain);
  return {
    block,
    emitter,
    fits,
    isBlocked: (tensor) => inBlocks.has(tensor),
    plain(tensor) {
      const name = names.get(tensor);
      if (name !== undefined) return name;
      const made = node("ReorderOutput", [inBlocks.get(tensor)!], { channels: { int: tensor.shape[1]! } });
      names.set(tensor, made);
      return made;
    },
    blocked(tensor) {
      const name = inBlocks.get(tensor);
      if (name !== undefined) return name;
      const made = node("ReorderInput", [names.get(tensor)!]);
      inBlocks.set(tensor, made);
      return made;
    },
    written: (tensor, name, asBlocks) => void (asBlocks ? inBlocks : names).set(tensor, name),
    node,
    reshape: (name, shape) => emitter.node("Reshape", [name, emitter.integers([shape.length], shape)]),
    transpose: (name, axes) => emitter.node("Transpose", [name], { perm: { ints: axes } }),
  };
}

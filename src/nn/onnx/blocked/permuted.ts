// Runs of numbers in another order by Gather, the one way of moving them that ONNX Runtime shares among threads (NN-011).

import type { BlockWriter } from "./layout.ts";

/** Rows of a value seen as [.., run], by number. */
export function gathered(writer: BlockWriter, name: string, rows: readonly number[], run: number): string {
  const { emitter } = writer;
  return emitter.node("Gather", [writer.reshape(name, [-1, run]), emitter.integers([rows.length], rows)], {
    axis: { int: 0 },
  });
}

/** The axes of a value of `shape` in another order, one of them backwards if asked. Last axes that stay where they are move as
 * runs. The result's own shape is left to the caller. */
export function permuted(
  writer: BlockWriter,
  name: string,
  shape: readonly number[],
  { order, backwards }: { readonly order: readonly number[]; readonly backwards?: number },
): string {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  let moved = shape.length;
  while (moved > 0 && order[moved - 1] === moved - 1 && backwards !== moved - 1) moved--;
  const run = moved === 0 ? strides[0]! * shape[0]! : strides[moved - 1]!;
  let from = [0];
  for (const axis of order.slice(0, moved)) {
    const extent = shape[axis]!;
    const places = Array.from({ length: extent }, (_, i) => (axis === backwards ? extent - 1 - i : i));
    from = from.flatMap((at) => places.map((place) => at + (place * strides[axis]!) / run));
  }
  return gathered(writer, name, from, run);
}

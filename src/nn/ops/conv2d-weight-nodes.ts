// The ONNX nodes of a convolution's weight gradient, as one matrix product for each image:
//   dw[co, ci, u, v] = Σ over b, h, w of dy[b, co, h − u', w] · x[b, ci, h, w + v'],  u' = u − (k−1)/2, v' = v − (k−1)/2.
// Rows are shifted in dy and columns in x, so k + k shifted copies are enough for k · k products. A Conv with batch and
// channels exchanged computes the same several times slower: runtimes are not made for kernels as large as an image.

import type { Emitter } from "../graph/emitter.ts";
import type { Shape } from "../graph/shape.ts";
import { swapLastAxes } from "./matmul.ts";

interface WeightGradientNodes {
  /** Names of x and dy. */
  readonly names: readonly string[];
  readonly shapes: readonly Shape[];
  readonly k: number;
}

/** Writes the nodes; the result has shape [Co, Ci, k, k]. */
export function weightGradientNodes(
  emitter: Emitter,
  { names: [x, dy], shapes, k }: WeightGradientNodes,
): string {
  const [batch, into, height, width] = shapes[0] as [number, number, number, number];
  const out = shapes[1]![1]!;
  const taps = Array.from({ length: k }, (_, tap) => tap - (k - 1) / 2);
  const joined = (copies: readonly string[], channels: number): string => {
    const wide = copies.length === 1 ? copies[0]! : emitter.node("Concat", copies, { axis: { int: 1 } });
    return emitter.node("Reshape", [wide, emitter.integers([3], [batch, k * channels, height * width])]);
  };
  const rows = joined(
    taps.map((tap) => shifted(emitter, dy!, tap, 0)),
    out,
  );
  const columns = joined(
    taps.map((tap) => shifted(emitter, x!, 0, -tap)),
    into,
  );
  const each = emitter.node("MatMul", [rows, swapLastAxes(emitter, columns, 3)]);
  const apart = emitter.node("Reshape", [total(emitter, each), emitter.integers([4], [k, out, k, into])]);
  return emitter.node("Transpose", [apart], { perm: { ints: [1, 3, 0, 2] } });
}

/** Writes K[ci, co, t] = Σ over b and p of x[b, ci, p] · dy[b, co, 2p + t − 1], [Ci, Co, 4, 4]. Tap 2a + i meets the pixels of
 * dy of one parity with x moved by a + i − 1: for each of four parities one product with four moved copies of the small x. */
export function expandedGradientNodes(
  emitter: Emitter,
  { names: [x, dy], shapes }: Pick<WeightGradientNodes, "names" | "shapes">,
): string {
  const [batch, into, height, width] = shapes[0] as [number, number, number, number];
  const out = shapes[1]![1]!;
  const pair = [0, 1] as const;
  const pixels = height * width;
  const moved = [-1, 0, 1].map((down) => {
    const rows = shifted(emitter, x!, down, 0);
    return [-1, 0, 1].map((right) => shifted(emitter, rows, 0, right));
  });
  const products = pair.flatMap((i) =>
    pair.map((j) => {
      const copies = pair.flatMap((a) => pair.map((b) => moved[a + i]![b + j]!));
      const small = emitter.node("Concat", copies, { axis: { int: 1 } });
      const parity = emitter.node("Slice", [
        dy!,
        emitter.integers([2], [1 - i, 1 - j]),
        emitter.integers([2], [2 * height, 2 * width]),
        emitter.integers([2], [2, 3]),
        emitter.integers([2], [2, 2]),
      ]);
      const flat = (name: string, channels: number): string =>
        emitter.node("Reshape", [name, emitter.integers([3], [batch, channels, pixels])]);
      const columns = swapLastAxes(emitter, flat(small, 4 * into), 3);
      return total(emitter, emitter.node("MatMul", [flat(parity, out), columns]));
    }),
  );
  const all = emitter.node("Concat", products, { axis: { int: 0 } });
  const apart = emitter.node("Reshape", [all, emitter.integers([6], [2, 2, out, 2, 2, into])]);
  const ordered = emitter.node("Transpose", [apart], { perm: { ints: [5, 2, 3, 0, 4, 1] } });
  return emitter.node("Reshape", [ordered, emitter.integers([4], [into, out, 4, 4])]);
}

/** The sum over the batch. */
function total(emitter: Emitter, each: string): string {
  return emitter.node("ReduceSum", [each, emitter.integers([1], [0])], { keepdims: { int: 0 } });
}

/** Images moved down and to the right (up and left when negative), zeros moving in. */
function shifted(emitter: Emitter, name: string, down: number, right: number): string {
  if (down === 0 && right === 0) return name;
  return emitter.node("Pad", [name, emitter.integers([8], [0, 0, down, right, 0, 0, -down, -right])]);
}

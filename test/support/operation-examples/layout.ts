// Examples of operations that move, add up or multiply along axes.

import { concat } from "../../../src/nn/ops/concat.ts";
import { expand, sum } from "../../../src/nn/ops/expand.ts";
import { matmul } from "../../../src/nn/ops/matmul.ts";
import { mean } from "../../../src/nn/ops/mean.ts";
import { crop2d, pad2d } from "../../../src/nn/ops/pad2d.ts";
import { peak } from "../../../src/nn/ops/peak.ts";
import { reshape } from "../../../src/nn/ops/reshape.ts";
import { slice } from "../../../src/nn/ops/slice.ts";
import { transpose } from "../../../src/nn/ops/transpose.ts";
import { total, type Reader } from "../tensor-loops.ts";
import type { OperationExample } from "./example.ts";

const flags = [false, true] as const;

/** Each choice of transposes for n × k times k × m, with the axes that lead each operand. */
function products(leadingA: readonly number[], leadingB: readonly number[]): OperationExample[] {
  const [n, k, m] = [2, 3, 4];
  const leading = leadingA.length > 0 ? leadingA : leadingB;
  const matrix =
    (read: Reader, own: readonly number[], batch: readonly number[], transposed: boolean) =>
    (row: number, column: number) =>
      read(...(own.length === 0 ? [] : batch), ...(transposed ? [column, row] : [row, column]));
  return flags.flatMap((transposeA) =>
    flags.map((transposeB) => ({
      of: "matmul",
      shapes: [
        [...leadingA, ...(transposeA ? [k, n] : [n, k])],
        [...leadingB, ...(transposeB ? [m, k] : [k, m])],
      ],
      output: [...leading, n, m],
      build: (a, b) => matmul(a!, b!, { transposeA, transposeB }),
      naive:
        (a, b) =>
        (...index) => {
          const batch = index.slice(0, -2);
          const [left, right] = [
            matrix(a!, leadingA, batch, transposeA),
            matrix(b!, leadingB, batch, transposeB),
          ];
          return total([k], (i) => left(index.at(-2)!, i!) * right(i!, index.at(-1)!));
        },
    })),
  );
}

export const layoutExamples: readonly OperationExample[] = [
  ...products([], []),
  ...products([3], [3]),
  ...products([2, 3], [2, 3]),
  ...products([3], []),
  ...products([2, 3], []),
  ...products([], [3]),
  ...products([], [2, 3]),
  {
    of: "concat",
    shapes: [[3], [1], [2]],
    output: [6],
    linear: true,
    build: (...tensors) => concat(tensors, 0),
    naive: (a, b, c) => (i) => a!(i!) + b!(i! - 3) + c!(i! - 4),
  },
  {
    of: "concat",
    shapes: [
      [2, 1, 3],
      [2, 4, 3],
    ],
    output: [2, 5, 3],
    linear: true,
    build: (...tensors) => concat(tensors, 1),
    naive: (a, b) => (i, j, k) => a!(i!, j!, k!) + b!(i!, j! - 1, k!),
  },
  {
    of: "concat",
    shapes: [[2, 3]],
    linear: true,
    build: (...tensors) => concat(tensors, 1),
    naive: (a) => a!,
  },
  {
    of: "slice",
    shapes: [[5, 2]],
    output: [2, 2],
    linear: true,
    build: (a) => slice(a!, 0, 1, 3),
    naive: (a) => (i, j) => a!(i! + 1, j!),
  },
  {
    of: "slice",
    shapes: [[2, 3, 4]],
    output: [2, 3, 1],
    linear: true,
    build: (a) => slice(a!, 2, 3, 4),
    naive: (a) => (i, j) => a!(i!, j!, 3),
  },
  {
    of: "slice",
    shapes: [[3]],
    linear: true,
    build: (a) => slice(a!, 0, 0, 3),
    naive: (a) => a!,
  },
  {
    of: "pad2d",
    shapes: [[2, 3]],
    output: [5, 4],
    linear: true,
    build: (a) => pad2d(a!, { top: 1, bottom: 2, left: 0, right: 1 }),
    naive: (a) => (i, j) => a!(i! - 1, j!),
  },
  {
    of: "pad2d",
    shapes: [[2, 1, 1, 3]],
    output: [2, 1, 2, 6],
    linear: true,
    build: (a) => pad2d(a!, { top: 0, bottom: 1, left: 3, right: 0 }),
    naive: (a) => (b, c, i, j) => a!(b!, c!, i!, j! - 3),
  },
  {
    of: "crop2d",
    shapes: [[5, 4]],
    output: [2, 3],
    linear: true,
    build: (a) => crop2d(a!, { top: 1, bottom: 2, left: 0, right: 1 }),
    naive: (a) => (i, j) => a!(i! + 1, j!),
  },
  {
    of: "crop2d",
    shapes: [[2, 3, 3, 7]],
    output: [2, 3, 3, 3],
    linear: true,
    build: (a) => crop2d(a!, { top: 0, bottom: 0, left: 3, right: 1 }),
    naive: (a) => (b, c, i, j) => a!(b!, c!, i!, j! + 3),
  },
  {
    of: "reshape",
    shapes: [[2, 6]],
    output: [3, 4],
    linear: true,
    build: (a) => reshape(a!, [3, 4]),
    naive: (a) => (i, j) => a!(Math.floor((4 * i! + j!) / 6), (4 * i! + j!) % 6),
  },
  {
    of: "reshape",
    shapes: [[1, 1]],
    output: [],
    linear: true,
    build: (a) => reshape(a!, []),
    naive: (a) => () => a!(0, 0),
  },
  {
    of: "transpose",
    shapes: [[2, 3]],
    output: [3, 2],
    linear: true,
    build: (a) => transpose(a!, [1, 0]),
    naive: (a) => (i, j) => a!(j!, i!),
  },
  {
    of: "transpose",
    shapes: [[2, 3, 4, 5]],
    output: [5, 2, 4, 3],
    linear: true,
    build: (a) => transpose(a!, [3, 0, 2, 1]),
    naive: (a) => (i, j, k, l) => a!(j!, l!, k!, i!),
  },
  {
    of: "sum",
    shapes: [[2, 3, 4]],
    output: [1, 3, 1],
    linear: true,
    build: (a) => sum(a!, [0, 2]),
    naive: (a) => (_, j) => total([2, 4], (i, k) => a!(i!, j!, k!)),
  },
  {
    of: "sum",
    shapes: [[7]],
    output: [1],
    linear: true,
    build: (a) => sum(a!, [0]),
    naive: (a) => () => total([7], (i) => a!(i!)),
  },
  {
    of: "sum",
    shapes: [[2, 1, 3]],
    linear: true,
    build: (a) => sum(a!, [1]),
    naive: (a) => a!,
  },
  {
    of: "mean",
    shapes: [[2, 3, 5]],
    output: [2, 1, 1],
    linear: true,
    build: (a) => mean(a!, [1, 2]),
    naive: (a) => (i) => total([3, 5], (j, k) => a!(i!, j!, k!)) / 15,
  },
  {
    of: "expand",
    shapes: [[1, 3, 1]],
    output: [2, 3, 4],
    linear: true,
    build: (a) => expand(a!, [2, 3, 4]),
    naive: (a) => (_, j) => a!(0, j!, 0),
  },
  {
    of: "expand",
    shapes: [[1]],
    output: [5],
    linear: true,
    build: (a) => expand(a!, [5]),
    naive: (a) => () => a!(0),
  },
  {
    of: "expand",
    shapes: [[2, 1]],
    linear: true,
    build: (a) => expand(a!, [2, 1]),
    naive: (a) => a!,
  },
  {
    of: "peak",
    shapes: [[2, 3, 4]],
    output: [2, 1, 1],
    domain: "apart",
    build: (a) => peak(a!, [1, 2]),
    naive: (a) => (i) => Math.max(...[0, 1, 2].flatMap((j) => [0, 1, 2, 3].map((k) => a!(i!, j, k)))),
  },
  {
    of: "peak",
    shapes: [[3, 2]],
    output: [1, 2],
    domain: "apart",
    build: (a) => peak(a!, [0]),
    naive: (a) => (_, j) => Math.max(a!(0, j!), a!(1, j!), a!(2, j!)),
  },
];

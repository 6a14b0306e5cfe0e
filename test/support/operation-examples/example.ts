// What the contract of operations asks of each: an example of its use, with its definition as a naive loop.

import type { Shape } from "../../../src/nn/graph/shape.ts";
import type { Tensor } from "../../../src/nn/graph/tensor.ts";
import { createRng, normal, shuffle } from "../../../src/math/random/rng.ts";
import { reader, tabulate, type Reader } from "../tensor-loops.ts";

/** Where inputs are drawn from. `apart`: no two values within 0.1 of each other, none within 0.03 of 0, so that a step
 * of a finite difference crosses no kink. */
export type Domain = "any" | "positive" | "apart";

export interface OperationExample {
  /** The function under test. */
  readonly of: string;
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Tensor[]) => Tensor;
  /** The element of the result at an index. */
  readonly naive: (...inputs: Reader[]) => (...index: number[]) => number;
  /** Shape of the result; that of the first input when left out. */
  readonly output?: Shape;
  readonly domain?: Domain;
  /** Linear in all its inputs together. */
  readonly linear?: boolean;
}

/** Values that float32 holds exactly, so that every way to compute starts from the same numbers. */
export function drawInputs({ shapes, domain = "any" }: OperationExample, seed: number): Float64Array[] {
  return shapes.map((shape, place) => {
    const rng = createRng(seed, "network", { frame: place });
    const count = shape.reduce((product, extent) => product * extent, 1);
    const ranks = Array.from({ length: count }, (_, i) => i);
    shuffle(ranks, rng);
    return Float64Array.from(ranks, (rank) => {
      if (domain === "apart") return Math.fround(0.1 * (rank - Math.floor(count / 2)) + 0.04);
      return Math.fround(domain === "positive" ? 0.3 + Math.abs(normal(rng)) : normal(rng));
    });
  });
}

export function naiveResult(example: OperationExample, inputs: readonly ArrayLike<number>[]): number[] {
  const readers = inputs.map((values, i) => reader(example.shapes[i]!, values));
  return tabulate(example.output ?? example.shapes[0]!, example.naive(...readers));
}

export function titleOf({ of, shapes, output }: OperationExample): string {
  const from = shapes.map((shape) => `[${shape.join(", ")}]`).join(" ");
  return `${of} ${from}${output === undefined ? "" : ` → [${output.join(", ")}]`}`;
}

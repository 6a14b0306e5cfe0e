// A lesson that can be worked out by hand: y = relu(w·x) of one weight w and positive x. A weight below 0 is a dead network
// for good; one above 0 goes to the factor that the targets have.

import { createRng } from "../../src/math/random/rng.ts";
import { input } from "../../src/nn/graph/tensor.ts";
import { initialise, parameterInputs } from "../../src/nn/models/parameters.ts";
import { expand } from "../../src/nn/ops/expand.ts";
import { mean } from "../../src/nn/ops/mean.ts";
import { multiply } from "../../src/nn/ops/multiply.ts";
import { peak } from "../../src/nn/ops/peak.ts";
import { subtract } from "../../src/nn/ops/subtract.ts";
import { relu, square } from "../../src/nn/ops/unary.ts";
import type { Feeds, Runtime } from "../../src/nn/runtime/runtime.ts";
import type { Lesson } from "../../src/nn/training/fit.ts";

const specs = [{ name: "w", shape: [1, 1, 1, 1], deviation: 1 }];
const pixels = 16;

export interface TinyOptions {
  readonly batchSize?: number;
  /** Targets of items that are trained on, over x. */
  readonly factor?: number;
  /** Targets of validation items, over x; the same by default. */
  readonly validationFactor?: number;
  readonly validationItems?: number;
}

/** Images x of item `i`, 1 … 2. */
export function tinyImage(item: number): Float32Array {
  const rng = createRng(3, "network", { frame: item });
  return Float32Array.from({ length: pixels }, () => 1 + rng.uniform());
}

export function tinyLesson(options: TinyOptions = {}): Lesson {
  const { batchSize = 2, factor = 1.5, validationFactor = factor, validationItems = 4 } = options;
  const shape = [batchSize, 1, 4, 4];
  const parameters = parameterInputs(specs);
  const [x, target] = [input("x", shape), input("target", shape)];
  const y = relu(multiply(x, expand(parameters["w"]!, shape)));
  const feeds = (items: readonly number[], times: number): Feeds => {
    const data = Float32Array.from(items.flatMap((item) => [...tinyImage(item)]));
    return { x: { shape, data }, target: { shape, data: data.map((value) => times * value) } };
  };
  const few = (of: (b: number) => number) => Array.from({ length: batchSize }, (_, b) => of(b));
  const validationBatch = (index: number) =>
    feeds(
      few((b) => 100 + ((index * batchSize + b) % validationItems)),
      validationFactor,
    );
  return {
    specs,
    parameters,
    loss: mean(square(subtract(y, target)), [0, 1, 2, 3]),
    corrections: y,
    activations: [peak(y, [0, 2, 3])],
    batchSize,
    items: Int32Array.from({ length: 7 }, (_, i) => i),
    batch: (_epoch, order, first) =>
      feeds(
        few((b) => order[(first + b) % order.length]!),
        factor,
      ),
    validationBatches: Math.ceil(validationItems / batchSize),
    validationBatch,
    levels: [{ name: "nothing", batch: validationBatch }],
  };
}

/** The first seed whose start weight, and that of each of its restarts 2²⁷ further on, have these signs. */
export function seedWith(signs: readonly (-1 | 1)[]): number {
  for (let seed = 0; ; seed++) {
    if (signs.every((sign, k) => Math.sign(initialise(specs, seed + k * 134217728)["w"]![0]!) === sign))
      return seed;
  }
}

/** A runtime that counts the sessions that are open, and may refuse to open more than some. */
export function counted(
  runtime: Runtime,
  atMost = Infinity,
): { readonly runtime: Runtime; open(): number; loaded(): number } {
  let [open, loaded] = [0, 0];
  return {
    open: () => open,
    loaded: () => loaded,
    runtime: {
      ...runtime,
      async load(model, options) {
        if (loaded >= atMost) throw new Error("no more sessions");
        const session = await runtime.load(model, options);
        open++;
        loaded++;
        let released = false;
        return {
          ...session,
          async release() {
            if (!released) open--;
            released = true;
            await session.release();
          },
        };
      },
    },
  };
}

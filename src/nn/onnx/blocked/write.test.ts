// A model in blocks of channels computes what the plain definitions say: values and gradients of networks with every way that
// channels and batches fill blocks or do not.

import { describe, expect, test } from "vitest";
import { createRng, normal } from "../../../math/random/rng.ts";
import { gradients } from "../../graph/differentiate.ts";
import { evaluate } from "../../graph/evaluate.ts";
import { elementCount } from "../../graph/shape.ts";
import { input, type Tensor } from "../../graph/tensor.ts";
import { concat } from "../../ops/concat.ts";
import { conv2d } from "../../ops/conv2d.ts";
import { sum } from "../../ops/expand.ts";
import { maxPool2 } from "../../ops/max-pool2.ts";
import { relu, scale, square } from "../../ops/unary.ts";
import { sumPool2, upsample2 } from "../../ops/upsample2.ts";
import { openNodeRuntime } from "../../runtime/node.ts";
import { toOnnx } from "../to-onnx.ts";

const runtime = await openNodeRuntime({ blocks: true });
const { blockChannels } = runtime;
const n = blockChannels ?? 16;

interface Network {
  readonly title: string;
  readonly x: readonly number[];
  readonly weights: readonly (readonly number[])[];
  readonly build: (x: Tensor, ...weights: Tensor[]) => Tensor;
}

const networks: readonly Network[] = [
  {
    title: "few channels in, few out",
    x: [n, 1, 4, 4],
    weights: [[n, 1, 3, 3], [n], [2, n, 3, 3], [2]],
    build: (x, w0, b0, w1, b1) => conv2d(relu(conv2d(x, w0!, b0)), w1!, b1),
  },
  {
    title: "a batch of several blocks",
    x: [2 * n, n, 2, 4],
    weights: [[2 * n, n, 3, 3], [2 * n], [n, 2 * n, 1, 1]],
    build: (x, w0, b0, w1) => conv2d(relu(conv2d(x, w0!, b0)), w1!),
  },
  {
    title: "a batch that is cut into bands",
    x: [n / 4, n, 8, 2],
    weights: [[n, n, 3, 3], [n], [2 * n, n, 5, 5]],
    build: (x, w0, b0, w1) => conv2d(relu(conv2d(x, w0!, b0)), w1!),
  },
  {
    title: "bands that fill several blocks",
    x: [(3 * n) / 4, n, 8, 2],
    weights: [[n, n, 3, 3], [n], [2 * n, n, 3, 3]],
    build: (x, w0, b0, w1) => conv2d(relu(conv2d(x, w0!, b0)), w1!),
  },
  {
    title: "a batch that can not be cut into bands",
    x: [1, n, 4, 4],
    weights: [
      [n, n, 3, 3],
      [n, n, 3, 3],
    ],
    build: (x, w0, w1) => conv2d(relu(conv2d(x, w0!)), w1!),
  },
  {
    title: "channels that fill no whole number of blocks",
    x: [n, n + 4, 2, 2],
    weights: [
      [n, n + 4, 3, 3],
      [n + 4, n, 3, 3],
    ],
    build: (x, w0, w1) => conv2d(relu(conv2d(x, w0!)), w1!),
  },
  {
    title: "a way down and up, with what was kept",
    x: [n / 2, n, 4, 8],
    weights: [[n, n, 3, 3], [n], [2 * n, n, 3, 3], [n, 3 * n, 3, 3], [n], [1, n, 3, 3]],
    build(x, w0, b0, w1, w2, b2, w3) {
      const kept = relu(conv2d(x, w0!, b0));
      const coarse = conv2d(maxPool2(kept), w1!);
      const up = relu(conv2d(concat([upsample2(coarse), kept], 1), w2!, b2));
      return conv2d(up, w3!);
    },
  },
  {
    title: "two uses of one upsampled image, and a sum over blocks of pixels",
    x: [n, n, 2, 4],
    weights: [[n, n, 3, 3], [n], [n, n, 3, 3], [n, n, 1, 1]],
    build(x, w0, b0, w1, w2) {
      const large = upsample2(scale(conv2d(x, w1!), 0.5));
      return sumPool2(square(conv2d(conv2d(large, w0!, b0), w2!)));
    },
  },
];

describe("in blocks of channels, where the processor has them", () => {
  test.each(networks)("$title", async ({ x: shape, weights, build }) => {
    const inputs = [shape, ...weights].map((each, i) => input(`x${i}`, each));
    const output = build(...(inputs as [Tensor, ...Tensor[]]));
    const loss = sum(square(output), [0, 1, 2, 3]);
    const wanted = [output, ...gradients(loss, inputs)];
    const values = inputs.map((each, place) => {
      const rng = createRng(4, "network", { frame: place });
      return Float32Array.from({ length: elementCount(each.shape) }, () => normal(rng));
    });
    const outputs = Object.fromEntries(wanted.map((tensor, i) => [`y${i}`, tensor]));
    const model = toOnnx({ outputs, blockChannels });
    expect(Buffer.from(model).includes("com.microsoft.nchwc")).toBe(blockChannels !== undefined);
    const session = await runtime.load(model, { threads: 1 });
    const given = inputs.map((each, i) => [`x${i}`, { shape: each.shape, data: values[i]! }] as const);
    const results = await session.run(Object.fromEntries(given));
    await session.release();
    const plain = evaluate(wanted, Object.fromEntries(values.map((each, i) => [`x${i}`, each])));
    for (const [i, expected] of plain.entries()) {
      const distance = Math.hypot(...results[`y${i}`]!.map((value, at) => value - expected[at]!));
      // Float32 sums of up to 10⁴ products, in three layers and back.
      expect(distance / Math.hypot(...expected), `y${i}`).toBeLessThan(3e-6);
    }
  });
});

test("a model is plain unless blocks are asked for", () => {
  const model = toOnnx({ outputs: { y: conv2d(input("x", [1, 16, 2, 2]), input("w", [16, 16, 3, 3])) } });
  expect(Buffer.from(model).includes("nchwc")).toBe(false);
});

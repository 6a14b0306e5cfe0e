// Whether a runtime convolves images that are stored in blocks of channels, and in blocks of how many: nobody tells, the
// operations are internal to ONNX Runtime and the width is the processor's (16 with AVX-512, 8 otherwise). The runtime's own
// reordering shows the width, and a small training step is then computed plainly and in blocks: both must agree.

import { isDoselapError } from "../../errors.ts";
import { createRng, normal } from "../../math/random/rng.ts";
import { gradients } from "../graph/differentiate.ts";
import { elementCount } from "../graph/shape.ts";
import { input } from "../graph/tensor.ts";
import { blockDomain } from "../onnx/blocked/layout.ts";
import { encodeModel } from "../onnx/model.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import { conv2d } from "../ops/conv2d.ts";
import { sum } from "../ops/expand.ts";
import { maxPool2 } from "../ops/max-pool2.ts";
import { relu, square } from "../ops/unary.ts";
import { upsample2 } from "../ops/upsample2.ts";
import type { Feeds, Runtime, Session } from "./runtime.ts";

/** Channels per block, to be given to `toOnnx`; undefined when the runtime does not compute in blocks or computes them wrong. */
export async function findBlockChannels({ load }: Pick<Runtime, "load">): Promise<number | undefined> {
  const run = async (model: Uint8Array, feeds: (session: Session) => Feeds): Promise<Float32Array[]> => {
    const session = await load(model, { threads: 1 });
    try {
      return Object.values(await session.run(feeds(session)));
    } finally {
      await session.release();
    }
  };
  const outputs = trialStep();
  try {
    const pixels = { shape: reorderedShape, data: Float32Array.from({ length: 64 }, (_, i) => i) };
    const [reordered] = await run(reorderModel(), () => ({ x: pixels }));
    // Channel 0 of the second pixel stands behind the block of the first.
    const width = reordered!.indexOf(1);
    if (!widths.includes(width)) return undefined;
    const found = await run(toOnnx({ outputs, blockChannels: width }), drawnFeeds);
    const expected = await run(toOnnx({ outputs }), drawnFeeds);
    return found.every((values, i) => close(values, expected[i]!)) ? width : undefined;
  } catch (cause) {
    // A runtime without these operations refuses the model: that is the answer.
    if (isDoselapError(cause, "Compute")) return undefined;
    throw cause;
  }
}

/** Widths that were tried. A convolution in blocks of a wrong width writes outside of its memory, so none is guessed (NN-007). */
const widths = [8, 16];

/** 32 channels of two pixels. */
const reorderedShape = [1, 32, 1, 2];

/** y = x in blocks. */
function reorderModel(): Uint8Array {
  const reorder = {
    name: "y",
    type: "ReorderInput",
    domain: blockDomain,
    inputs: ["x"],
    outputs: ["y"],
  } as const;
  return encodeModel({
    name: "blocks",
    nodes: [{ ...reorder, attributes: {} }],
    initialisers: [],
    inputs: [{ name: "x", shape: reorderedShape }],
    outputs: [{ name: "y", shape: reorderedShape }],
  });
}

/** Every kind of operation that is written in blocks, and the gradients of all weights. */
function trialStep() {
  const images = input("images", [2, 16, 8, 8]);
  const weights = [
    [32, 16, 3, 3],
    [16, 32, 3, 3],
    [2, 16, 3, 3],
  ].map((shape, i) => input(`weights${i}`, shape));
  const [first, second, head] = weights as [typeof images, typeof images, typeof images];
  const coarse = maxPool2(relu(conv2d(images, first)));
  const loss = sum(square(conv2d(relu(conv2d(upsample2(coarse), second)), head)), [0, 1, 2, 3]);
  return Object.fromEntries(
    [loss, ...gradients(loss, [...weights, images])].map((tensor, i) => [`y${i}`, tensor]),
  );
}

function drawnFeeds({ shapes, inputNames }: Session): Feeds {
  return Object.fromEntries(
    inputNames.map((name, place) => {
      const shape = shapes.get(name)!;
      const rng = createRng(1, "network", { frame: place });
      return [name, { shape, data: Float32Array.from({ length: elementCount(shape) }, () => normal(rng)) }];
    }),
  );
}

/** Float32 sums of some hundred terms in another order. */
function close(found: Float32Array, expected: Float32Array): boolean {
  const distance = Math.hypot(...found.map((value, i) => value - expected[i]!));
  return distance < 1e-4 * Math.hypot(...expected);
}

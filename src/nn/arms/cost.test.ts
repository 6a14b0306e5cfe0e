// What networks cost, against counts done by hand and against the graphs themselves.

import { expect, test } from "vitest";
import { inOrder, type Tensor } from "../graph/tensor.ts";
import { groupInputs } from "../models/canvas-network.ts";
import { groupModel } from "../models/group-model.ts";
import { parameterInputs } from "../models/parameters.ts";
import { frameFlops, pullFlops, unetFlops, unetParameters } from "./cost.ts";

const shape = { inputs: 5, outputs: 2, widths: [16, 32, 64] };

test("a U-Net of 16, 32 and 64 channels takes a quarter of a GFLOP at 64 px", () => {
  // Products of channels by level: 5·16 + 16² + 48·16 + 16·2 = 1136; 16·32 + 32² + 96·32 = 4608;
  // 32·64 + 64² + 128·64 = 14336; middle 2·64² = 8192. 18 operations each, on 64², 32², 16² and 8² pixels.
  expect(unetFlops(shape, 64)).toBe(18 * (1136 * 64 ** 2 + 4608 * 32 ** 2 + 14336 * 16 ** 2 + 8192 * 8 ** 2));
  // The recipe that it comes from has one more layer per level of the decoder (16², 32², 64²), and 0.301 and 0.118 GFLOP.
  const more = (side: number) =>
    18 * (16 ** 2 * side ** 2 + 32 ** 2 * (side / 2) ** 2 + 64 ** 2 * (side / 4) ** 2);
  expect((unetFlops(shape, 64) + more(64)) / 1e9).toBeCloseTo(0.301, 3);
  expect((unetFlops(shape, 40) + more(40)) / 1e9).toBeCloseTo(0.118, 3);
});

test("its parameters are nine per product of channels, and a bias per layer", () => {
  const biases = 2 * (16 + 32 + 64) + 2 * 64 + (16 + 32 + 64) + 2;
  expect(unetParameters(shape)).toBe(9 * (1136 + 4608 + 14336 + 8192) + biases);
});

test("a pull of 64 px frames on a canvas of 88 px is transforms and patches by products of matrices", () => {
  const physics = { sizePx: 64, probeModes: 1, canvasPx: 88 };
  // Per transform two complex products of 64 × 64 matrices, each three real ones of 2·64³ operations; a patch is cut by two products
  // for the real part and two for the imaginary one.
  const patch = 2 * (2 * 64 * 88 * 88 + 2 * 64 * 64 * 88);
  expect(frameFlops(physics)).toBe(patch + 2 * 3 * 2 * 64 ** 3);
  expect(pullFlops(physics)).toBe(2 * frameFlops(physics));
});

test("the products of matrices in a graph are those of the estimate", () => {
  const config = { sizePx: 16, framesPerGroup: 4, canvasPx: 24, regionPx: 16, steps: 2, stages: 0 };
  const model = groupModel({ ...config, damping: 1, output: "additive", trainedProbeModes: 0, widths: [4] });
  const { object } = model.apply(
    groupInputs(model, { groups: 1, probeModes: 2 }),
    parameterInputs(model.specs),
  );
  // Patches are cut from the region. The first of the two pulls starts at a flat object, whose spectra are the probe's: one
  // transform of two modes, and no patches.
  const physics = { sizePx: 16, probeModes: 2, canvasPx: 16 };
  const pulls = 4 * (2 * pullFlops(physics) - frameFlops(physics)) + 2 * 12 * 16 ** 3;
  // Besides, the graph adds up the light of the probe on the whole canvas: a real patch of each frame.
  const light = 4 * 2 * 16 * 24 * (24 + 16);
  expect(productsOf([object.re, object.im])).toBe(pulls + light);
});

/** Two operations for every product of matrices in a graph. */
function productsOf(outputs: readonly Tensor[]): number {
  let flops = 0;
  for (const { shape: extents, source } of inOrder(outputs)) {
    if (source.kind !== "operation" || source.operation.name !== "matmul") continue;
    const { transposeA } = source.attributes as { transposeA: boolean };
    const inner = source.inputs[0]!.shape.at(transposeA ? -2 : -1)!;
    flops += 2 * inner * extents.reduce((a, b) => a * b, 1);
  }
  return flops;
}

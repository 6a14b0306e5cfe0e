// Which groups a network's own canvas holds, and which get a larger one: by each group's own extent, worked out by hand.

import { expect, test } from "vitest";
import { groupsByCanvas, widerText, type GrowingNetwork } from "./wider-canvases.ts";

// Pairs of frames around x = 100, 200 and 300 px that reach 2, 10 and 2.5 px from their middle.
const positions = { x: Float64Array.of(98, 102, 190, 210, 298, 303), y: new Float64Array(6).fill(50) };
const table = { groups: Int32Array.of(0, 1, 2, 3, 4, 5), groupSize: 2, count: 3 };
const network: GrowingNetwork = {
  shape: { canvasPx: 24, regionPx: 16 },
  windowPx: 8,
  multiple: 4,
  on: () => {
    throw new Error("no model is needed to tell groups apart");
  },
};

test("a group that fits is solved on the network's own canvas, a wider one on the next that holds it", () => {
  const parts = groupsByCanvas(positions, table, { sizePx: 16, network });
  // 16 + 2 · (2 + 1) = 22 and 8 + 4 = 12; 16 + 2 · (3 + 1) = 24 and 8 + 6 = 14, so 16: both fit. 16 + 2 · (10 + 1) = 38 does
  // not; it is 14 more than 24, and canvases grow by 16.
  expect(parts).toEqual([
    { shape: { canvasPx: 24, regionPx: 16 }, order: Int32Array.of(0, 2) },
    { shape: { canvasPx: 40, regionPx: 32 }, order: Int32Array.of(1) },
  ]);
  expect(widerText(parts, network)).toMatch(
    /^1 of 3 groups reach further .* 40 px .* 24 px \(first: group 1\)$/u,
  );
});

test("nothing is told when all of them fit", () => {
  const two = { groups: Int32Array.of(0, 1, 4, 5), groupSize: 2, count: 2 };
  expect(widerText(groupsByCanvas(positions, two, { sizePx: 16, network }), network)).toBeUndefined();
});

test("levels of a network that divide more than 16 px set the step", () => {
  const deep = { ...network, shape: { canvasPx: 32, regionPx: 32 }, multiple: 32 };
  // 8 + 2 · 13 = 34 px are lit: 64 in steps of 32.
  const far = { x: Float64Array.of(87, 113), y: new Float64Array(2) };
  const one = { groups: Int32Array.of(0, 1), groupSize: 2, count: 1 };
  expect(groupsByCanvas(far, one, { sizePx: 16, network: deep })).toEqual([
    { shape: { canvasPx: 64, regionPx: 64 }, order: Int32Array.of(0) },
  ]);
});

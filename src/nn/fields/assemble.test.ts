// Canvases out of patches, against a loop over pixels, and against the patches of a known object.

import { expect, test } from "vitest";
import { evaluate } from "../graph/evaluate.ts";
import { input } from "../graph/tensor.ts";
import { assemblePatches } from "./assemble.ts";
import { sampler } from "./patches.ts";

const shape = { groups: 2, framesPerGroup: 3, sizePx: 8, canvasPx: 16 } as const;
const pixels = 64;
const wave = (length: number, step: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(step * i * i + i));
/** A probe that is dark in one corner. */
const weight = Float64Array.from({ length: pixels }, (_, i) =>
  Math.exp(-(((i % 8) + Math.floor(i / 8)) ** 2) / 20),
);
const places = sampler(input("top", [2, 3]), input("left", [2, 3]), shape);
const assembled = assemblePatches(
  { re: input("re", [6, 8, 8]), im: input("im", [6, 8, 8]) },
  input("weight", [1, 8, 8]),
  places,
);
const outputs = [assembled.object.re, assembled.object.im, assembled.light];

/** Visits every canvas pixel of every patch at whole places. */
function eachPixel(
  { top, left }: { readonly top: readonly number[]; readonly left: readonly number[] },
  visit: (patchPixel: number, canvasPixel: number, at: number) => void,
): void {
  for (let frame = 0; frame < 6; frame++) {
    for (let i = 0; i < pixels; i++) {
      const row = top[frame]! + Math.floor(i / 8);
      const column = left[frame]! + (i % 8);
      visit(frame * pixels + i, Math.floor(frame / 3) * 256 + row * 16 + column, i);
    }
  }
}

const whole = { top: [0, 2, 7, 3, 8, 1], left: [0, 1, 6, 4, 0, 8] };

test("patches of one object come out as that object, wherever light fell", () => {
  const truth = { re: wave(512, 0.3), im: wave(512, 0.7) };
  const patches = { re: new Float64Array(384), im: new Float64Array(384) };
  const lit = new Float64Array(512);
  eachPixel(whole, (from, to, i) => {
    patches.re[from] = truth.re[to]!;
    patches.im[from] = truth.im[to]!;
    lit[to] = lit[to]! + weight[i]!;
  });
  const [re, im, light] = evaluate(outputs, { ...patches, weight, ...whole });
  for (const [i, own] of lit.entries()) {
    expect(light![i]).toBeCloseTo(own, 12);
    // ε is a millionth of the largest light: it shortens what has a thousandth of that light by a thousandth.
    const within = own > 0 ? 2e-6 / own : 0;
    expect(Math.abs(re![i]! - (own > 0 ? truth.re[i]! : 0))).toBeLessThanOrEqual(within);
    expect(Math.abs(im![i]! - (own > 0 ? truth.im[i]! : 0))).toBeLessThanOrEqual(within);
  }
});

test("patches that differ are averaged by their light", () => {
  const patches = { re: wave(384, 0.11), im: wave(384, 0.17) };
  const sum = new Float64Array(512);
  const lit = new Float64Array(512);
  eachPixel(whole, (from, to, i) => {
    sum[to] = sum[to]! + weight[i]! * patches.re[from]!;
    lit[to] = lit[to]! + weight[i]!;
  });
  const [re] = evaluate(outputs, { ...patches, weight, ...whole });
  const brightest = [0, 1].map((group) => Math.max(...lit.subarray(256 * group, 256 * (group + 1))));
  for (const [i, own] of lit.entries()) {
    const expected = sum[i]! / (own + 1e-6 * brightest[Math.floor(i / 256)]!);
    expect(re![i]).toBeCloseTo(expected, 9);
  }
});

test("between pixels, no pixel is brighter than the patches it is made of", () => {
  const patches = { re: new Float64Array(384).fill(1), im: new Float64Array(384) };
  const between = { top: [0, 2.25, 7, 3.5, 8, 1], left: [0, 1, 6.75, 4.5, 0.5, 8] };
  const [re, im] = evaluate(outputs, { ...patches, weight, ...between });
  for (const value of re!) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(1);
  }
  expect(im!.every((value) => value === 0)).toBe(true);
});

// Patches by interpolation matrices, against the sampler that simulates scans; and their adjoint.

import { expect, test } from "vitest";
import { extractPatch } from "../../optics/patch.ts";
import { evaluate } from "../graph/evaluate.ts";
import { gradients } from "../graph/differentiate.ts";
import { input } from "../graph/tensor.ts";
import { mean } from "../ops/mean.ts";
import { multiply } from "../ops/multiply.ts";
import { extractPatches, sampler, scatterPatches } from "./patches.ts";

const shape = { groups: 2, framesPerGroup: 3, sizePx: 8, canvasPx: 16 } as const;
const places = { top: [0, 2.25, 7, 3.5, 8, 1], left: [0, 1, 6.75, 4.5, 0.5, 8] };
const wave = (length: number, step: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(step * i * i + i));
const re = wave(512, 0.3);
const im = wave(512, 0.7);
const cut = sampler(input("top", [2, 3]), input("left", [2, 3]), shape);
const canvas = { re: input("re", [2, 16, 16]), im: input("im", [2, 16, 16]) };

test("patches are the bilinear patches of the simulation", () => {
  const patches = extractPatches(canvas, cut);
  expect(patches.re.shape).toEqual([6, 8, 8]);
  const [gotRe, gotIm] = evaluate([patches.re, patches.im], { re, im, ...places });
  const out = new Float32Array(2 * 64);
  for (let frame = 0; frame < 6; frame++) {
    const group = Math.floor(frame / 3);
    const data = new Float32Array(512);
    for (let i = 0; i < 256; i++) {
      data[2 * i] = re[group * 256 + i]!;
      data[2 * i + 1] = im[group * 256 + i]!;
    }
    extractPatch({ height: 16, width: 16, data }, places.left[frame]! + 4, places.top[frame]! + 4, 8, out);
    for (let i = 0; i < 64; i++) {
      // The oracle holds float32.
      expect(gotRe![frame * 64 + i]).toBeCloseTo(out[2 * i]!, 6);
      expect(gotIm![frame * 64 + i]).toBeCloseTo(out[2 * i + 1]!, 6);
    }
  }
});

test("scattering is the adjoint of extracting", () => {
  const patch = { re: input("a", [6, 8, 8]), im: input("b", [6, 8, 8]) };
  const [a, b] = [wave(384, 0.11), wave(384, 0.17)];
  const out = scatterPatches(patch, cut);
  const there = extractPatches(canvas, cut);
  const [sr, si, pr, pi] = evaluate([out.re, out.im, there.re, there.im], { re, im, a, b, ...places });
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);
  expect(dot(sr!, re) + dot(si!, im)).toBeCloseTo(dot(pr!, a) + dot(pi!, b), 9);
});

test("a gradient through patches is what scattering gives", () => {
  const weights = input("a", [6, 8, 8]);
  const a = wave(384, 0.11);
  const loss = mean(multiply(extractPatches(canvas, cut).re, weights), [0, 1, 2]);
  const [gradient] = gradients(loss, [canvas.re]);
  const added = scatterPatches({ re: weights, im: weights }, cut).re;
  const [got, expected] = evaluate([gradient!, added], { re, im, a, ...places });
  got!.forEach((value, i) => expect(384 * value).toBeCloseTo(expected![i]!, 9));
});

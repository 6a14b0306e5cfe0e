// The transform by matrix products, against a DFT by definition.

import { expect, test } from "vitest";
import { naiveDft2 } from "../../../test/support/fields.ts";
import { evaluate } from "../graph/evaluate.ts";
import { input } from "../graph/tensor.ts";
import { dftMatrix, forwardDft, inverseDft } from "./dft.ts";

const wave = (length: number, step: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(step * i * i + i));

test.each([8, 12, 20])("spectra of N = %i are the shifted DFT, transposed", (size) => {
  const pixels = size * size;
  const [re, im] = [wave(2 * pixels, 0.37), wave(2 * pixels, 0.59)];
  const shape = [2, size, size];
  const matrix = dftMatrix(size);
  const spectrum = forwardDft({ re: input("re", shape), im: input("im", shape) }, matrix);
  const [outRe, outIm] = evaluate([spectrum.re, spectrum.im], { re, im });
  for (let f = 0; f < 2; f++) {
    const field = new Float64Array(2 * pixels);
    for (let i = 0; i < pixels; i++) {
      field[2 * i] = re[f * pixels + i]!;
      field[2 * i + 1] = im[f * pixels + i]!;
    }
    const expected = naiveDft2(field, size, -1);
    for (let ky = 0; ky < size; ky++) {
      for (let kx = 0; kx < size; kx++) {
        const from = 2 * (((ky + size / 2) % size) * size + ((kx + size / 2) % size));
        const to = f * pixels + kx * size + ky;
        // The matrix is stored in float32: 6e-8 of each of 2N products.
        expect(outRe![to]).toBeCloseTo(expected[from]!, 5);
        expect(outIm![to]).toBeCloseTo(expected[from + 1]!, 5);
      }
    }
  }
});

test("the inverse undoes it, and both keep the energy", () => {
  const size = 16;
  const shape = [1, size, size];
  const field = { re: input("re", shape), im: input("im", shape) };
  const matrix = dftMatrix(size);
  const there = forwardDft(field, matrix);
  const back = inverseDft(there, matrix);
  const feeds = { re: wave(size * size, 0.21), im: wave(size * size, 0.83) };
  const [re, im, tre, tim] = evaluate([back.re, back.im, there.re, there.im], feeds);
  const energy = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value ** 2 + b[i]! ** 2, 0);
  expect(energy(tre!, tim!)).toBeCloseTo(energy(feeds.re, feeds.im), 4);
  re!.forEach((value, i) => expect(value).toBeCloseTo(feeds.re[i]!, 5));
  im!.forEach((value, i) => expect(value).toBeCloseTo(feeds.im[i]!, 5));
});

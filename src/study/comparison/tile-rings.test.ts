// Ring sums of tiles: against a naive Fourier sum, and the FRC they add up to against that of the whole image.

import { expect, test } from "vitest";
import { realImage } from "../../../test/support/metric-images.ts";
import { createRng, normal } from "../../math/random/rng.ts";
import { tileRings } from "./tile-rings.ts";

const all = (height: number, width: number) => new Uint8Array(height * width).fill(1);

function noise(height: number, width: number, seed: number) {
  const rng = createRng(seed, "noise");
  return realImage(height, width, () => normal(rng));
}

test("a tile's sums are those of a naive Fourier sum of the mean-free, Hann-windowed tile", () => {
  const [a, b] = [noise(48, 50, 1), noise(48, 50, 2)];
  const rings = tileRings(a, b, all(48, 50))!;
  expect(rings.sidePx).toBe(16);
  expect(rings.cross).toHaveLength(9);
  // Tile 5: second row, third column; one spare column on each side.
  const naive = (image: typeof a) => {
    const values: number[][] = [];
    for (let y = 0; y < 16; y++)
      values.push(Array.from({ length: 16 }, (_, x) => image.data[(16 + y) * 50 + 1 + 32 + x]!));
    const mean = values.flat().reduce((sum, v) => sum + v) / 256;
    const window = Array.from({ length: 16 }, (_, i) => Math.sin((Math.PI * i) / 15) ** 2);
    return (u: number, v: number) => {
      let [re, im] = [0, 0];
      for (let y = 0; y < 16; y++) {
        for (let x = 0; x < 16; x++) {
          const value = (values[y]![x]! - mean) * window[x]! * window[y]!;
          const angle = (-2 * Math.PI * (u * x + v * y)) / 16;
          re += value * Math.cos(angle);
          im += value * Math.sin(angle);
        }
      }
      return [re, im] as const;
    };
  };
  const [fa, fb] = [naive(a), naive(b)];
  let [cross, powerA, powerB] = [0, 0, 0];
  // fft2Float64 may be scaled by a constant: ratios only.
  const sums = Array.from({ length: 9 }, () => [0, 0, 0]);
  for (let u = -8; u < 8; u++) {
    for (let v = -8; v < 8; v++) {
      const [x, y] = [fa(u, v), fb(u, v)];
      const sum = sums[Math.round(Math.hypot(u, v))];
      if (sum === undefined) continue;
      sum[0]! += x[0] * y[0] + x[1] * y[1];
      sum[1]! += x[0] ** 2 + x[1] ** 2;
      sum[2]! += y[0] ** 2 + y[1] ** 2;
    }
  }
  const scale = rings.powerA[5]![2]! / sums[3]![1]!;
  for (let ring = 1; ring <= 8; ring++) {
    [cross, powerA, powerB] = sums[ring] as [number, number, number];
    // Six digits are kept of each number and of the scale: 5e-6 each.
    const room = 1e-5 * scale * Math.max(powerA, powerB);
    expect(Math.abs(rings.cross[5]![ring - 1]! - scale * cross)).toBeLessThan(room);
    expect(Math.abs(rings.powerA[5]![ring - 1]! - scale * powerA)).toBeLessThan(room);
    expect(Math.abs(rings.powerB[5]![ring - 1]! - scale * powerB)).toBeLessThan(room);
  }
});

test("tiles are the largest even squares of which nine fit", () => {
  const sides = (height: number, width: number) => {
    const image = noise(height, width, 1);
    const rings = tileRings(image, image, all(height, width));
    return rings === null ? null : [rings.sidePx, rings.cross.length];
  };
  expect(sides(93, 115)).toEqual([30, 9]);
  expect(sides(48, 200)).toEqual([24, 16]);
  expect(sides(47, 100)).toEqual([20, 10]);
  expect(sides(40, 40)).toBeNull();
});

test("an image with itself has equal sums, an image of one value and a tile that is not compared have none", () => {
  const image = noise(60, 60, 3);
  const mask = all(60, 60).map((_, i) => (Math.floor(i / 60) < 20 && i % 60 < 20 ? 0 : 1));
  const own = tileRings(image, image, mask)!;
  expect(own.cross).toEqual(own.powerA);
  expect(own.cross[0]!.every((value) => value === 0)).toBe(true);
  expect(own.cross[1]!.every((value) => value > 0)).toBe(true);
  const flat = tileRings(
    realImage(60, 60, () => 0.1),
    image,
    mask,
  )!;
  expect(flat.powerA.flat().every((value) => value === 0)).toBe(true);
});

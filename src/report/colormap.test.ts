// Colour maps: the cyclic one closes and is even to the eye, the others have the order and ends they claim.

import { expect, test } from "vitest";
import {
  badPixelRgb,
  cyclicTable,
  divergingTable,
  greyTable,
  hueTable,
  sequentialTable,
} from "./colormap.ts";

/** CIELAB (D65) of an sRGB triple: another space than the one the table is made in. */
function labOf(table: Uint8Array, i: number): [number, number, number] {
  const [r, g, b] = [0, 1, 2].map((c) => {
    const v = table[3 * (i & 255) + c]! / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (table: Uint8Array, i: number, j: number) =>
  Math.hypot(...labOf(table, i).map((v, c) => v - labOf(table, j)[c]!));

test("the cyclic table closes: its last step is no larger than the others", () => {
  const table = cyclicTable();
  const steps = Array.from({ length: 32 }, (_, i) => distance(table, 8 * i, 8 * i + 8));
  expect(steps.at(-1)!).toBeLessThanOrEqual(Math.max(...steps.slice(0, -1)));
});

test("equal phase steps of the cyclic table are nearly equal CIELAB distances", () => {
  const table = cyclicTable();
  const steps = Array.from({ length: 32 }, (_, i) => distance(table, 8 * i, 8 * i + 8));
  // Uniform in OKLab by construction; CIELAB stretches blue and dark colours against it (2.5 here, hsv's wheel is above 6).
  expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(2.7);
});

test("lightness of the cyclic table rises without a turn from -π/2 to π/2 and falls on the way back", () => {
  const table = cyclicTable();
  const lightness = Array.from({ length: 256 }, (_, i) => labOf(table, i)[0]);
  const darkest = lightness.indexOf(Math.min(...lightness));
  const lightest = lightness.indexOf(Math.max(...lightness));
  // ±π/2 are entries 64 and 192; the arc-length walk may move the turning points by a few entries.
  expect(Math.abs(darkest - 64)).toBeLessThan(12);
  expect(Math.abs(lightest - 192)).toBeLessThan(12);
  for (let i = darkest + 4; i < lightest - 4; i++)
    expect(lightness[i + 4]!).toBeGreaterThan(lightness[i]! - 0.2);
  expect(lightness[lightest]! - lightness[darkest]!).toBeGreaterThan(50);
});

test("no table contains the bad-pixel colour", () => {
  for (const table of [greyTable(), sequentialTable(), cyclicTable(), hueTable(), divergingTable()]) {
    expect(table.length).toBe(768);
    for (let i = 0; i < 256; i++) expect([...table.subarray(3 * i, 3 * i + 3)]).not.toEqual([...badPixelRgb]);
  }
});

test("grey runs from black to white", () => {
  expect([...greyTable().subarray(0, 3), ...greyTable().subarray(765)]).toEqual([0, 0, 0, 255, 255, 255]);
});

test("the sequential table grows lighter all the way, so that grey print and the colour-blind can read it", () => {
  const table = sequentialTable();
  for (let i = 0; i + 8 < 256; i++) expect(labOf(table, i + 8)[0]).toBeGreaterThan(labOf(table, i)[0]);
  expect(labOf(table, 255)[0] - labOf(table, 0)[0]).toBeGreaterThan(70);
});

test("the hues of complex values are nearly of one lightness, and close", () => {
  const table = hueTable();
  const lightness = Array.from({ length: 256 }, (_, i) => labOf(table, i)[0]);
  // Equal in OKLab by construction; CIELAB rates yellow and blue of equal OKLab lightness up to 8 apart.
  expect(Math.max(...lightness) - Math.min(...lightness)).toBeLessThan(10);
  expect(distance(table, 255, 0)).toBeLessThan(4);
});

test("the diverging table is lightest at zero and equally dark at both ends, blue and orange", () => {
  const table = divergingTable();
  const [negative, zero, positive] = [labOf(table, 0), labOf(table, 128), labOf(table, 255)];
  expect(zero[0]).toBeGreaterThan(95);
  expect(Math.abs(negative[0] - positive[0])).toBeLessThan(8);
  // b of CIELAB: below zero blue, above yellow; the axis that red-green blindness leaves.
  expect(negative[2]).toBeLessThan(-30);
  expect(positive[2]).toBeGreaterThan(30);
});

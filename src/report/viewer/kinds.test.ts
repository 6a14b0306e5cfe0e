// What a pixel shows and says in each of the six pictures, against hand computations.

import { expect, test } from "vitest";
import { badPixelRgb } from "../colormap.ts";
import type { Field } from "./field.ts";
import { fieldOf } from "./field.ts";
import { kindNames, makeTables, numberAt, painted, scaleOf, valueText } from "./kinds.ts";

const tables = makeTables();
const ranges = { amplitude: { min: 0.5, max: 1 }, phase: { centerRad: 0, spanRad: 2 * Math.PI } };
const one = (amplitude: number, phase: number, state = 2): Field => ({
  width: 1,
  height: 1,
  amplitude: Float32Array.of(amplitude),
  phase: Float32Array.of(phase),
  state: Uint8Array.of(state),
});

test("amplitude is black at the least and white at the greatest value of its range", () => {
  const paint = (value: number) => [
    ...painted("amplitude", { field: one(value, 0), target: one(1, 0), ranges, tables }),
  ];
  expect([paint(0.5), paint(0.1), paint(1), paint(9)]).toEqual([
    [0, 0, 0, 255],
    [0, 0, 0, 255],
    [255, 255, 255, 255],
    [255, 255, 255, 255],
  ]);
});

test("a phase difference takes the short way round", () => {
  expect(numberAt("phase difference", one(1, 3), one(1, -3), 0)).toBeCloseTo(6 - 2 * Math.PI, 6);
  expect(valueText("phase difference", one(1, -3), one(1, 3), 0)).toBe("+0.283 rad");
});

test("a complex difference is the distance in the plane", () => {
  // i − 1 has length √2; equal values none.
  expect(numberAt("complex difference", one(1, Math.PI / 2), one(1, 0), 0)).toBeCloseTo(Math.SQRT2, 6);
  expect(numberAt("complex difference", one(0.7, 1), one(0.7, 1), 0)).toBe(0);
});

test("complex shows dark where the amplitude is small, and the hue of the phase", () => {
  const paint = (a: number, phase: number) => [
    ...painted("complex", { field: one(a, phase), target: one(1, 0), ranges, tables }),
  ];
  expect(paint(0, 1)).toEqual([0, 0, 0, 255]);
  const [bright, half] = [paint(1, 1), paint(0.5, 1)];
  for (let c = 0; c < 3; c++) expect(Math.abs(half[c]! - bright[c]! / 2)).toBeLessThanOrEqual(1);
  expect(paint(1, -1)).not.toEqual(bright);
});

test("no difference is nearly white, and the two signs differ in hue", () => {
  const paint = (a: number) => [
    ...painted("amplitude difference", { field: one(a, 0), target: one(0.8, 0), ranges, tables }),
  ];
  for (const value of paint(0.8)) expect(value).toBeGreaterThan(235);
  const [less, more] = [paint(0.5), paint(1.1)];
  expect(less[2]!).toBeGreaterThan(less[0]! + 60);
  expect(more[0]!).toBeGreaterThan(more[2]! + 60);
});

test.each(kindNames)("%s: what is not compared is clear, what is not finite stands out", (kind) => {
  const paint = (state: number) => [
    ...painted(kind, { field: one(1, 0, state), target: one(1, 0), ranges, tables }),
  ];
  expect(paint(0)[3]).toBe(0);
  expect(paint(1)).toEqual([...badPixelRgb, 255]);
  expect([0, 1].map((state) => valueText(kind, one(1, 0, state), one(1, 0), 0))).toEqual(["–", "not finite"]);
  const { low, high } = scaleOf(kind, ranges, tables);
  expect(high).toBeGreaterThan(low);
});

test("values are said with their unit", () => {
  expect(kindNames.map((kind) => valueText(kind, one(0.75, -0.5), one(0.5, -1), 0))).toEqual([
    "0.750",
    "−0.500 rad",
    "0.750, −0.500 rad",
    "+0.250",
    "+0.500 rad",
    // √(0.5625 + 0.25 − 0.75 cos 0.5)
    "0.393",
  ]);
});

test("a field is read from levels, a pixel without a level in either picture is not known", () => {
  const picture = (...entries: number[]) => ({ width: 3, height: 1, entries: Uint8Array.from(entries) });
  const scale = [0, 0, 1, 1] as const;
  const field = fieldOf(picture(0, 2, 243), picture(0, 1, 128), { amplitude: scale, phase: scale });
  expect([...field.state]).toEqual([0, 1, 2]);
  // Level 241 is the last of 230 inner ones, level 126 the 115th.
  expect(field.amplitude[2]).toBeCloseTo(229.5 / 230, 6);
  expect(field.phase[2]).toBeCloseTo(114.5 / 230, 6);
  expect(() =>
    fieldOf(picture(2, 2, 2), { ...picture(2, 2, 2), width: 1 }, { amplitude: scale, phase: scale }),
  ).toThrow(/size/);
});

// What a network is told that lacks an engine's object: nothing where it is right, whatever its global phase; its brightness
// counts; a phase is lacking by the shorter way round; what no light reaches does not count.

import { describe, expect, test } from "vitest";
import { meanSquares, taughtScan } from "./taught-scan.ts";

const [height, width] = [6, 8];
const pixels = height * width;
const modulus = Float32Array.from({ length: pixels }, (_, i) => 0.7 + 0.3 * Math.cos(i));
const phase = Float32Array.from({ length: pixels }, (_, i) => 1.5 * Math.sin(1 + i));
const positions = { x: Float64Array.of(4), y: Float64Array.of(3) };

/** √(light/brightest) of the pixels; brightest everywhere if not said. */
function planesWith(light: (pixel: number) => number = () => 1) {
  const planes = new Float32Array(5 * pixels);
  for (let i = 0; i < pixels; i++) planes[4 * pixels + i] = Math.sqrt(light(i));
  return { height, width, planes, modulus, phase };
}

function truth(of: (pixel: number) => readonly [amplitude: number, phase: number]) {
  const data = new Float32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    const [amplitude, angle] = of(i);
    data[2 * i] = amplitude * Math.cos(angle);
    data[2 * i + 1] = amplitude * Math.sin(angle);
  }
  return { height, width, data };
}

describe("what an engine's object lacks", () => {
  test("is nothing where it is the truth up to a global phase", () => {
    const { wanted } = taughtScan(
      planesWith(),
      truth((i) => [modulus[i]!, phase[i]! + 2.9]),
      positions,
    );
    // Float32 numbers about 1.
    for (const value of wanted) expect(Math.abs(value)).toBeLessThan(1e-6);
  });

  test("is a brighter object where the truth is brighter everywhere: the probe's power is known", () => {
    const { wanted } = taughtScan(
      planesWith(),
      truth((i) => [1.25 * modulus[i]!, phase[i]!]),
      positions,
    );
    for (let i = 0; i < pixels; i++) {
      expect(wanted[i]).toBeCloseTo(0.25 * modulus[i]!, 6);
      expect(wanted[pixels + i]).toBeCloseTo(0, 6);
    }
  });

  test("is a phase by the shorter way round", () => {
    // Half of the pixels lack 3 rad one way and half the other: no turn helps, and the way through π is not taken.
    const lacking = (i: number) => (i % 2 === 0 ? 1.2 : -1.2);
    const flat = { ...planesWith(), modulus: modulus.map(() => 1), phase: phase.map(() => 2.5) };
    const { wanted } = taughtScan(
      flat,
      truth((i) => [1, 2.5 + lacking(i)]),
      positions,
    );
    for (let i = 0; i < pixels; i++) expect(wanted[pixels + i]).toBeCloseTo(lacking(i), 5);
  });

  test("counts by the light, in full from a quarter of the brightest on, not at all in the dark", () => {
    const light = (i: number) => [1, 0.5, 0.125, 0.01][i % 4]!;
    const { weight } = taughtScan(
      planesWith(light),
      truth((i) => [modulus[i]!, phase[i]!]),
      positions,
    );
    for (let i = 0; i < pixels; i++) expect(weight[i]).toBeCloseTo([1, 1, 0.5, 0][i % 4]!, 6);
  });

  test("is turned by the lit pixels alone, and its mean squares are theirs", () => {
    const light = (i: number) => (i < 8 ? 0.01 : 1);
    const taught = taughtScan(
      planesWith(light),
      truth((i) => (i < 8 ? [5, phase[i]! - 2] : [modulus[i]! + 0.1, phase[i]! + 0.4])),
      positions,
    );
    for (let i = 8; i < pixels; i++) expect(taught.wanted[pixels + i]).toBeCloseTo(0, 6);
    const { amplitude, phase: turned } = meanSquares([taught]);
    expect(amplitude).toBeCloseTo(0.01, 6);
    expect(turned).toBeCloseTo(0, 6);
  });
});

// The probe's constraints do what they say: power and peak as plain sums, exit waves unchanged where that is promised.

import { describe, expect, test } from "vitest";
import { createRng } from "../../math/random/rng.ts";
import { planScan, viewScan } from "../../compute/scan-memory.ts";
import { limitSupport, peakOf, powerOf, restoreProbePower } from "./probe.ts";

function noise(length: number, seed: number): Float32Array {
  const rng = createRng(seed, "engine");
  return Float32Array.from({ length }, () => 2 * rng.uniform() - 1);
}

describe("power and peak", () => {
  // Two modes of 2×2 pixels: |P_1|² = 1, 4, 9, 16 and |P_2|² = 25, 2, 0, 1.
  const probe = Float32Array.of(1, 0, 0, 2, 3, 0, 0, -4, 3, 4, 1, 1, 0, 0, 0, 1);

  test("power sums over modes and pixels, peak is the brightest pixel of all modes together", () => {
    expect(powerOf(probe)).toBe(30 + 28);
    expect(peakOf(probe, 4)).toBe(26);
  });

  test("a dark probe has neither", () => {
    expect(powerOf(new Float32Array(8))).toBe(0);
    expect(peakOf(new Float32Array(8), 4)).toBe(0);
  });
});

describe("restoring the probe's power", () => {
  test("gives the probe that power and leaves every product P·O as it was", () => {
    const [probe, object] = [noise(2 * 2 * 16, 1), noise(2 * 16, 2)];
    const [before, beforeObject] = [probe.slice(), object.slice()];
    restoreProbePower(viewsOf(probe, object), 7.5);
    // float32 sums of 64 squares.
    expect(powerOf(probe) / 7.5).toBeCloseTo(1, 6);
    for (let m = 0; m < 2; m++) {
      for (let i = 0; i < 32; i++) {
        const product = probe[32 * m + i]! * object[i]!;
        expect(product).toBeCloseTo(before[32 * m + i]! * beforeObject[i]!, 6);
      }
    }
  });

  test("leaves a probe of that power alone to the bit", () => {
    const [probe, object] = [Float32Array.of(3, 4), Float32Array.of(0.3, 0.7)];
    restoreProbePower(viewsOf(probe, object), 25);
    expect(probe).toEqual(Float32Array.of(3, 4));
    expect(object).toEqual(Float32Array.of(0.3, 0.7));
  });
});

describe("support", () => {
  test("keeps a disc around pixel (N/2, N/2) in every mode and clears the rest", () => {
    const size = 8;
    const probe = new Float32Array(2 * 2 * size * size).fill(1);
    limitSupport(probe, size, 2);
    for (let i = 0; i < probe.length / 2; i++) {
      const [y, x] = [Math.floor((i % 64) / size) - 4, (i % size) - 4];
      const inside = Math.hypot(x, y) <= 2 ? 1 : 0;
      expect([probe[2 * i], probe[2 * i + 1]], `(${x}, ${y})`).toEqual([inside, inside]);
    }
    // 13 pixels lie within 2 px of a pixel.
    expect(powerOf(probe)).toBe(2 * 2 * 13);
  });
});

/** What the constraint reads of a scan's memory. */
function viewsOf(probe: Float32Array, object: Float32Array): Parameters<typeof restoreProbePower>[0] {
  const plan = planScan({
    size: 2,
    modes: 1,
    frames: 1,
    objectHeight: 2,
    objectWidth: 2,
    slots: 1,
    waveSlots: 1,
    countSlots: 1,
    countType: "float32",
    nearField: false,
    subPixel: "bilinear",
    threads: 1,
  });
  return { ...viewScan(plan, new ArrayBuffer(plan.bytes)), probe, object };
}

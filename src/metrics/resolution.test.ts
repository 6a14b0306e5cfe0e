// A resolution carries its comparison, criterion and crossing; only a crossing has a period, and only a pixel size makes it nm.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frcAuc } from "./frc-auc.ts";
import { fullPeriodNm, resolutionOf } from "./resolution.ts";

const curve = (value: readonly (number | null)[]) => ({
  frequency: value.map((_, i) => (i + 1) / 20),
  value,
  independentPixels: value.map((_, i) => 1000 * (i + 1)),
});

describe("resolutionOf", () => {
  test("reads the crossing of the comparison's own threshold, full period in px and nm", () => {
    const falling = curve([1, 0.8, 0.6, 0.4, 0.2, 0]);
    const at = (kind: "truth" | "halves" | "full") => resolutionOf(falling, kind, { pixelSizeM: 10e-9 });
    // 0.5 lies half-way between the rings of 0.15 and 0.2 cycles/px; 0.25 at 3/4 and 1/7 at 2/7 of a later gap.
    expect(at("truth").cyclesPerPx).toBeCloseTo(0.175, 12);
    expect(at("full").cyclesPerPx).toBeCloseTo(0.2375, 12);
    expect(at("halves").cyclesPerPx).toBeCloseTo(0.25 + 0.05 * (2 / 7), 12);
    expect(at("truth").fullPeriodPx).toBeCloseTo(1 / 0.175, 12);
    expect(at("truth").fullPeriodNm).toBeCloseTo(10 / 0.175, 9);
    expect(at("truth")).toMatchObject({ comparison: "truth", criterion: "FRC 0.5", crossing: "crosses" });
    // Half a bit against the truth: √((√2−1)/√2) = 0.541 for many pixels, a little above 0.5.
    expect(at("truth").halfBit.cyclesPerPx).toBeLessThan(0.175);
    expect(at("truth").halfBit.cyclesPerPx).toBeGreaterThan(0.155);
  });

  test.each([
    ["never", [1, 0.9, 0.8], null],
    ["below", [0.1, 0.9, 0.8], 0],
    ["absent", [null, null, null], null],
  ] as const)("%s has no period, whatever the pixel size", (crossing, value, cyclesPerPx) => {
    const found = resolutionOf(curve(value), "truth", { pixelSizeM: 1e-9 });
    expect(found).toMatchObject({ crossing, cyclesPerPx, fullPeriodPx: null, fullPeriodNm: null });
  });

  test("the full period is a line pair: at half a cycle per pixel, two pixels", () => {
    expect(fullPeriodNm(0.5, 7e-9)).toBeCloseTo(14, 12);
  });
});

describe("frcAuc", () => {
  test("is the mean of the curve by the trapezoidal rule", () => {
    expect(frcAuc(curve([1, 1, 1, 1]))).toBeCloseTo(1, 12);
    expect(frcAuc(curve([1, 0.5, 0]))).toBeCloseTo(0.5, 12);
    expect(frcAuc(curve([-1, -1]))).toBeCloseTo(-1, 12);
    // (0.5·(1 + 0.4) + 0.5·(0.4 + 0))/2, worked by hand
    expect(frcAuc(curve([1, 0.4, 0]))).toBeCloseTo(0.45, 12);
  });

  test("stays within the curve's own bounds, whatever the curve", () => {
    const value = fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: null });
    fc.assert(
      fc.property(fc.array(value, { minLength: 0, maxLength: 40 }), (values) => {
        const area = frcAuc(curve(values));
        const present = values.filter((ring) => ring !== null);
        if (area === null) return present.length < 2;
        return area >= Math.min(...present) - 1e-12 && area <= Math.max(...present) + 1e-12;
      }),
    );
  });

  test("bridges a ring without a value, and does not exist for fewer than two", () => {
    expect(frcAuc(curve([1, null, 0]))).toBeCloseTo(0.5, 12);
    expect(frcAuc(curve([null, 0.7, null]))).toBeNull();
    expect(frcAuc(curve([null, null]))).toBeNull();
  });
});

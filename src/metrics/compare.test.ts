// A comparison is perfect for an image with itself, blind to what its gauge removes, and null with a reason where a metric has no value.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  blobs,
  inGauge,
  polarImage,
  realImage,
  rectangleMask,
  withNoise,
} from "../../test/support/metric-images.ts";
import type { ComplexImage } from "../array/ndarray.ts";
import { createRng } from "../math/random/rng.ts";
import { compareImages, type MetricsReport } from "./compare.ts";
import { applyGauge } from "./gauge.ts";
import { metricNames } from "./registry.ts";

const truth = blobs(64, 64);
const noisy = withNoise(truth, 0.05);

/** All scalars of both parts, in one list. */
function numbers({ amplitude, phase }: MetricsReport): (number | null)[] {
  return [amplitude, phase].flatMap((part) =>
    part === undefined ? [] : metricNames.map((name) => part[name] ?? null),
  );
}

function expectFiniteOrNull(report: MetricsReport): void {
  const all = [...numbers(report), ...report.amplitude.frc.value, ...(report.phase?.frc.value ?? [])];
  expect(all.every((value) => value === null || Number.isFinite(value))).toBe(true);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
}

describe("compareImages", () => {
  test.each(["none", "standard"] as const)("an image against itself is perfect with gauge %s", (gauge) => {
    const report = compareImages(truth, truth, { gauge });
    for (const part of [report.amplitude, report.phase!]) {
      expect(part).toMatchObject({ mae: 0, mse: 0, psnr: null, ssim: 1, msSsim: 1 });
      expect(part).toMatchObject({ nrmse: 0, frcAuc: 1, resolution: { crossing: "never" } });
      expect(part).toMatchObject({ frc50: null, frc1over7: null, frcHalfBit: null, frcOneBit: null });
      expect(new Set(Object.values(part.crossing))).toEqual(new Set(["never"]));
      expect(part.ssnr).toEqual(new Array(32).fill(null));
      expect(part.frc.value).toEqual(new Array(32).fill(1));
    }
    expect(report.phase!.phaseCorrelation).toBe(1);
    expect(report.warnings).toContain("amplitude: identical: PSNR is infinite");
    expect(report.warnings).toContain("phase: identical: PSNR is infinite");
    expect(report.n).toBe(4096);
    expectFiniteOrNull(report);
  });

  test("has the JSON names that scripts rely on", () => {
    const report = compareImages(noisy, truth, { gauge: "none" });
    expect(Object.keys(report)).toEqual(["amplitude", "phase", "gauge", "warnings", "n"]);
    const names =
      "mae mse nrmse psnr ssim msSsim frc frc50 frc1over7 frcHalfBit frcOneBit crossing frcAuc ssnr resolution".split(
        " ",
      );
    expect(Object.keys(report.amplitude)).toEqual(names);
    expect(Object.keys(report.phase!).toSorted()).toEqual([...names, "phaseCorrelation"].toSorted());
    expect(report.gauge).toEqual({ kind: "none" });
  });

  test("the standard gauge makes phase, ramp, scale and turns of 2π invisible", () => {
    const plain = numbers(compareImages(noisy, truth, { gauge: "standard" }));
    const slope = fc.double({ min: -0.6, max: 0.6, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 20, noNaN: true }),
        slope,
        slope,
        fc.double({ min: 0.05, max: 50, noNaN: true }),
        (phase, rampX, rampY, scale) => {
          const given = inGauge(noisy, { phase, rampX, rampY, scale });
          const scores = numbers(compareImages(given, truth, { gauge: "standard" }));
          // complex64 rounding of the given pixels, 1e-7, and 1e-3 px steps of the registration of noise
          scores.forEach((value, i) => expect(value).toBeCloseTo(plain[i]!, 3));
        },
      ),
      { numRuns: 8 },
    );
  });

  test("what is compared decides the criterion: one curve, three resolutions, in pixels and nm", () => {
    const pixelSizeM = 8e-9;
    const of = (comparison: "truth" | "halves" | "full"): MetricsReport =>
      compareImages(noisy, truth, { gauge: "standard", comparison, pixelSizeM });
    const [truthwise, halves, full] = [of("truth"), of("halves"), of("full")];
    expect(truthwise.phase!.resolution.cyclesPerPx).toBe(truthwise.phase!.frc50);
    expect(halves.phase!.resolution.cyclesPerPx).toBe(halves.phase!.frc1over7);
    expect(halves.phase!.resolution.halfBit.cyclesPerPx).toBe(halves.phase!.frcHalfBit);
    expect(full.phase!.resolution.cyclesPerPx).toBeGreaterThan(truthwise.phase!.frc50!);
    expect(full.phase!.resolution.cyclesPerPx).toBeLessThan(halves.phase!.frc1over7!);
    const { cyclesPerPx, fullPeriodPx, fullPeriodNm } = truthwise.phase!.resolution;
    expect(fullPeriodPx).toBeCloseTo(1 / cyclesPerPx!, 12);
    expect(fullPeriodNm).toBeCloseTo(8 / cyclesPerPx!, 9);
    expect(compareImages(noisy, truth, { gauge: "none" }).phase!.resolution).toMatchObject({
      comparison: "truth",
      criterion: "FRC 0.5",
      fullPeriodNm: null,
    });
  });

  test("a gauge that is known already gives the same report", () => {
    const options = { registration: true, maxShiftPx: 1 };
    const given = inGauge(noisy, { phase: 1, rampX: 0.1, scale: 2 });
    const plain = compareImages(given, truth, { gauge: "standard", ...options });
    const gauged = applyGauge(given, truth, options);
    expect(compareImages(given, truth, { gauge: "standard", gauged })).toEqual(plain);
  });

  test("gauge none sees all of them", () => {
    const given = inGauge(truth, { phase: 0.5, scale: 2 });
    const { amplitude, phase } = compareImages(given, truth, { gauge: "none" });
    expect(amplitude.mae).toBeGreaterThan(0.3);
    expect(phase!.mae).toBeCloseTo(0.5, 5);
  });

  test("a wrap line changes nothing in the standard gauge", () => {
    const turned = (image: ComplexImage): ComplexImage => inGauge(image, { phase: Math.PI - 0.2 });
    const plain = compareImages(noisy, truth, { gauge: "standard" }).phase!;
    const wrapped = compareImages(turned(noisy), turned(truth), { gauge: "standard" }).phase!;
    for (const name of metricNames) expect(wrapped[name]).toBeCloseTo(plain[name]!, 4);
    // As they stand the two differ by 2π wherever noise crosses the line.
    expect(compareImages(turned(noisy), turned(truth), { gauge: "none" }).phase!.mae).toBeGreaterThan(
      2 * plain.mae,
    );
  });

  test("a real array fills amplitude only; the standard gauge removes its scale", () => {
    const wave = realImage(40, 40, (x, y) => 2 + Math.sin(0.4 * x) * Math.cos(0.3 * y));
    const scaled = { ...wave, data: wave.data.map((value) => 3 * value) };
    const report = compareImages(scaled, wave, { gauge: "standard" });
    expect(report).not.toHaveProperty("phase");
    expect(report.amplitude.mae).toBeLessThan(1e-12);
    expect(report.gauge).toMatchObject({
      kind: "standard",
      phaseOffsetRad: 0,
      rampXRadPerPx: 0,
      shiftXPx: 0,
    });
    expect(compareImages(scaled, wave, { gauge: "none" }).amplitude.mae).toBeGreaterThan(3);
  });

  test("a shift within the bound is removed, one beyond it is left and said", () => {
    const near = compareImages(blobs(64, 64, { shiftX: 0.6, shiftY: -1.1 }), truth, { gauge: "standard" });
    const none = compareImages(blobs(64, 64, { shiftX: 0.6, shiftY: -1.1 }), truth, {
      gauge: "standard",
      registration: false,
    });
    expect(near.amplitude.mse).toBeLessThan(none.amplitude.mse / 4);
    const far = compareImages(blobs(64, 64, { shiftX: 4 }), truth, { gauge: "standard" });
    expect(far.gauge).toMatchObject({ shiftFlagged: true });
    expect(far.warnings.some((text) => text.includes("beyond the bound"))).toBe(true);
  });

  test("a flat reconstruction is scored: errors and SSIM are numbers, its FRC is null and said", () => {
    const flat = polarImage(64, 64, () => ({ amplitude: 1, phase: 0 }));
    const report = compareImages(flat, truth, { gauge: "standard" });
    expect(report.amplitude.mae).toBeGreaterThan(0.01);
    expect(report.amplitude.psnr).toBeTypeOf("number");
    expect(report.amplitude).toMatchObject({ frc50: null, frc1over7: null, frcHalfBit: null });
    expect(report.amplitude.frc.value.every((value) => value === null)).toBe(true);
    expect(report.amplitude).toMatchObject({ frcAuc: null, resolution: { crossing: "absent" } });
    expect(new Set(Object.values(report.amplitude.crossing))).toEqual(new Set(["absent"]));
    expect(report.phase!.phaseCorrelation).toBeNull();
    expect(report.warnings).toContain("phase: a phase is flat: no phase correlation");
    expect(report.warnings).toContain("amplitude: first image is constant: no FRC");
    expectFiniteOrNull(report);
  });

  test("a constant truth has no PSNR, SSIM, MS-SSIM or FRC, and never NaN", () => {
    const flat = polarImage(64, 64, () => ({ amplitude: 0.3, phase: 0.7 }));
    for (const gauge of ["none", "standard"] as const) {
      const report = compareImages(noisy, flat, { gauge });
      for (const part of [report.amplitude, report.phase!]) {
        expect(part).toMatchObject({ psnr: null, ssim: null, msSsim: null, frc50: null });
      }
      expect(report.warnings.filter((text) => text.includes("constant")).length).toBeGreaterThanOrEqual(8);
      expectFiniteOrNull(report);
      expectFiniteOrNull(compareImages(flat, flat, { gauge }));
    }
  });

  test("the amplitude of a pure phase object counts as constant: its spread is complex64 rounding", () => {
    const pure = polarImage(64, 64, (x, y) => ({
      amplitude: 1,
      phase: Math.sin(0.3 * x) + Math.cos(0.2 * y),
    }));
    const report = compareImages(withNoise(pure, 0.01), pure, { gauge: "standard" });
    expect(report.amplitude).toMatchObject({ psnr: null, ssim: null, frc50: null });
    expect(report.phase!.psnr).toBeGreaterThan(30);
  });

  test("zeros in both images have no phase and give no NaN", () => {
    const holes = { ...truth, data: truth.data.map((value, i) => (i < 2000 ? 0 : value)) };
    const spoilt = { ...noisy, data: noisy.data.map((value, i) => (i < 1000 ? 0 : value)) };
    for (const gauge of ["none", "standard"] as const)
      expectFiniteOrNull(compareImages(spoilt, holes, { gauge }));
  });

  test("pixel metrics do not see what lies outside the mask, in either gauge", () => {
    const mask = rectangleMask(64, 64, { x0: 8, y0: 4, x1: 56, y1: 60 });
    const spoilt = { ...noisy, data: noisy.data.map((value, i) => (mask[i >> 1] === 0 ? 1e7 : value)) };
    for (const gauge of ["none", "standard"] as const) {
      const options = { gauge, mask, registration: false };
      const [a, b] = [compareImages(spoilt, truth, options), compareImages(noisy, truth, options)];
      expect(a.n).toBe(48 * 56);
      for (const name of ["mae", "mse", "psnr", "msSsim", "frc50", "frc1over7", "frcHalfBit"] as const) {
        expect(a.amplitude[name]).toBe(b.amplitude[name]);
        expect(a.phase![name]).toBe(b.phase![name]);
      }
    }
  });

  test("a NaN is refused by name and pixel, never scored", () => {
    const broken = { ...truth, data: truth.data.slice() };
    broken.data[2 * (64 + 7)] = Number.NaN;
    for (const gauge of ["none", "standard"] as const) {
      expect(() => compareImages(broken, truth, { gauge })).toThrow(/reconstruction.*NaN at row 1, column 7/);
      expect(() => compareImages(truth, broken, { gauge })).toThrow(/truth.*NaN at row 1, column 7/);
    }
  });

  test("refuses different shapes and mixed kinds, and says both", () => {
    expect(() => compareImages(blobs(20, 30), blobs(20, 31), { gauge: "none" })).toThrow(
      /expected \(20, 31\).*got \(20, 30\)/,
    );
    expect(() =>
      compareImages(
        truth,
        realImage(64, 64, () => 1),
        { gauge: "none" },
      ),
    ).toThrow(/complex.*\(64, 64\).*real.*\(64, 64\)/);
  });
});

describe("a phase that wraps", () => {
  const unrelated = (seed: number) => {
    const rng = createRng(seed, "phantom");
    return polarImage(96, 96, () => ({ amplitude: 1, phase: 2 * Math.PI * rng.uniform() }));
  };
  /** Waves of 3 rad rms. */
  const strong = (f: (x: number, y: number) => readonly [number, number] = (x, y) => [x, y]) =>
    polarImage(96, 96, (column, row) => {
      const [x, y] = f(column, row);
      const phase = 3 * (Math.sin(0.21 * x + 0.05 * y) + Math.cos(0.13 * y - 0.08 * x + 1));
      return { amplitude: 1 - 0.1 * Math.sin(0.17 * x + 0.3 * y), phase };
    });

  test.each(["standard", "none"] as const)("unrelated phases correlate in no ring, gauge %s", (gauge) => {
    const { phase } = compareImages(unrelated(1), unrelated(2), { gauge, leastPixels: 16 });
    expect(phase!.crossing.frc50).toBe("below");
    // Rings of n independent pixels scatter by 1/√n; their mean over 48 rings by far less.
    expect(Math.abs(phase!.frcAuc!)).toBeLessThan(0.05);
    expect(Math.abs(phase!.phaseCorrelation!)).toBeLessThan(0.05);
  });

  test("noise does not resolve a strong truth", () => {
    const { phase } = compareImages(unrelated(3), strong(), { gauge: "standard", leastPixels: 16 });
    expect(phase!.crossing.frc50).toBe("below");
  });

  test.each([
    ["upside down", (x: number, y: number) => [x, 95 - y] as const],
    ["left to right", (x: number, y: number) => [95 - x, y] as const],
  ])("an object turned %s is not taken for the truth", (_, turn) => {
    const { phase } = compareImages(strong(turn), strong(), { gauge: "standard", leastPixels: 16 });
    expect(phase!.crossing.frc50).not.toBe("never");
    expect(phase!.phaseCorrelation!).toBeLessThan(0.4);
  });

  test("a strong truth against itself is perfect, whatever turn of the phase lies between", () => {
    const turned = strong();
    const [c, s] = [Math.cos(1 + 2 * Math.PI), Math.sin(1 + 2 * Math.PI)];
    for (let i = 0; i < turned.data.length; i += 2) {
      const [re, im] = [turned.data[i]!, turned.data[i + 1]!];
      [turned.data[i], turned.data[i + 1]] = [re * c - im * s, re * s + im * c];
    }
    const { phase } = compareImages(turned, strong(), { gauge: "standard" });
    expect(phase!.crossing.frc50).toBe("never");
    expect(phase!.phaseCorrelation!).toBeCloseTo(1, 6);
    // complex64 rounding
    expect(phase!.mae).toBeLessThan(1e-6);
  });
});

// The gauge removes shift, phase, ramp and scale, flags a shift beyond its bound, and looks at the mask alone.

import { describe, expect, test } from "vitest";
import {
  blobs,
  cartesianImage,
  inGauge,
  largestError,
  polarImage,
  realImage,
  rectangleMask,
  withNoise,
} from "../../test/support/metric-images.ts";
import { amplitudeOf } from "./parts.ts";
import { applyGauge, applyRealGauge } from "./gauge.ts";

const truth = blobs(96, 120);

describe("applyGauge", () => {
  test("leaves an identical image as it is, to the bit", () => {
    const { aligned, ...found } = applyGauge(truth, truth);
    expect(aligned.data).toEqual(truth.data);
    expect(found).toEqual({
      shiftXPx: 0,
      shiftYPx: 0,
      shiftFlagged: false,
      phaseOffsetRad: 0,
      rampXRadPerPx: 0,
      rampYRadPerPx: 0,
      curvatureRadPerPx2: 0,
      amplitudeScale: 1,
    });
  });

  test.each([
    [0.3, 0, 0, 1],
    [-2.9, 0.01, -0.02, 2.5],
    [1.2, 0.4, 0.25, 0.1],
    // More than half a turn per pixel along neither axis, many wraps over the frame.
    [3, -2.1, 1.7, 7],
  ])("removes phase %d, ramp (%d, %d) and scale %d", (phase, rampX, rampY, scale) => {
    const { aligned, ...found } = applyGauge(inGauge(truth, { phase, rampX, rampY, scale }), truth);
    // complex64 rounding of inputs of size 1
    expect(largestError(aligned, truth)).toBeLessThan(2e-6);
    expect(found.phaseOffsetRad).toBeCloseTo(phase, 5);
    expect(found.rampXRadPerPx).toBeCloseTo(rampX, 7);
    expect(found.rampYRadPerPx).toBeCloseTo(rampY, 7);
    expect(found.amplitudeScale / scale).toBeCloseTo(1, 6);
    expect([found.shiftXPx, found.shiftYPx]).toEqual([0, 0]);
  });

  test.each([
    [0.37, -1.21],
    [1.9, 1.9],
    [-0.05, 0.5],
    [-1.6, 0],
  ])("recovers a shift of (%d, %d) px to 0.02 px under phase, ramp, scale and noise", (shiftX, shiftY) => {
    const moved = blobs(96, 120, { shiftX, shiftY });
    const given = inGauge(withNoise(moved, 0.02), { phase: 1, rampX: 0.03, rampY: -0.05, scale: 1.4 });
    const { aligned, ...found } = applyGauge(given, truth);
    expect(Math.abs(found.shiftXPx - shiftX)).toBeLessThan(0.02);
    expect(Math.abs(found.shiftYPx - shiftY)).toBeLessThan(0.02);
    expect(found.shiftFlagged).toBe(false);
    expect(found.rampXRadPerPx).toBeCloseTo(0.03, 3);
    expect(found.rampYRadPerPx).toBeCloseTo(-0.05, 3);
    // Noise of 0.02 per part peaks near 4.5 deviations; 6 px stay away from the border.
    expect(largestError(aligned, truth, 6)).toBeLessThan(0.15);
  });

  test("undoes the shift of a field whose closed form is known, away from the border", () => {
    const n = 60;
    const wave = (k: number, x: number): number => Math.cos((Math.PI * k * (x + 0.5)) / n);
    const moved = (dx: number, dy: number): ReturnType<typeof cartesianImage> =>
      cartesianImage(n, n, (x, y) => ({
        re: 2 + 0.3 * wave(9, x - dx) * wave(7, y - dy) + 0.2 * wave(4, x - dx),
        im: 0.5 * wave(5, x - dx) * wave(11, y - dy),
      }));
    const { aligned, shiftXPx, shiftYPx } = applyGauge(moved(0.613, -1.25), moved(0, 0));
    // The search ends on a grid of 0.001 px, and stops when it asks for no more than that.
    expect(Math.abs(shiftXPx - 0.613)).toBeLessThan(0.0015);
    expect(Math.abs(shiftYPx + 1.25)).toBeLessThan(0.0015);
    // The kink of the mirrored border, a slope of 0.3/px, fades as slope/(π·distance)².
    expect(largestError(aligned, moved(0, 0), 10)).toBeLessThan(1e-3);
  });

  test("a shifted copy scores better for its registration, border included", () => {
    const given = blobs(96, 120, { shiftX: 0.4, shiftY: -0.7 });
    const registered = applyGauge(given, truth).aligned;
    const left = applyGauge(given, truth, { registration: false }).aligned;
    expect(largestError(registered, truth, 4)).toBeLessThan(largestError(left, truth, 4) / 10);
    expect(largestError(registered, truth)).toBeLessThan(largestError(left, truth));
  });

  test("flags a shift beyond the bound, reports it and does not apply it", () => {
    const given = inGauge(blobs(96, 120, { shiftX: 3.4, shiftY: 0.5 }), { phase: 0.5 });
    const far = applyGauge(given, truth);
    expect(far.shiftFlagged).toBe(true);
    expect(far.shiftXPx).toBeCloseTo(3.4, 1);
    const unregistered = applyGauge(given, truth, { registration: false });
    expect(largestError(far.aligned, unregistered.aligned)).toBeLessThan(1e-6);
    expect(unregistered).toMatchObject({ shiftXPx: 0, shiftYPx: 0, shiftFlagged: false });
    const allowed = applyGauge(given, truth, { maxShiftPx: 4 });
    expect(allowed.shiftFlagged).toBe(false);
    expect(largestError(allowed.aligned, truth, 8)).toBeLessThan(0.03);
  });

  test("looks at the mask only: what lies outside may be anything", () => {
    const mask = rectangleMask(96, 120, { x0: 20, y0: 15, x1: 100, y1: 80 });
    const given = inGauge(truth, { phase: -1, rampX: 0.11, rampY: -0.07, scale: 3 });
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] !== 0) continue;
      given.data[2 * i] = 9 * Math.sin(i);
      given.data[2 * i + 1] = 4;
    }
    const { aligned, ...found } = applyGauge(given, truth, { mask });
    expect(found.rampXRadPerPx).toBeCloseTo(0.11, 6);
    expect(found.amplitudeScale).toBeCloseTo(3, 5);
    expect(largestError(aligned, truth, 20)).toBeLessThan(3e-6);
  });

  test("leaves a ramp in when told to, and removes the global phase alone", () => {
    const given = inGauge(truth, { phase: 0.4, rampX: 0.002, rampY: -0.001 });
    const found = applyGauge(given, truth, { phaseRamp: false, registration: false });
    expect([found.rampXRadPerPx, found.rampYRadPerPx]).toEqual([0, 0]);
    // A quarter of the ramp's span over the frame remains at least.
    expect(largestError(found.aligned, truth)).toBeGreaterThan(0.06);
    expect(largestError(applyGauge(given, truth).aligned, truth)).toBeLessThan(2e-6);
  });

  test.each([
    [1e-4, 0, 0],
    [-6e-4, 0.02, -0.05],
    [3e-3, -0.4, 0.1],
  ])("removes a curvature of %d rad/px² when asked to, and not otherwise", (curvature, rampX, rampY) => {
    const given = inGauge(truth, { phase: 1, rampX, rampY, scale: 2 });
    for (let i = 0; i < truth.height * truth.width; i++) {
      const square = ((i % truth.width) - 59.5) ** 2 + (Math.floor(i / truth.width) - 47.5) ** 2;
      const [c, s] = [Math.cos(curvature * square), Math.sin(curvature * square)];
      const [re, im] = [given.data[2 * i]!, given.data[2 * i + 1]!];
      given.data[2 * i] = re * c - im * s;
      given.data[2 * i + 1] = re * s + im * c;
    }
    const found = applyGauge(given, truth, { phaseCurvature: true, registration: false });
    // complex64 pixels of size 2, rounded twice, over the scale.
    expect(largestError(found.aligned, truth)).toBeLessThan(3e-6);
    expect(found.curvatureRadPerPx2).toBeCloseTo(curvature, 9);
    const left = applyGauge(given, truth, { registration: false });
    expect(left.curvatureRadPerPx2).toBe(0);
    expect(largestError(left.aligned, truth)).toBeGreaterThan(0.1);
  });

  test("shift, ramp and curvature together are found under noise", () => {
    const given = withNoise(blobs(96, 120, { shiftX: 0.8, shiftY: -0.6 }), 0.02);
    const bent = inGauge(given, { rampX: 0.03, rampY: 0.01 });
    for (let i = 0; i < truth.height * truth.width; i++) {
      const angle = 4e-4 * (((i % 120) - 59.5) ** 2 + (Math.floor(i / 120) - 47.5) ** 2);
      const [re, im] = [bent.data[2 * i]!, bent.data[2 * i + 1]!];
      bent.data[2 * i] = re * Math.cos(angle) - im * Math.sin(angle);
      bent.data[2 * i + 1] = re * Math.sin(angle) + im * Math.cos(angle);
    }
    const found = applyGauge(bent, truth, { phaseCurvature: true });
    expect(Math.abs(found.shiftXPx - 0.8)).toBeLessThan(0.02);
    expect(Math.abs(found.shiftYPx + 0.6)).toBeLessThan(0.02);
    expect(Math.abs(found.curvatureRadPerPx2 - 4e-4)).toBeLessThan(2e-6);
    expect(largestError(found.aligned, truth, 6)).toBeLessThan(0.15);
  });

  describe("a phase of several radians", () => {
    /** Waves of 2.8 rad rms, moved and with a ramp and curvature on top. */
    const strong = ({ x: dx = 0, y: dy = 0, ramp = 0, curvature = 0 } = {}) =>
      polarImage(60, 140, (column, row) => {
        const [x, y] = [column - dx, row - dy];
        const waves =
          Math.sin(0.21 * x + 0.05 * y) + Math.cos(0.13 * y - 0.08 * x + 1) + Math.sin(0.3 * y - 0.2 * x);
        const bend = (column - 69.5) ** 2 + (row - 29.5) ** 2;
        return {
          amplitude: 0.8 + 0.1 * Math.cos(0.17 * x + 0.3 * y),
          phase: 2.3 * waves + ramp * column + curvature * bend,
        };
      });
    const mask = rectangleMask(60, 140, { x0: 4, y0: 4, x1: 136, y1: 56 });

    test("has its shift, ramp and curvature found together", () => {
      const given = strong({ x: 1.37, y: -0.83, ramp: 0.2, curvature: 1.2e-3 });
      const found = applyGauge(given, strong(), { mask, phaseCurvature: true });
      expect(found.shiftFlagged).toBe(false);
      expect(Math.abs(found.shiftXPx - 1.37)).toBeLessThan(0.05);
      expect(Math.abs(found.shiftYPx + 0.83)).toBeLessThan(0.05);
      expect(Math.abs(found.curvatureRadPerPx2 - 1.2e-3)).toBeLessThan(2e-5);
    });

    test.each([
      [3.2, 0],
      [0, -3.4],
      [14, 9],
    ])("flags a shift of (%d, %d) px, beyond the bound", (x, y) => {
      expect(applyGauge(strong({ x, y }), strong(), { mask }).shiftFlagged).toBe(true);
    });
  });

  test("takes the near place of a pattern that repeats, however well a far one fits", () => {
    const grating = (dx: number) =>
      polarImage(96, 96, (x) => ({ amplitude: 1 + 0.2 * Math.cos((2 * Math.PI * (x - dx)) / 12), phase: 0 }));
    const found = applyGauge(grating(1.5), grating(0));
    expect(found.shiftFlagged).toBe(false);
    expect(found.shiftXPx).toBeCloseTo(1.5, 1);
  });

  test("a flat reconstruction gets no shift and no flag", () => {
    const flat = polarImage(96, 120, () => ({ amplitude: 1, phase: 0 }));
    const found = applyGauge(flat, truth);
    expect(found).toMatchObject({ shiftXPx: 0, shiftYPx: 0, shiftFlagged: false });
    // Its amplitude becomes the truth's mean, whatever the truth's phase is.
    const amplitudes = amplitudeOf(truth).data;
    const mean = amplitudes.reduce((sum, value) => sum + value, 0) / amplitudes.length;
    expect(Math.hypot(found.aligned.data[0]!, found.aligned.data[1]!)).toBeCloseTo(mean, 5);
  });

  test("a dark reconstruction stays dark, without NaN", () => {
    const dark = polarImage(96, 120, () => ({ amplitude: 0, phase: 0 }));
    const { aligned, amplitudeScale } = applyGauge(dark, truth);
    expect(amplitudeScale).toBe(1);
    expect(aligned.data.every((value) => value === 0)).toBe(true);
  });

  test("refuses images of different shapes", () => {
    expect(() => applyGauge(blobs(20, 30), blobs(30, 20))).toThrow(/expected \(30, 20\).*got \(20, 30\)/);
  });
});

describe("applyRealGauge", () => {
  const wave = (dx: number): ReturnType<typeof realImage> =>
    realImage(
      64,
      64,
      (x, y) => 2 + Math.sin((2 * Math.PI * 4 * (x - dx)) / 64) * Math.cos((2 * Math.PI * 3 * y) / 64),
    );

  test("removes shift and scale of a real image and nothing else", () => {
    const given = { ...wave(0.75), data: wave(0.75).data.map((value) => 0.2 * value) };
    const { aligned, ...found } = applyRealGauge(given, wave(0));
    expect(found).toMatchObject({ shiftXPx: 0.75, shiftYPx: 0, phaseOffsetRad: 0, rampXRadPerPx: 0 });
    expect(found.amplitudeScale).toBeCloseTo(0.2, 3);
    const mask = rectangleMask(64, 64, { x0: 10, y0: 10, x1: 54, y1: 54 });
    // As above: the mirrored border's kink, and the scale that its pixels pull by 2e-4.
    const expected = wave(0).data;
    const worst = aligned.data.reduce(
      (top, value, i) => (mask[i] === 0 ? top : Math.max(top, Math.abs(value - expected[i]!))),
      0,
    );
    expect(worst).toBeLessThan(2e-3);
  });

  test("never turns the sign of an image", () => {
    const negative = { ...wave(0), data: wave(0).data.map((value) => -value) };
    const { aligned, amplitudeScale } = applyRealGauge(negative, wave(0), { registration: false });
    expect(amplitudeScale).toBe(1);
    expect(aligned.data).toEqual(negative.data);
  });
});

test("a constant image is given no slope of the truth's: its ramp is 0 and it stays constant", () => {
  const side = 24;
  const truth = { height: side, width: side, data: new Float32Array(2 * side * side) };
  for (let i = 0; i < side * side; i++) {
    const phase = 0.05 * (i % side) + 0.1 * Math.sin(i);
    truth.data[2 * i] = Math.cos(phase);
    truth.data[2 * i + 1] = Math.sin(phase);
  }
  const flat = { ...truth, data: truth.data.map((_, i) => (i % 2 === 0 ? 1 : 0)) };
  const { aligned, rampXRadPerPx, rampYRadPerPx } = applyGauge(flat, truth);
  expect([rampXRadPerPx, rampYRadPerPx]).toEqual([0, 0]);
  expect(new Set(aligned.data.filter((_, i) => i % 2 === 0)).size).toBe(1);
});

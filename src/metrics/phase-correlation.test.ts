// The phase correlation is blind to gauge and wraps, symmetric, bounded, and gives a flat phase no score.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blobs, inGauge, polarImage, rectangleMask, withNoise } from "../../test/support/metric-images.ts";
import { createRng } from "../math/random/rng.ts";
import { phaseCorrelation } from "./phase-correlation.ts";
import { removePlane } from "./plane.ts";

const truth = blobs(48, 40);
const noisy = withNoise(truth, 0.2);

describe("phaseCorrelation", () => {
  test("is 1 with itself; for small phases also for any multiple of the phase, and −1 for its conjugate", () => {
    const wave = (size: number) =>
      polarImage(40, 40, (x, y) => ({ amplitude: 1, phase: size * Math.sin(0.4 * x + 0.2 * y) }));
    expect(phaseCorrelation(truth, truth)).toEqual({ value: 1, warnings: [] });
    // e^{iφ} = 1 + iφ up to φ²/2, a ten-thousandth of φ here.
    expect(phaseCorrelation(wave(1e-4), wave(2e-4)).value).toBeCloseTo(1, 5);
    const half = wave(1e-3);
    const conjugate = { ...half, data: half.data.map((value, i) => (i % 2 === 0 ? value : -value)) };
    expect(phaseCorrelation(conjugate, half).value).toBeCloseTo(-1, 4);
  });

  test("has the closed form of two waves against one of them: J₀/√(1 + J₀²), J₀ that of the wave's size", () => {
    const one = polarImage(180, 176, (x) => ({ amplitude: 1, phase: 0.5 * Math.sin(0.5 * x) }));
    const both = polarImage(180, 176, (x, y) => ({
      amplitude: 1,
      phase: 0.5 * Math.sin(0.5 * x) + 0.5 * Math.sin(0.7 * y),
    }));
    // J₀(0.5), Abramowitz & Stegun table 9.1.
    const j0 = 0.938_469_807;
    // Cut periods leave about 1/(number of periods) of a correlation between the waves and with the ramps.
    expect(Math.abs(phaseCorrelation(both, one).value! - j0 / Math.sqrt(1 + j0 ** 2))).toBeLessThan(0.02);
  });

  test("unrelated phases have none, however far they wrap", () => {
    const unrelated = (seed: number) => {
      const rng = createRng(seed, "phantom");
      return polarImage(64, 64, () => ({ amplitude: 1, phase: 2 * Math.PI * rng.uniform() }));
    };
    // The ramp between them is the highest of 16,000 peaks of noise: √(ln 16,000 / 4096) = 0.05.
    expect(Math.abs(phaseCorrelation(unrelated(1), unrelated(2)).value!)).toBeLessThan(0.08);
  });

  test("does not see phase, ramp, scale or turns of 2π", () => {
    const plain = phaseCorrelation(noisy, truth).value!;
    const slope = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 20, noNaN: true }),
        slope,
        slope,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (phase, rampX, rampY, scale) => {
          const { value } = phaseCorrelation(inGauge(noisy, { phase, rampX, rampY, scale }), truth);
          // complex64 rounding of the turned pixels
          expect(value).toBeCloseTo(plain, 5);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("is symmetric and within −1 … 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        // A sixth of the least amplitude at most: more noise turns some pixels by π.
        fc.double({ min: 0.01, max: 0.1, noNaN: true }),
        (seed, level) => {
          const other = withNoise(truth, level, seed);
          const [one, two] = [phaseCorrelation(other, truth).value!, phaseCorrelation(truth, other).value!];
          expect(Math.abs(one)).toBeLessThanOrEqual(1);
          // The ramp that goes from both is that of the second image, which noise moves a little.
          expect(one).toBeCloseTo(two, 3);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("a flat phase, or one that is a ramp, has none: it is no high score", () => {
    const flat = polarImage(48, 40, () => ({ amplitude: 1, phase: 0.3 }));
    const ramp = polarImage(48, 40, (x, y) => ({ amplitude: 1, phase: 0.05 * x - 0.02 * y }));
    for (const [a, b] of [
      [flat, truth],
      [truth, flat],
      [ramp, truth],
    ] as const) {
      expect(phaseCorrelation(a, b)).toEqual({
        value: null,
        warnings: ["a phase is flat: no phase correlation"],
      });
    }
  });

  test("counts masked pixels only", () => {
    const mask = rectangleMask(48, 40, { x0: 5, y0: 6, x1: 35, y1: 40 });
    const spoilt = {
      ...noisy,
      data: noisy.data.map((value, i) => (mask[i >> 1] === 0 ? 50 * Math.sin(i) : value)),
    };
    expect(phaseCorrelation(spoilt, truth, { mask })).toEqual(phaseCorrelation(noisy, truth, { mask }));
  });
});

describe("removePlane", () => {
  test("leaves nothing of a plane, and a plane-free image as it is", () => {
    const plane = Float64Array.from({ length: 70 }, (_, i) => 0.3 * (i % 10) - 0.7 * Math.floor(i / 10) + 5);
    for (const value of removePlane({ height: 7, width: 10, data: plane })) {
      expect(Math.abs(value)).toBeLessThan(1e-10);
    }
    const saddle = Float64Array.from({ length: 49 }, (_, i) => ((i % 7) - 3) * (Math.floor(i / 7) - 3));
    removePlane({ height: 7, width: 7, data: saddle }).forEach((value, i) =>
      expect(value).toBeCloseTo(saddle[i]!, 10),
    );
  });

  test("a mask of one line or one pixel has no slope across it", () => {
    const data = Float64Array.from({ length: 36 }, (_, i) => 2 * (i % 6) + Math.floor(i / 6));
    const row = rectangleMask(6, 6, { x0: 0, y0: 2, x1: 6, y1: 3 });
    const one = rectangleMask(6, 6, { x0: 3, y0: 2, x1: 4, y1: 3 });
    for (const mask of [row, one]) {
      for (const value of removePlane({ height: 6, width: 6, data }, mask))
        expect(Math.abs(value)).toBeLessThan(1e-9);
    }
  });
});

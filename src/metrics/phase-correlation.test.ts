// The phase correlation is blind to gauge and wraps, symmetric, bounded, and gives a flat phase no score.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blobs, inGauge, polarImage, rectangleMask, withNoise } from "../../test/support/metric-images.ts";
import { phaseCorrelation } from "./phase-correlation.ts";
import { removePlane } from "./plane.ts";

const truth = blobs(48, 40);
const noisy = withNoise(truth, 0.2);

describe("phaseCorrelation", () => {
  test("is 1 with itself and for the phase times any factor, −1 for its conjugate", () => {
    const half = polarImage(40, 40, (x, y) => ({ amplitude: 1, phase: 0.4 * Math.sin(0.4 * x + 0.2 * y) }));
    const whole = polarImage(40, 40, (x, y) => ({ amplitude: 3, phase: 0.8 * Math.sin(0.4 * x + 0.2 * y) }));
    expect(phaseCorrelation(truth, truth)).toEqual({ value: 1, warnings: [] });
    // complex64 rounding of phases of size 1
    expect(phaseCorrelation(half, whole).value).toBeCloseTo(1, 10);
    const conjugate = { ...half, data: half.data.map((value, i) => (i % 2 === 0 ? value : -value)) };
    // The fit of the ramp between a phase and its negative leaves the planes, which are removed, and no more.
    expect(phaseCorrelation(conjugate, half).value).toBeCloseTo(-1, 10);
  });

  test("is Pearson's coefficient in closed form: two waves of one power against one of them give 1/√2", () => {
    const one = polarImage(180, 176, (x) => ({ amplitude: 1, phase: 0.5 * Math.sin(0.5 * x) }));
    const both = polarImage(180, 176, (x, y) => ({
      amplitude: 1,
      phase: 0.5 * Math.sin(0.5 * x) + 0.5 * Math.sin(0.7 * y),
    }));
    // Cut periods leave about 1/(number of periods) of a correlation between the waves and with the planes.
    expect(Math.abs(phaseCorrelation(both, one).value! - Math.SQRT1_2)).toBeLessThan(0.02);
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
          // Which image's mean direction is the zero moves wrap lines of noise alone, and here there are none.
          expect(one).toBeCloseTo(two, 4);
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

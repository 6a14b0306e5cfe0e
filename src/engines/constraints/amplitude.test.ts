// Amplitude bounds move a pixel along its own phase to the nearer bound, and nothing else.

import fc from "fast-check";
import { expect, test } from "vitest";
import { limitAmplitude } from "./amplitude.ts";

const part = fc.float({ min: -4, max: 4, noNaN: true });

test("every pixel ends within the bounds, with its phase, and not farther away than the bound", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 1, max: 3, noNaN: true }),
      (pixels, min, max) => {
        const image = Float32Array.from(pixels.flat());
        const before = image.slice();
        limitAmplitude(image, min, max);
        for (let i = 0; i < image.length; i += 2) {
          const [re, im, wasRe, wasIm] = [image[i]!, image[i + 1]!, before[i]!, before[i + 1]!];
          const [now, was] = [Math.hypot(re, im), Math.hypot(wasRe, wasIm)];
          // float32: 1e-6 of the amplitude.
          expect(now).toBeGreaterThan(min - 1e-6);
          expect(now).toBeLessThan(max + 1e-6 * max);
          if (was >= min && was <= max) expect([re, im]).toEqual([wasRe, wasIm]);
          // Same direction: the cross product vanishes and the dot product does not turn.
          expect(Math.abs(re * wasIm - im * wasRe)).toBeLessThan(2e-6 * Math.max(1, now * was));
          expect(re * wasRe + im * wasIm).toBeGreaterThanOrEqual(0);
        }
      },
    ),
  );
});

test("a dark pixel has no phase: below the lower bound it becomes real", () => {
  const image = Float32Array.of(0, 0);
  limitAmplitude(image, 0.25, null);
  expect(image).toEqual(Float32Array.of(0.25, 0));
});

test("without bounds nothing changes; with one bound the other side is free", () => {
  const image = Float32Array.of(3, 4, 0.06, 0.08);
  limitAmplitude(image, null, null);
  expect(image).toEqual(Float32Array.of(3, 4, 0.06, 0.08));
  limitAmplitude(image, null, 1);
  expect(image).toEqual(Float32Array.of(0.6, 0.8, 0.06, 0.08));
  limitAmplitude(image, 1, null);
  expect(Math.hypot(image[2]!, image[3]!)).toBeCloseTo(1, 6);
});

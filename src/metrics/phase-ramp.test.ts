// A phase ramp is found at any slope below half a turn per pixel, to the Cramér–Rao bound.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, normal } from "../math/random/rng.ts";
import { estimateRamp } from "./phase-ramp.ts";

/** e^{i(phase + x·rx + y·ry)} with normal noise, complex128. */
function ramp(height: number, width: number, rx: number, ry: number, noise = 0): Float64Array {
  const rng = createRng(8, "noise");
  const out = new Float64Array(2 * height * width);
  for (let i = 0; i < height * width; i++) {
    const angle = 0.7 + rx * (i % width) + ry * Math.floor(i / width);
    out[2 * i] = Math.cos(angle) + noise * normal(rng);
    out[2 * i + 1] = Math.sin(angle) + noise * normal(rng);
  }
  return out;
}

describe("estimateRamp", () => {
  test("finds any ramp below half a turn per pixel, on any frame", () => {
    const slope = fc.double({ min: -3, max: 3, noNaN: true });
    const side = fc.integer({ min: 4, max: 33 });
    fc.assert(
      fc.property(side, side, slope, slope, (height, width, rx, ry) => {
        const found = estimateRamp(ramp(height, width, rx, ry), height, width);
        // Newton ends when |Σ|² stops rising, at a relative 1e-16: the ramp is then known to its square root.
        return Math.abs(found.x - rx) < 1e-6 && Math.abs(found.y - ry) < 1e-6;
      }),
      { numRuns: 100 },
    );
  });

  test("reaches the Cramér–Rao bound in noise as strong as the signal", () => {
    const n = 64;
    const found = estimateRamp(ramp(n, n, 0.513, -1.207, 1), n, n);
    // var r = σ² / Σ(x − x̄)² with phase noise σ = 1 rad: 6/(n²·n²)… four deviations are allowed.
    const deviation = Math.sqrt(12) / (n * n);
    expect(Math.abs(found.x - 0.513)).toBeLessThan(4 * deviation);
    expect(Math.abs(found.y + 1.207)).toBeLessThan(4 * deviation);
  });

  test("a field of zeros has no ramp, and the field is left alone", () => {
    const field = ramp(8, 8, 0.4, 0);
    const copy = field.slice();
    estimateRamp(field, 8, 8);
    expect(field).toEqual(copy);
    expect(estimateRamp(new Float64Array(128), 8, 8)).toEqual({ x: 0, y: 0 });
  });

  test("a positive field has a ramp of exactly zero", () => {
    const field = Float64Array.from({ length: 2 * 63 }, (_, i) => (i % 2 === 0 ? 1 + Math.sin(i) / 2 : 0));
    expect(estimateRamp(field, 7, 9)).toEqual({ x: 0, y: 0 });
  });
});

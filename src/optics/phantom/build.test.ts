// Phantoms keep to the amplitudes and phases asked for, have detail at every scale, and follow their seed.

import { describe, expect, test } from "vitest";
import type { ComplexImage } from "../../array/ndarray.ts";
import { fft2Float64, signedIndex } from "../../math/fft64.ts";
import { buildPhantom, phantoms, type PhantomName, type PhantomSpec } from "./build.ts";

const spec = { heightPx: 192, widthPx: 160, amplitudeMin: 0.6, phaseRangeRad: 1.5, seed: 7 } as const;
const names = Object.keys(phantoms) as PhantomName[];

function parts({ data }: ComplexImage): { amplitude: Float64Array; phase: Float64Array } {
  const amplitude = new Float64Array(data.length / 2);
  const phase = new Float64Array(data.length / 2);
  for (let i = 0; i < amplitude.length; i++) {
    amplitude[i] = Math.hypot(data[2 * i]!, data[2 * i + 1]!);
    phase[i] = Math.atan2(data[2 * i + 1]!, data[2 * i]!);
  }
  return { amplitude, phase };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: Float64Array): number => {
  const m = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - m) ** 2)));
};

describe.each(names)("the %s phantom", (phantom) => {
  const object = buildPhantom({ phantom, ...spec });
  const { amplitude, phase } = parts(object);

  test("keeps to the amplitudes and phases asked for, and uses them", () => {
    // Float32 rounding of the two parts.
    const grain = 1e-6;
    for (const [values, low, high] of [
      [amplitude, 0.6, 1],
      [phase, 0, 1.5],
    ] as const) {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low - grain);
      expect(Math.max(...values)).toBeLessThanOrEqual(high + grain);
      expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.9 * (high - low));
      expect(deviation(values)).toBeGreaterThan(0.1 * (high - low));
    }
  });

  test("has a phase that cannot be read off the amplitude", () => {
    const [ma, mp] = [mean(amplitude), mean(phase)];
    const covariance = mean(amplitude.map((a, i) => (a - ma) * (phase[i]! - mp)));
    // Independent pictures of about a dozen large shapes each: 1/√12 by chance.
    expect(Math.abs(covariance / (deviation(amplitude) * deviation(phase)))).toBeLessThan(0.3);
  });

  test("has content in every band of spatial frequency", () => {
    const { height, width } = object;
    for (const values of [amplitude, phase]) {
      const field = new Float64Array(2 * values.length);
      const m = mean(values);
      // A window keeps the jump from edge to edge out of the high frequencies.
      values.forEach((value, i) => {
        const window =
          Math.sin((Math.PI * ((i % width) + 0.5)) / width) *
          Math.sin((Math.PI * (Math.floor(i / width) + 0.5)) / height);
        field[2 * i] = (value - m) * window * window;
      });
      fft2Float64(field, height, width);
      const bands = new Float64Array(10);
      for (let i = 0; i < values.length; i++) {
        const k = Math.hypot(
          signedIndex(i % width, width) / width,
          signedIndex(Math.floor(i / width), height) / height,
        );
        const band = Math.floor(20 * k);
        if (band < 10) bands[band] = bands[band]! + field[2 * i]! ** 2 + field[2 * i + 1]! ** 2;
      }
      const total = bands.reduce((sum, value) => sum + value, 0);
      // Out to half a cycle per pixel; a picture rounded to float32 alone would have 1e-14 there.
      for (const band of bands)
        expect(band / total).toBeGreaterThan(phantom === "smooth-phase" ? 1e-7 : 1e-4);
    }
  });

  test("is the same for the same seed and another one for another seed", () => {
    expect(buildPhantom({ phantom, ...spec }).data).toEqual(object.data);
    expect(buildPhantom({ phantom, ...spec, seed: 8 }).data).not.toEqual(object.data);
  });

  test("fills long and small fields without a gap", () => {
    for (const [heightPx, widthPx] of [
      [64, 300],
      [300, 64],
      [16, 16],
    ] as const) {
      const { data } = buildPhantom({ phantom, ...spec, heightPx, widthPx });
      expect(data.length).toBe(2 * heightPx * widthPx);
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });
});

test("a Siemens star has its spokes: 36 bright and dark pairs around the middle in the amplitude", () => {
  const side = 256;
  const { amplitude } = parts(
    buildPhantom({ phantom: "siemens-star", ...spec, heightPx: side, widthPx: side }),
  );
  // The star is off the window's middle by at most 2 % of its side; a ring at 0.32 of the side stays on the spokes.
  let changes = 0;
  let before: boolean | undefined;
  for (let step = 0; step <= 3600; step++) {
    const angle = (2 * Math.PI * step) / 3600;
    const x = Math.round(side / 2 + 0.33 * side * Math.cos(angle));
    const y = Math.round(side / 2 + 0.33 * side * Math.sin(angle));
    const value = amplitude[y * side + x]!;
    if (Math.abs(value - 0.8) < 0.12) continue;
    const bright = value > 0.8;
    if (before !== undefined && bright !== before) changes++;
    before = bright;
  }
  expect(changes).toBeGreaterThanOrEqual(70);
  expect(changes).toBeLessThanOrEqual(74);
});

test.each<[Partial<PhantomSpec>, RegExp]>([
  [{ heightPx: 4 }, /heightPx/],
  [{ widthPx: 10.5 }, /widthPx/],
  [{ amplitudeMin: 1.2 }, /amplitudeMin/],
  [{ phaseRangeRad: 6.5 }, /phaseRangeRad/],
  [{ seed: -1 }, /seed/],
])("refuses %j", (wrong, message) => {
  expect(() => buildPhantom({ phantom: "cells", ...spec, ...wrong })).toThrow(message);
});

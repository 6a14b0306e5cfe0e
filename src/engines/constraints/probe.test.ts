// The probe's constraints do what they say: power and peak as plain sums, exit waves unchanged where that is promised.

import { describe, expect, test } from "vitest";
import { createRng } from "../../math/random/rng.ts";
import { planScan, viewScan } from "../../compute/scan-memory.ts";
import { limitSupport, offCentre, peakOf, powerOf, restoreProbePower, rollImage } from "./probe.ts";

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

describe("centre of mass", () => {
  const size = 16;

  test("is told in whole pixels off (N/2, N/2), from all modes by their power", () => {
    const probe = new Float32Array(2 * 2 * size * size);
    const put = (mode: number, x: number, y: number, amplitude: number) => {
      probe[2 * (mode * size * size + y * size + x)] = amplitude;
    };
    put(0, 11, 5, 1);
    expect(offCentre(probe, size)).toEqual({ x: 3, y: -3 });
    // Three times the power two pixels to the left: the mean is 1.5 px to the left of the first.
    put(1, 9, 5, Math.sqrt(3));
    expect(offCentre(probe, size)).toEqual({ x: 2, y: -3 });
  });

  test("a centred probe is off by nothing, not by minus nothing", () => {
    const probe = new Float32Array(2 * size * size);
    probe[2 * (8 * size + 8)] = 1;
    expect(Object.is(offCentre(probe, size).x, 0)).toBe(true);
    expect(offCentre(probe, size)).toEqual({ x: 0, y: 0 });
  });

  test("rolling by it brings the probe to the centre", () => {
    const probe = new Float32Array(2 * size * size);
    probe[2 * (3 * size + 14)] = 2;
    rollImage(probe, size, size, offCentre(probe, size));
    expect(probe[2 * (8 * size + 8)]).toBe(2);
  });

  test("rolling reads pixel r + shift, around the edges, and keeps re and im together", () => {
    const [height, width] = [5, 7];
    const image = noise(2 * height * width, 3);
    const before = image.slice();
    rollImage(image, height, width, { x: -3, y: 2 });
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = 2 * (((y + 2) % height) * width + ((x - 3 + width) % width));
        const to = 2 * (y * width + x);
        expect([image[to], image[to + 1]]).toEqual([before[from], before[from + 1]]);
      }
    }
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

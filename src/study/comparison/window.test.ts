// The compared pixels: what all scans cover, illuminated, beyond the guard band.

import { describe, expect, test } from "vitest";
import { checkWindow, commonWindow, guardBandPx, illuminatedMask } from "./window.ts";

const probe = { size: 8, modes: 1, data: new Float32Array(128).fill(1) };
const grid = (step: number, count: number) => ({
  x: Float64Array.from({ length: count * count }, (_, i) => 8 + step * (i % count)),
  y: Float64Array.from({ length: count * count }, (_, i) => 8 + step * Math.floor(i / count)),
});

describe("illuminatedMask", () => {
  const positions = grid(4, 10);
  const window = commonWindow([positions]);
  const [width, height] = [window.x1 - window.x0, window.y1 - window.y0];

  test("is the illuminated window without its border", () => {
    const mask = illuminatedMask(window, positions, probe, { guardPx: 2 });
    mask.forEach((value, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const inside = x >= 2 && x < width - 2 && y >= 2 && y < height - 2;
      expect(value).toBe(inside ? 1 : 0);
    });
    expect(illuminatedMask(window, positions, probe).every((value) => value === 1)).toBe(true);
  });

  test("leaves a hole in the scan out", () => {
    const keep = Array.from(positions.x, (x, i) => Math.hypot(x - 26, positions.y[i]! - 26) > 9);
    const scan = {
      x: positions.x.filter((_, i) => keep[i] === true),
      y: positions.y.filter((_, i) => keep[i] === true),
    };
    const mask = illuminatedMask(window, scan, probe, { guardPx: 1 });
    expect(mask[(26 - window.y0) * width + 26 - window.x0]).toBe(0);
    expect(mask[5 * width + 5]).toBe(1);
  });
});

describe("the guard band of a study", () => {
  const metrics = { msSsimSigmaPx: 1, maxShiftPx: 1.5, registration: true };

  test("is as wide as the largest shift, unless stated; none without registration", () => {
    expect(guardBandPx(metrics)).toBe(2);
    expect(guardBandPx({ ...metrics, guardPx: 7 })).toBe(7);
    expect(guardBandPx({ ...metrics, registration: false })).toBe(0);
  });

  test("must leave pixels for the metrics", () => {
    const window = { x0: 0, y0: 0, x1: 20, y1: 30 };
    expect(() => checkWindow(window, 4)).not.toThrow();
    expect(() => checkWindow(window, 5)).toThrow(/at least 22 × 22 px.*20 × 30/);
  });
});

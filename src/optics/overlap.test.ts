// Disc overlap has its closed-form values, its inverse gives the step, and nearest neighbours agree with comparing every pair.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { discOverlap, nearestNeighborDistances, nearestNeighborOverlap, stepForOverlap } from "./overlap.ts";

describe("discOverlap", () => {
  test("is 1 at no distance, 0.3910 at the radius and 0 from the diameter on", () => {
    expect(discOverlap(0, 38.4)).toBe(1);
    expect(discOverlap(19.2, 38.4)).toBeCloseTo(0.391, 4);
    expect(discOverlap(38.4, 38.4)).toBe(0);
    expect(discOverlap(1e9, 38.4)).toBe(0);
    expect(discOverlap(Infinity, 38.4)).toBe(0);
  });

  test("agrees with counting the points two discs share", () => {
    const [distance, diameter, grid] = [13, 30, 1500];
    let both = 0;
    let one = 0;
    for (let i = 0; i < grid; i++) {
      for (let j = 0; j < grid; j++) {
        const x = ((i + 0.5) / grid - 0.5) * diameter;
        const y = ((j + 0.5) / grid - 0.5) * diameter;
        if (Math.hypot(x, y) > diameter / 2) continue;
        one++;
        if (Math.hypot(x - distance, y) <= diameter / 2) both++;
      }
    }
    // Pixels on the rim: their share falls with the grid.
    expect(discOverlap(distance, diameter)).toBeCloseTo(both / one, 3);
  });

  test.each([0, -1, Number.NaN, Infinity])("refuses a diameter of %d", (diameter) => {
    expect(() => discOverlap(1, diameter)).toThrow(/expected pixels above 0/);
  });

  test("refuses a distance that is no number", () => {
    expect(() => discOverlap(Number.NaN, 3)).toThrow(/distance must be a number/);
  });
});

describe("stepForOverlap", () => {
  test("is the inverse of discOverlap", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        (f, D) => {
          // The slope is at least as steep as −4/π near 0 and flat only at the diameter itself.
          expect(discOverlap(stepForOverlap(f, D), D)).toBeCloseTo(f, 9);
        },
      ),
    );
  });

  test("gives half the diameter for 0.3910 and the diameter for none", () => {
    expect(stepForOverlap(0.39100221895577, 40)).toBeCloseTo(20, 6);
    expect(stepForOverlap(0, 40)).toBe(40);
    expect(stepForOverlap(1, 40)).toBeCloseTo(0, 9);
  });

  test.each([-0.1, 1.1, Number.NaN])("refuses an overlap of %d", (overlap) => {
    expect(() => stepForOverlap(overlap, 40)).toThrow(/expected a number from 0 to 1/);
  });
});

describe("nearest neighbours", () => {
  test("agree with comparing every pair", () => {
    const point = fc.tuple(
      fc.double({ min: -300, max: 300, noNaN: true }),
      fc.double({ min: 0, max: 80, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 60 }), (points) => {
        const positions = {
          x: Float64Array.from(points, ([x]) => x),
          y: Float64Array.from(points, ([, y]) => y),
        };
        const expected = points.map(([x, y], i) =>
          Math.min(...points.map(([u, v], j) => (i === j ? Infinity : Math.hypot(u - x, v - y)))),
        );
        expect(Array.from(nearestNeighborDistances(positions))).toEqual(expected);
      }),
    );
  });

  test("of a raster are one step away, and its overlap is that of the step", () => {
    const x = Float64Array.from({ length: 20 }, (_, i) => 7 * (i % 5));
    const y = Float64Array.from({ length: 20 }, (_, i) => 9 * Math.floor(i / 5));
    expect(Array.from(nearestNeighborDistances({ x, y }))).toEqual(Array.from({ length: 20 }, () => 7));
    expect(nearestNeighborOverlap({ x, y }, 30)).toBeCloseTo(discOverlap(7, 30), 12);
  });

  test("of a repeated position are at no distance", () => {
    const same = { x: Float64Array.of(4, 4, 4), y: Float64Array.of(2, 2, 2) };
    expect(Array.from(nearestNeighborDistances(same))).toEqual([0, 0, 0]);
    expect(nearestNeighborOverlap(same, 10)).toBe(1);
  });

  test("of a single position do not exist, so it overlaps with nothing", () => {
    const one = { x: Float64Array.of(4), y: Float64Array.of(2) };
    expect(nearestNeighborDistances(one)[0]).toBe(Infinity);
    expect(nearestNeighborOverlap(one, 10)).toBe(0);
  });

  test("refuse positions that are not finite", () => {
    expect(() =>
      nearestNeighborDistances({ x: Float64Array.of(1, Number.NaN), y: Float64Array.of(1, 2) }),
    ).toThrow(/positions must be finite/);
  });
});

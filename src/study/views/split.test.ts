// Split with a guard band: leakage against a brute-force search, and the leak of the older study.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Positions } from "../../array/scan.ts";
import { takePositions } from "../../array/scan.ts";
import { splitLeakage, splitWithGuard } from "./split.ts";

function column(...y: number[]): Positions {
  return { x: new Float64Array(y.length).fill(50), y: Float64Array.from(y) };
}

const cloud = fc
  .array(
    fc.tuple(fc.double({ min: 0, max: 500, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true })),
    {
      minLength: 2,
      maxLength: 60,
    },
  )
  .map((points) => ({
    x: Float64Array.from(points, ([x]) => x),
    y: Float64Array.from(points, ([, y]) => y),
  }));

describe("splitWithGuard", () => {
  test("cuts between the first and the last position and leaves the band out", () => {
    const split = splitWithGuard(column(0, 40, 67, 68, 100, 132, 133, 200), {
      axis: "y",
      fraction: 0.5,
      guardPx: 64,
      sizePx: 64,
    });
    expect(split).toEqual({
      train: Int32Array.of(0, 1, 2, 3),
      test: Int32Array.of(5, 6, 7),
      dropped: 1,
      linePx: 100,
      guardPx: 64,
      leakage: 0,
    });
  });

  test("takes the line from the extent it is given, so that views share it", () => {
    const options = {
      axis: "y",
      fraction: 0.5,
      guardPx: 0,
      sizePx: 8,
      extent: { from: 0, to: 300 },
    } as const;
    expect(splitWithGuard(column(0, 149, 150, 200), options).linePx).toBe(150);
    expect(splitWithGuard(column(0, 149, 150, 200), options).train).toEqual(Int32Array.of(0, 1));
  });

  test("splits along x when asked", () => {
    const { x, y } = column(0, 10, 90, 100);
    const split = splitWithGuard({ x: y, y: x }, { axis: "x", fraction: 0.25, guardPx: 10, sizePx: 8 });
    expect([...split.train, ...split.test]).toEqual([0, 1, 2, 3]);
  });

  test("without a guard every frame belongs to one half, the line to test", () => {
    const split = splitWithGuard(column(0, 50, 100), { axis: "y", fraction: 0.5, guardPx: 0, sizePx: 64 });
    expect(split.train).toEqual(Int32Array.of(0));
    expect(split.test).toEqual(Int32Array.of(1, 2));
    expect(split.leakage).toBe(0.5);
  });

  test("the half-split of the older study leaks into about 76 % of its test frames", () => {
    // Scan rows 64 … 400, 128-px patches, no guard: a test patch leaks while its centre is below 232 + 128.
    const y = Float64Array.from({ length: 33601 }, (_, i) => 64 + i / 100);
    const split = splitWithGuard({ x: y, y }, { axis: "y", fraction: 0.5, guardPx: 0, sizePx: 128 });
    // 128 of 168 rows.
    expect(split.leakage).toBeCloseTo(128 / 168, 3);
  });

  test("a guard of at least N never leaks: no object row is in a train and in a test patch", () => {
    fc.assert(
      fc.property(
        cloud,
        fc.constantFrom("x" as const, "y" as const),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.constantFrom(32, 64, 128),
        fc.double({ min: 0, max: 40, noNaN: true }),
        (positions, axis, fraction, sizePx, extra) => {
          const split = splitWithGuard(positions, { axis, fraction, guardPx: sizePx + extra, sizePx });
          expect(split.leakage).toBe(0);
          expect(split.train.length + split.test.length + split.dropped).toBe(positions.x.length);
          const at = positions[axis];
          for (const i of split.train)
            for (const j of split.test) expect(at[j]! - at[i]!).toBeGreaterThan(sizePx - 1e-6);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("leakage is the share of test frames that a brute-force search finds a touching train patch for", () => {
    fc.assert(
      fc.property(cloud, fc.integer({ min: 0, max: 80 }), (positions, guardPx) => {
        const sizePx = 64;
        const {
          train,
          test: tested,
          leakage,
        } = splitWithGuard(positions, { axis: "y", fraction: 0.4, guardPx, sizePx });
        const y = positions.y;
        const touching = [...tested].filter((j) =>
          [...train].some((i) => y[j]! - y[i]! < sizePx - 1e-6),
        ).length;
        expect(leakage).toBe(tested.length === 0 ? 0 : touching / tested.length);
        const halves = [takePositions(positions, train), takePositions(positions, tested)] as const;
        expect(splitLeakage(...halves, { axis: "y", sizePx })).toBe(leakage);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    [{ fraction: 0 }, "split.fraction"],
    [{ fraction: 1 }, "split.fraction"],
    [{ fraction: Number.NaN }, "split.fraction"],
    [{ guardPx: -1 }, "split.guardPx"],
  ])("refuses %j", (wrong, key) => {
    const options = { axis: "y", fraction: 0.5, guardPx: 0, sizePx: 64, ...wrong } as const;
    expect(() => splitWithGuard(column(0, 1), options)).toThrow(key);
  });
});

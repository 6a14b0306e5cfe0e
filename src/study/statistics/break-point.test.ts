// Where a falling curve leaves a part of its top value: closed forms on lines in log dose, and honest words beyond the ends.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breakPoint, type LevelEstimate } from "./break-point.ts";
import type { Draws } from "./paired-difference.ts";

const curve = (points: readonly (readonly [number, number])[]): LevelEstimate[] =>
  points.map(([level, value]) => ({ level, value, isLowerBound: false, draws: null }));
const exact = (...values: number[]): Draws => ({
  least: Float64Array.from(values),
  most: Float64Array.from(values),
});
const atTop = (levels: readonly LevelEstimate[]): LevelEstimate => levels.at(-1)!;
const half = { fraction: 0.5, scale: "log" } as const;

describe("breakPoint", () => {
  test("on a line in the logarithm of dose is where the line says", () => {
    // value = 0.1 log10(dose): 0.5 at 1e5, half of it at 10^2.5.
    const levels = curve([
      [1e1, 0.1],
      [1e3, 0.3],
      [1e5, 0.5],
    ]);
    const { point } = breakPoint(levels, atTop(levels), half);
    expect(point.kind).toBe("at");
    expect(point.level).toBeCloseTo(10 ** 2.5, 9);
  });

  test("on a line in overlap is where the line says", () => {
    const levels = curve([
      [0.2, 0.1],
      [0.7, 0.4],
    ]);
    expect(breakPoint(levels, atTop(levels), { fraction: 0.5, scale: "linear" }).point).toEqual({
      kind: "at",
      level: expect.closeTo(0.2 + 0.5 / 3, 12) as number,
    });
  });

  test("a value of exactly the part is kept", () => {
    const levels = curve([
      [1, 0.1],
      [10, 0.25],
      [100, 0.5],
    ]);
    expect(breakPoint(levels, atTop(levels), half).point).toEqual({ kind: "at", level: 10 });
  });

  test("is below the lowest level when everything keeps it, and above the highest when nothing does", () => {
    const levels = curve([
      [1, 0.4],
      [10, 0.5],
    ]);
    expect(breakPoint(levels, atTop(levels), half).point).toEqual({ kind: "below", level: 1 });
    const better = { value: 2, isLowerBound: false, draws: null };
    expect(breakPoint(levels, better, half).point).toEqual({ kind: "above", level: 10 });
  });

  test("nothing resolved at the reference leaves nothing to keep", () => {
    const levels = curve([
      [1, 0],
      [10, 0],
    ]);
    expect(breakPoint(levels, atTop(levels), half).point).toEqual({ kind: "above", level: 10 });
    expect(breakPoint(levels, null, half).point).toEqual({ kind: "above", level: 10 });
  });

  test("a gap ends the run: what recovers below it does not count", () => {
    const levels = curve([
      [1, 0.5],
      [10, 0],
      [100, 0.5],
    ]);
    expect(breakPoint(levels, atTop(levels), half).point.level).toBeCloseTo(10 ** 1.5, 9);
  });

  test("its interval is that of the draws, with ends outside the levels said in words", () => {
    const levels = [
      { level: 1, value: 0.1, isLowerBound: false, draws: exact(0.1, 0.1, 0.9) },
      { level: 100, value: 0.9, isLowerBound: false, draws: exact(0.9, 0.5, 0.9) },
    ];
    const { interval } = breakPoint(levels, levels[1]!, half);
    // By hand: draw 0 crosses 0.45 at 100^(1 − 0.45/0.8); draw 1 crosses 0.25 at 100^(1 − 0.25/0.4); draw 2 never does.
    expect(interval!.low).toEqual({ kind: "below", level: 1 });
    expect(interval!.high.level).toBeCloseTo(100 ** (1 - 0.45 / 0.8), 9);
    const missing = [{ ...levels[0]!, draws: null }, levels[1]!];
    expect(breakPoint(missing, missing[1]!, half).interval).toBeNull();
  });

  test("says which share of the draws agrees with a point outside the levels", () => {
    const levels = [
      { level: 1, value: 0.8, isLowerBound: false, draws: exact(0.8, 0.8, 0.8, 0.1) },
      { level: 100, value: 0.9, isLowerBound: false, draws: exact(0.9, 0.9, 0.9, 0.9) },
    ];
    const found = breakPoint(levels, levels[1]!, half);
    expect(found.point).toEqual({ kind: "below", level: 1 });
    expect(found.interval!.agreeing).toBe(0.75);
  });

  test("against a reference that is a lower bound it is one, and its interval reaches up to the reference's level", () => {
    const levels = [
      { level: 1, value: 0.1, isLowerBound: false, draws: exact(0.1, 0.1) },
      {
        level: 100,
        value: 0.5,
        isLowerBound: true,
        draws: { least: Float64Array.of(0.5, 0.5), most: Float64Array.of(0.5, Infinity) },
      },
    ];
    const top = breakPoint(levels, levels[1]!, { ...half, isTop: true });
    expect(top.isLowerBound).toBe(true);
    // By hand: 0.25 on the line from 0.5 down to 0.1 is 0.25/0.4 of the way down two decades.
    expect(top.point.level).toBeCloseTo(100 ** (1 - 0.25 / 0.4), 9);
    expect(top.interval!.low.level).toBeCloseTo(100 ** (1 - 0.25 / 0.4), 9);
    expect(top.interval!.high).toEqual({ kind: "at", level: 100 });
    // Held against another condition, the highest level may have lost it.
    expect(breakPoint(levels, levels[1]!, half).interval!.high).toEqual({ kind: "above", level: 100 });
    // What is lost against a lower bound is lost.
    const low = curve([
      [1, 0.1],
      [100, 0.2],
    ]);
    const lost = breakPoint(low, { value: 0.5, isLowerBound: true, draws: null }, half);
    expect(lost).toMatchObject({ point: { kind: "above" }, isLowerBound: false });
  });

  test("of a rising curve falls as the part to keep falls, and agrees with a fine search", () => {
    const rises = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(rises, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (steps, fraction) => {
        let value = 0;
        const levels = curve(steps.map((step, i) => [10 ** i, (value += step)] as const));
        const { point } = breakPoint(levels, atTop(levels), { fraction, scale: "log" });
        const target = fraction * value;
        // Naive: walks down in 2000 steps per decade along straight lines and stops at the first value below.
        const at = (x: number): number => {
          const i = Math.min(Math.floor(x), steps.length - 2);
          return levels[i]!.value + (x - i) * (levels[i + 1]!.value - levels[i]!.value);
        };
        let x = steps.length - 1;
        while (x > 0 && at(x) >= target) x -= 1 / 2000;
        const found = point.kind === "below" ? 0 : Math.log10(point.level);
        expect(Math.abs(found - Math.max(0, x))).toBeLessThan(1 / 1000);
        const lower = breakPoint(levels, atTop(levels), { fraction: fraction / 2, scale: "log" }).point;
        expect(lower.level).toBeLessThanOrEqual(point.level * (1 + 1e-12));
      }),
    );
  });

  test("refuses levels that do not ascend", () => {
    const levels = curve([
      [10, 1],
      [1, 1],
    ]);
    expect(() => breakPoint(levels, levels[0]!, half)).toThrow(/ascending/);
    expect(() => breakPoint([], null, half)).toThrow(/ascending/);
  });
});

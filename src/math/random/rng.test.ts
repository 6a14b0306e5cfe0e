// Streams are a function of seed, stream and position, do not meet, and are uniform.

import { describe, expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { philox4x32 } from "./philox.ts";
import { createRng, normal, shuffle, streams, type Stream } from "./rng.ts";

const draw = (rng: { next(): number }, count: number): number[] =>
  Array.from({ length: count }, () => rng.next());

describe("createRng", () => {
  test("reads Philox blocks at counter (block, pixel, frame, dose) and key (seed, stream)", () => {
    const expected = new Uint32Array(8);
    philox4x32(0, 7, 5, 3, 42, streams.noise, expected.subarray(0, 4));
    philox4x32(1, 7, 5, 3, 42, streams.noise, expected.subarray(4, 8));
    const rng = createRng(42, "noise", { dose: 3, frame: 5, pixel: 7 });
    expect(draw(rng, 8)).toEqual(Array.from(expected));
  });

  test("seek lands on the same numbers as opening the stream there", () => {
    const rng = createRng(1, "thinning", { dose: 2 });
    draw(rng, 5);
    rng.seek(10, 20);
    expect(draw(rng, 9)).toEqual(draw(createRng(1, "thinning", { dose: 2, frame: 10, pixel: 20 }), 9));
  });

  test("no two streams of one seed begin alike", () => {
    const first = Object.keys(streams).map((name) => draw(createRng(9, name as Stream), 2).join());
    expect(new Set(first).size).toBe(first.length);
  });

  test("uniform fills [0, 1) evenly", () => {
    const rng = createRng(5, "scan");
    const bins = new Float64Array(20);
    const draws = 40_000;
    for (let i = 0; i < draws; i++) {
      const u = rng.uniform();
      if (!(u >= 0 && u < 1)) expect.unreachable(`uniform gave ${u}`);
      const bin = Math.floor(u * 20);
      bins[bin] = bins[bin]! + 1;
    }
    const each = draws / 20;
    const chi2 = bins.reduce((sum, n) => sum + (n - each) ** 2 / each, 0);
    // 19 degrees of freedom: 43.8 is passed once in a thousand; the seed is fixed.
    expect(chi2).toBeLessThan(43.8);
  });

  test("integer stays below n and reaches every value", () => {
    const rng = createRng(6, "grouping");
    const seen = new Set(Array.from({ length: 500 }, () => rng.integer(7)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test.each([-1, 0.5, 4294967296, Number.NaN])("refuses the seed %s", (seed) => {
    expect(() => createRng(seed, "noise")).toThrow(/seed: .*expected an integer from 0 to 4294967295/);
  });

  test("refuses an integer range that holds nothing", () => {
    for (const n of [0, -1, 1.5, 2 ** 33]) {
      expect(() => createRng(1, "scan").integer(n)).toThrow(/expected an integer from 1 to 4294967296/);
    }
  });

  test("the error is tagged Range", () => {
    try {
      createRng(0, "noise", { frame: -3 });
      expect.unreachable();
    } catch (error) {
      expect(isDoselapError(error, "Range")).toBe(true);
    }
  });
});

test("normal has mean 0, variance 1 and kurtosis 3", () => {
  const rng = createRng(8, "probe");
  const n = 40_000;
  let [sum, square, fourth] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const z = normal(rng);
    sum += z;
    square += z ** 2;
    fourth += z ** 4;
  }
  // Four standard errors: 1/√n, √(2/n), √(96/n).
  expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
  expect(Math.abs(square / n - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  expect(Math.abs(fourth / n - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
});

test("shuffle keeps the items and reaches every order equally often", () => {
  const rng = createRng(3, "engine");
  const counts = new Map<string, number>();
  const rounds = 6000;
  for (let i = 0; i < rounds; i++) {
    const items = Int32Array.of(1, 2, 3);
    shuffle(items, rng);
    counts.set(items.join(), (counts.get(items.join()) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted()).toEqual(["1,2,3", "1,3,2", "2,1,3", "2,3,1", "3,1,2", "3,2,1"]);
  const chi2 = [...counts.values()].reduce((sum, n) => sum + (n - rounds / 6) ** 2 / (rounds / 6), 0);
  // 5 degrees of freedom, one in a thousand.
  expect(chi2).toBeLessThan(20.5);
});

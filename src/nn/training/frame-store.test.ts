// Frames are kept as the smallest whole numbers that hold them, transposed; a split of their photons loses none, keeps the
// law of chance, and is the same for the same seed.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../../math/random/rng.ts";
import { poisson } from "../../math/random/poisson.ts";
import { isDoselapError, type DoselapError } from "../../errors.ts";
import { expectWhole, splitCounts, splitScan, storeFrames } from "./frame-store.ts";

const roots = (...counts: number[]) => Float32Array.from(counts, Math.sqrt);

function faultOf(action: () => unknown): DoselapError {
  try {
    action();
  } catch (error) {
    if (isDoselapError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("stored frames", () => {
  test.each([
    { largest: 255, type: Uint8Array },
    { largest: 256, type: Uint16Array },
    { largest: 65_535, type: Uint16Array },
    { largest: 65_536, type: Uint32Array },
    { largest: 16_777_216, type: Uint32Array },
    { largest: 2 ** 32, type: Float32Array },
  ])("of at most $largest counts take the smallest type that holds them", ({ largest, type }) => {
    const { counts, whole } = storeFrames(roots(0, 1, 2, largest), 2);
    expect(counts).toBeInstanceOf(type);
    expect(whole).toBe(true);
    expect(counts[3]).toBe(largest);
  });

  test("that hold fractions stay what they are, as float32", () => {
    const { counts, whole } = storeFrames(roots(0.25, 1, 2, 3), 2);
    expect(counts).toBeInstanceOf(Float32Array);
    expect([whole, counts[0]]).toEqual([false, 0.25]);
  });

  test("come back as the whole numbers that they were, each frame transposed", () => {
    const whole = fc.integer({ min: 0, max: 3_000_000 });
    const frames = fc.array(fc.array(whole, { minLength: 16, maxLength: 16 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(frames, (given) => {
        const store = storeFrames(roots(...given.flat()), 4);
        expect(store.frames).toBe(given.length);
        given.forEach((frame, j) => {
          for (let row = 0; row < 4; row++) {
            for (let column = 0; column < 4; column++) {
              expect(store.counts[16 * j + 4 * column + row]).toBe(frame[4 * row + column]);
            }
          }
        });
        const mean = given.flat().reduce((a, b) => a + b, 0) / given.length;
        // Squares of float32 roots.
        expect(Math.abs(store.meanCounts - mean)).toBeLessThanOrEqual(2e-7 * mean);
      }),
    );
  });

  test.each([NaN, -1, Infinity, -Infinity])("never hold %d: frame and pixel are named", (value) => {
    const frames = new Float32Array(3 * 16).fill(2);
    frames[16 + 7] = value;
    const fault = faultOf(() => storeFrames(frames, 4));
    expect([fault._tag, fault.context.finding]).toEqual(["Contract", "DATA-001"]);
    expect(fault.message).toContain("frame 1, pixel 7");
    expect(fault.message).toContain(`got ${value}`);
  });
});

/** Poisson frames of a mean that differs from pixel to pixel, by the law of noise alone. */
const [frames, size] = [400, 8];
const pixels = size * size;
const expectedCounts = (pixel: number) => 0.3 + ((pixel * 7) % 64) / 2;
const rng = createRng(11, "noise");
const drawn = Float32Array.from({ length: frames * pixels }, (_, i) =>
  poisson(rng, expectedCounts(i % pixels)),
);
const store = storeFrames(drawn.map(Math.sqrt), size);
const split = { fraction: 0.3, seed: 5, round: 2 };

/** Kept and rest of every pixel of every frame, both in the frames' own layout. */
function parts(given = split) {
  const { kept, rest } = splitScan(store, given);
  const upright = Array.from({ length: frames * pixels }, (_, i) => {
    const [j, pixel] = [Math.floor(i / pixels), i % pixels];
    return rest.counts[j * pixels + (pixel % size) * size + Math.floor(pixel / size)]!;
  });
  return { kept: Array.from(kept, (root) => root * root), rest: upright, store: rest };
}

describe("a split scan", () => {
  const { kept, rest, store: others } = parts();

  test("loses no photon: both parts together are the frames", () => {
    // Kept are float32 roots.
    const lost = drawn.filter(
      (count, i) =>
        !(Math.round(kept[i]!) + rest[i]! === count && Math.abs(kept[i]! - Math.round(kept[i]!)) < 1e-4),
    );
    expect(lost.length).toBe(0);
  });

  test("has the shares that were asked for, pixel by pixel", () => {
    let worst = 0;
    for (let pixel = 0; pixel < pixels; pixel++) {
      let [all, seen] = [0, 0];
      for (let j = 0; j < frames; j++) {
        all += drawn[j * pixels + pixel]!;
        seen += kept[j * pixels + pixel]!;
      }
      worst = Math.max(worst, Math.abs(seen - 0.3 * all) / Math.sqrt(all * 0.3 * 0.7));
    }
    // 64 deviates of a normal law within 5 standard errors.
    expect(worst).toBeLessThan(5);
    expect(worst).toBeGreaterThan(0.5);
    const total = others.meanCounts * frames;
    const all = drawn.reduce((a, b) => a + b, 0);
    expect(Math.abs(total - 0.7 * all)).toBeLessThan(5 * Math.sqrt(all * 0.21));
  });

  test("has parts that know nothing of each other, as thinned Poisson counts must", () => {
    let [product, a, b, overA, overB] = [0, 0, 0, 0, 0];
    for (const [i, count] of kept.entries()) {
      const mean = expectedCounts(i % pixels);
      const [da, db] = [count - 0.3 * mean, rest[i]! - 0.7 * mean];
      product += da * db;
      a += da * da;
      b += db * db;
      overA += (da * da) / (0.3 * mean);
      overB += (db * db) / (0.7 * mean);
    }
    const count = kept.length;
    // Correlation of independent numbers: 1/√n; five of them.
    expect(Math.abs(product / Math.sqrt(a * b))).toBeLessThan(5 / Math.sqrt(count));
    // And a variance that is the mean. χ² of n: n ± √(2n), more for the few counts of faint pixels.
    expect(Math.abs(overA / count - 1)).toBeLessThan(0.05);
    expect(Math.abs(overB / count - 1)).toBeLessThan(0.05);
  });

  test("is the same for the same seed and round, and another for any other", () => {
    expect(parts()).toEqual({ kept, rest, store: others });
    expect(parts({ ...split, seed: 6 }).kept).not.toEqual(kept);
    expect(parts({ ...split, round: 3 }).kept).not.toEqual(kept);
    const [one, other] = [kept, parts({ ...split, round: 3 }).kept];
    let changed = 0;
    for (let j = 0; j < frames; j++) {
      const own = (all: number[]) => all.slice(j * pixels, (j + 1) * pixels).join();
      if (own(one) !== own(other)) changed++;
    }
    expect(changed).toBe(frames);
  });

  test("splits a frame alike whatever other frames hold", () => {
    const counts = store.counts.slice();
    counts.fill(77, 0, pixels);
    const other = splitScan({ ...store, counts }, split);
    expect(Array.from(other.kept, (root) => root * root).slice(pixels)).toEqual(kept.slice(pixels));
  });

  test("leaves the stored frames as they were", () => {
    const before = store.counts.slice();
    parts();
    expect(store.counts).toEqual(before);
    expect(others.counts).toBeInstanceOf(Uint8Array);
  });

  test("is refused where there are no whole counts to split", () => {
    const fractions = storeFrames(roots(0.5, 1, 2, 3), 2);
    for (const action of [() => splitScan(fractions, split), () => expectWhole(fractions)]) {
      const fault = faultOf(action);
      expect([fault._tag, fault.context.finding]).toEqual(["Contract", "DATA-001"]);
      expect(fault.message).toMatch(/seenShare: 1/u);
    }
    expect(() => expectWhole(store)).not.toThrow();
  });
});

test("one frame is split into arrays of the caller, in the layout of the store", () => {
  const [kept, rest] = [new Float32Array(pixels), new Float32Array(pixels)];
  splitCounts(store, 3, { fraction: 0.5, rng: createRng(1, "thinning") }, kept, rest);
  for (let i = 0; i < pixels; i++) expect(kept[i]! + rest[i]!).toBe(store.counts[3 * pixels + i]);
  expect(kept.some((count) => count > 0) && rest.some((count) => count > 0)).toBe(true);
});

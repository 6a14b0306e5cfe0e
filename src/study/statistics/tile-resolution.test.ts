// The resolution of drawn tiles: crossings in closed form on straight curves, and the share of repeated experiments whose interval
// holds the mean of all of them.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { realImage } from "../../../test/support/metric-images.ts";
import { createRng, normal } from "../../math/random/rng.ts";
import { frc } from "../../metrics/frc.ts";
import { type TileRings, tileRings } from "../comparison/tile-rings.ts";
import type { FrcCurve } from "../results.ts";
import { percentileInterval } from "./percentile-interval.ts";
import { drawResamples } from "./resamples.ts";
import { tileResolutions } from "./tile-resolution.ts";

/** FRC 1 − f/end, by ring of a square of `sidePx`. */
const line = (end: number, sidePx: number): number[] =>
  Array.from({ length: sidePx / 2 }, (_, ring) => 1 - (ring + 1) / sidePx / end);

function tilesOf(ends: readonly number[], sidePx = 40): TileRings {
  const cross = ends.map((end) => line(end, sidePx));
  const ones = cross.map((curve) => curve.map(() => 1));
  return { sidePx, cross, powerA: ones, powerB: ones };
}

const curveOf = (end: number, sidePx = 80): FrcCurve => ({
  frequency: line(1, sidePx).map((_, ring) => (ring + 1) / sidePx),
  value: line(end, sidePx),
});
/** One draw of the given weights. */
const drawOf = (weights: readonly number[]) => ({
  draws: 1,
  tileCount: weights.length,
  tileWeights: Uint16Array.from(weights),
});
const half = () => 0.5;

describe("tileResolutions", () => {
  test("without a departure cross where the whole field's curve does", () => {
    const draw = tileResolutions(tilesOf([0.4, 0.2]), drawOf([1, 1]), {
      curve: curveOf(0.5),
      thresholdUnder: half,
    });
    expect(draw[0]).toBeCloseTo(0.25, 12);
  });

  test("depart from it by the drawn tiles' departure, in proportion to √(T s/N) and √(T/(T − 1))", () => {
    // Lines of slope 2.5 and 5, together 3.75: drawing the first twice departs by +1.25 f, scaled by √(2 · 40/80 · 2/1).
    const draw = tileResolutions(tilesOf([0.4, 0.2]), drawOf([2, 0]), {
      curve: curveOf(0.2),
      thresholdUnder: half,
    });
    expect(draw[0]).toBeCloseTo(0.5 / (5 - Math.SQRT2 * 1.25), 12);
  });

  test("a curve that never falls has no end, one without values resolves nothing", () => {
    const never = { curve: curveOf(1e9), thresholdUnder: half };
    expect(tileResolutions(tilesOf([0.4, 0.4]), drawOf([1, 1]), never)[0]).toBe(Infinity);
    const none = { ...curveOf(1), value: curveOf(1).value.map(() => null) };
    const absent = { curve: none, thresholdUnder: half };
    expect(tileResolutions(tilesOf([0.4]), drawOf([1]), absent)[0]).toBe(0);
  });

  test("follow a threshold that differs from ring to ring", () => {
    const { frequency } = curveOf(0.5);
    // 1 − 2 f meets 0.4 + f at f = 0.2.
    const draw = tileResolutions(tilesOf([0.4]), drawOf([1]), {
      curve: curveOf(0.5),
      thresholdUnder: (ring) => 0.4 + frequency[ring]!,
    });
    expect(draw[0]).toBeCloseTo(0.2, 12);
  });

  test("a window with fewer tiles than another shares its draws out over the ones it has", () => {
    const options = { curve: curveOf(0.2), thresholdUnder: half };
    const [four] = tileResolutions(tilesOf([0.4, 0.2]), drawOf([2, 2, 0, 0]), options);
    const [two] = tileResolutions(tilesOf([0.4, 0.2]), drawOf([4, 0]), options);
    expect(four).toBe(two);
  });

  test("lie between 0 and the last frequency, or have no end, whatever the tiles, and equal tiles have no scatter", () => {
    const ends = fc.array(fc.double({ min: 0.02, max: 2, noNaN: true }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(ends, fc.double({ min: 0.05, max: 0.9, noNaN: true }), (list, end) => {
        const resamples = drawResamples({ seedCount: 1, tileCount: list.length, seed: 1, draws: 20 });
        const options = { curve: curveOf(end), thresholdUnder: half };
        for (const draw of tileResolutions(tilesOf(list), resamples, options)) {
          expect(draw).toBeGreaterThanOrEqual(0);
          expect(draw === Infinity ? 0.5 : draw).toBeLessThanOrEqual(0.5);
        }
        for (const draw of tileResolutions(tilesOf(list.map(() => 0.3)), resamples, options))
          expect(draw).toBeCloseTo(Math.min(end / 2, 0.5), 12);
      }),
    );
  });

  test("the 95 % interval of one experiment holds the mean of forty in more than eight of ten", () => {
    const side = 90;
    const mask = new Uint8Array(side * side).fill(1);
    const resamples = drawResamples({ seedCount: 1, tileCount: 9, seed: 1, draws: 200 });
    // Averages of neighbours: an object with more power at low frequencies, drowned by white noise at high ones.
    const rngOf = (round: number) => createRng(round, "noise");
    const experiments = Array.from({ length: 40 }, (_, round) => {
      const rng = rngOf(round);
      const raw = Float64Array.from({ length: (side + 4) ** 2 }, () => normal(rng));
      const truth = realImage(side, side, (x, y) => {
        let sum = 0;
        for (let dy = 0; dy < 5; dy++)
          for (let dx = 0; dx < 5; dx++)
            sum += raw[(y + dy) * (side + 4) + x + dx]! * Math.exp(-((dx - 2) ** 2 + (dy - 2) ** 2) / 2);
        return sum;
      });
      const seen = { ...truth, data: truth.data.map((value) => value + 1.2 * normal(rng)) };
      const { frc: curve, frc50 } = frc(seen, truth, { mask });
      const draws = tileResolutions(tileRings(seen, truth, mask)!, resamples, {
        curve,
        thresholdUnder: half,
      });
      return { value: frc50!, interval: percentileInterval(draws) };
    });
    const mean = experiments.reduce((sum, { value }) => sum + value, 0) / experiments.length;
    const held = experiments.filter(({ interval }) => interval.low <= mean && mean <= interval.high);
    // 38 would be 95 %. The first dip of a noisy curve moves by more than its tiles tell: 82 to 97 % in other such trials.
    expect(held.length / experiments.length).toBeGreaterThan(0.85);
  });
});

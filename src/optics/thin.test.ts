// Thinning is exact in law, halves are independent, and dropping positions reaches the overlap asked for.

import { describe, expect, test } from "vitest";
import { chiSquareDeviate } from "../../test/support/chi-square.ts";
import { takePositions } from "../array/scan.ts";
import { referenceBackend } from "../compute/reference.ts";
import type { Dataset } from "../data/dataset.ts";
import { dropPositions } from "./drop.ts";
import { keepFrames } from "./keep-frames.ts";
import { nearestNeighborOverlap } from "./overlap.ts";
import { buildPhantom } from "./phantom/build.ts";
import { buildProbe, probePower } from "./probe.ts";
import { scanRegion } from "./scan-region.ts";
import { makeScan } from "./scan.ts";
import { simulateDataset } from "./simulate.ts";
import { splitHalves, thinDataset } from "./thin.ts";

const size = 16;
const phantom = {
  phantom: "circuit",
  heightPx: 80,
  widthPx: 80,
  amplitudeMin: 0.5,
  phaseRangeRad: 1,
  seed: 1,
} as const;
const full = simulateDataset({
  object: buildPhantom(phantom),
  probe: buildProbe({ kind: "gaussian", fwhmPx: 6, curvatureRad: 0 }, size),
  positions: makeScan({ kind: "jittered-raster", region: scanRegion(80, 80, size), stepPx: 3, seed: 2 }),
  dosePhotons: 5000,
  seed: 42,
  backend: referenceBackend,
});

const counts = ({ diffraction }: Dataset): number[] =>
  Array.from(diffraction, (value) => Math.round(value * value));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("thinDataset", () => {
  const thinned = thinDataset(full, { fraction: 0.1, seed: 7 });

  test("keeps the asked part of the counts, never more than there were", () => {
    const [before, after] = [counts(full), counts(thinned)];
    expect(after.every((count, i) => count <= before[i]!)).toBe(true);
    // Four standard errors of a binomial.
    expect(Math.abs(sum(after) - 0.1 * sum(before))).toBeLessThan(4 * Math.sqrt(0.09 * sum(before)));
  });

  test("leaves coordinates and object, and scales the probe to the new dose", () => {
    expect(thinned.positions).toEqual(full.positions);
    expect(thinned.object).toBe(full.object);
    expect(probePower(thinned.probe) / probePower(full.probe)).toBeCloseTo(0.1, 6);
  });

  test("updates the metadata and appends to the provenance", () => {
    const mean = sum(counts(thinned)) / full.frames;
    expect(thinned.metadata).toMatchObject({ nphotons: 500, fraction: 0.1, expectedMeanCounts: 500 });
    expect(thinned.metadata["measuredMeanCounts"]).toBeCloseTo(mean, 3);
    expect(thinned.metadata["measuredOverlap"]).toBe(full.metadata["measuredOverlap"]);
    expect(thinned.metadata.provenance?.map(({ operation }) => operation)).toEqual(["simulate", "thin"]);
  });

  test("gives the same bytes twice, and other counts for another seed or dose index", () => {
    expect(thinDataset(full, { fraction: 0.1, seed: 7 })).toEqual(thinned);
    expect(thinDataset(full, { fraction: 0.1, seed: 8 }).diffraction).not.toEqual(thinned.diffraction);
    expect(thinDataset(full, { fraction: 0.1, seed: 7, doseIndex: 1 }).diffraction).not.toEqual(
      thinned.diffraction,
    );
  });

  test("has the binomial law", () => {
    const tens = withCounts(new Float32Array(full.diffraction.length).fill(Math.sqrt(10)));
    const law = (k: number): number => choose(10, k) * 0.3 ** k * 0.7 ** (10 - k);
    const drawn = counts(thinDataset(tens, { fraction: 0.3, seed: 3 }));
    expect(Math.abs(chiSquareDeviate(drawn, law, { from: 0, to: 10 }))).toBeLessThan(4);
  });

  test("thinning twice with one seed is a fresh draw each time", () => {
    const ones = withCounts(new Float32Array(full.diffraction.length).fill(1));
    const twice = thinDataset(thinDataset(ones, { fraction: 0.5, seed: 3 }), { fraction: 0.5, seed: 3 });
    // The same numbers again would keep all of the first half: 0.5 instead of 0.25 (standard error 0.002).
    expect(sum(counts(twice)) / ones.diffraction.length).toBeCloseTo(0.25, 1);
    expect(twice.metadata["fraction"]).toBe(0.25);
  });

  test("dropping and thinning commute, frame by frame", () => {
    const keepOverlap = 0.4;
    const dropThenThin = thinDataset(thinDataset(full, { keepOverlap, seed: 7 }), { fraction: 0.1, seed: 7 });
    const thinThenDrop = thinDataset(thinned, { keepOverlap, seed: 7 });
    const atOnce = thinDataset(full, { fraction: 0.1, keepOverlap, seed: 7 });
    expect(dropThenThin.diffraction).toEqual(thinThenDrop.diffraction);
    expect(atOnce.diffraction).toEqual(thinThenDrop.diffraction);
    expect(atOnce.positions).toEqual(thinThenDrop.positions);
    expect(atOnce.frames).toBeLessThan(full.frames);
    expect(atOnce.metadata["measuredOverlap"]).toBeCloseTo(keepOverlap, 1);
  });

  test("states the dose of the frames that are left: the measured mean agrees within five standard errors", () => {
    for (const keepOverlap of [0.6, 0.4, 0.1]) {
      const { metadata, frames } = thinDataset(full, { fraction: 0.5, keepOverlap, seed: 1 });
      const [dose, measured] = [Number(metadata["nphotons"]), Number(metadata["measuredMeanCounts"])];
      expect(Math.abs(measured - dose)).toBeLessThan(5 * Math.sqrt(dose / frames));
    }
  });

  test("takes the dose from the counts where the metadata have none", () => {
    const measured = thinDataset({ ...full, metadata: {} }, { fraction: 0.2, seed: 1 });
    expect(measured.metadata["nphotons"]).toBeCloseTo((0.2 * sum(counts(full))) / full.frames, 2);
    expect(measured.metadata["probeDiameterDefinition"]).toMatch(/second-moment/);
  });

  test("keeps the rows of patches and scan numbers together with their frames", () => {
    const patches = new Float32Array(2 * full.diffraction.length).map((_, i) => Math.floor(i / 512));
    const marked = { ...full, patches, scanIndex: Int32Array.from({ length: full.frames }, (_, j) => j) };
    const { scanIndex, patches: kept } = thinDataset(marked, { keepOverlap: 0.3, seed: 1 });
    expect(kept?.length).toBe(512 * scanIndex.length);
    scanIndex.forEach((row, k) => expect(kept![512 * k]).toBe(row));
  });

  test("at fraction 1 passes any amplitudes through", () => {
    const scaled = withCounts(full.diffraction.map((value) => value * 0.37));
    expect(thinDataset(scaled, { seed: 1 }).diffraction).toEqual(scaled.diffraction);
  });

  test("refuses amplitudes that are no roots of counts, and says what to do", () => {
    const scaled = withCounts(full.diffraction.map((value) => value * 0.37));
    expect(() => thinDataset(scaled, { fraction: 0.5, seed: 1 })).toThrow(
      /whole photon counts.*DATA-001.*raw counts/,
    );
    const broken = withCounts(full.diffraction.map(() => Number.NaN));
    expect(() => thinDataset(broken, { fraction: 0.5, seed: 1 })).toThrow(/DATA-001/);
  });

  test.each([0, -0.1, 1.1, Number.NaN])("refuses the fraction %d", (fraction) => {
    expect(() => thinDataset(full, { fraction, seed: 1 })).toThrow(/fraction.*\(0, 1\]/);
  });

  test("refuses frame numbers that do not belong to the frames", () => {
    const stale = { ...full, metadata: { ...full.metadata, frameNumbers: [1, 2] } };
    expect(() => thinDataset(stale, { fraction: 0.5, seed: 1 })).toThrow(/frameNumbers.*got 2 entries/);
  });
});

describe("splitHalves", () => {
  const [a, b] = splitHalves(full, { seed: 7 });

  test("gives two scans whose counts add up to the given ones", () => {
    const [first, second] = [counts(a), counts(b)];
    expect(first.map((count, i) => count + second[i]!)).toEqual(counts(full));
    expect(a.metadata).toMatchObject({ nphotons: 2500, fraction: 0.5 });
    expect(probePower(a.probe) / probePower(full.probe)).toBeCloseTo(0.5, 6);
  });

  test("gives halves that are independent when the counts are Poisson", () => {
    // Pixel by pixel against the expected counts: the correlation of two independent noises is 0 ± 1/√count.
    const expected = simulateDataset({
      object: full.object,
      probe: full.probe,
      positions: full.positions,
      dosePhotons: 5000,
      seed: 42,
      backend: referenceBackend,
      noise: false,
    });
    let [product, n] = [0, 0];
    const [first, second] = [counts(a), counts(b)];
    for (let i = 0; i < first.length; i++) {
      const lambda = expected.diffraction[i]! ** 2 / 2;
      if (lambda < 0.5) continue;
      product += ((first[i]! - lambda) * (second[i]! - lambda)) / lambda;
      n++;
    }
    expect(Math.abs(product / n)).toBeLessThan(4 / Math.sqrt(n));
  });

  test("thinned with one seed stay independent of each other", () => {
    const ones = withCounts(new Float32Array(full.diffraction.length).fill(10));
    const [first, second] = splitHalves(ones, { seed: 1 }).map((half) =>
      counts(thinDataset(half, { fraction: 0.01, seed: 1 })),
    );
    // Each has about 0.5 counts a pixel; their covariance is that of a multinomial, −100·0.005² = −0.0025.
    const n = first!.length;
    const covariance = sum(first!.map((count, i) => (count - 0.5) * (second![i]! - 0.5))) / n;
    expect(Math.abs(covariance + 0.0025)).toBeLessThan((4 * 0.5) / Math.sqrt(n));
  });
});

describe("dropPositions", () => {
  const { positions } = full;
  const diameterPx = Number(full.metadata["probeDiameterPx"]);

  test.each([0.55, 0.4, 0.25, 0.1])("comes to within a hundredth of an overlap of %d", (overlap) => {
    const rows = dropPositions(positions, { diameterPx, overlap, seed: 1 });
    const kept = takePositions(positions, rows);
    expect(Math.abs(nearestNeighborOverlap(kept, diameterPx) - overlap)).toBeLessThan(0.01);
    expect(Array.from(rows)).toEqual(Array.from(rows).toSorted((p, q) => p - q));
    expect(new Set(rows).size).toBe(rows.length);
  });

  test("covers the field evenly: no dropped position is further from a kept one than twice the mean spacing", () => {
    const kept = takePositions(positions, dropPositions(positions, { diameterPx, overlap: 0.2, seed: 1 }));
    const spacing = Math.sqrt((64 * 64) / kept.x.length);
    positions.x.forEach((x, i) => {
      const nearest = Math.min(...kept.x.map((u, j) => Math.hypot(u - x, kept.y[j]! - positions.y[i]!)));
      expect(nearest).toBeLessThan(2 * spacing);
    });
  });

  test("keeps everything at the overlap that is there, and is the same for the same seed", () => {
    const overlap = nearestNeighborOverlap(positions, diameterPx);
    expect(dropPositions(positions, { diameterPx, overlap, seed: 1 }).length).toBe(full.frames);
    const again = { diameterPx, overlap: 0.3, seed: 5 };
    expect(dropPositions(positions, again)).toEqual(dropPositions(positions, again));
  });

  test("refuses more overlap than there is and says how much there is", () => {
    expect(() => dropPositions(positions, { diameterPx, overlap: 0.95, seed: 1 })).toThrow(
      /what is there, 0\.6/,
    );
    expect(() => dropPositions(positions, { diameterPx, overlap: -0.1, seed: 1 })).toThrow(/overlap/);
  });
});

test("keepFrames keeps each frame's number through repeated selection", () => {
  const some = keepFrames(full, Int32Array.of(3, 5, 9, 20));
  expect(keepFrames(some, Int32Array.of(1, 3)).metadata["frameNumbers"]).toEqual([5, 20]);
});

function withCounts(diffraction: Float32Array): Dataset {
  return { ...full, diffraction, metadata: { provenance: full.metadata.provenance ?? [] } };
}

function choose(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value *= (n - k + i) / i;
  return value;
}

// One arm's score: a tidy row per number with its comparison, and a crossing that does not exist says which kind it is.

import { describe, expect, test } from "vitest";
import { blobs, inGauge, withNoise } from "../../../test/support/metric-images.ts";
import { flatImage, type ComplexImage } from "../../array/ndarray.ts";
import { compareImages } from "../../metrics/compare.ts";
import { frcThresholds } from "../../metrics/frc.ts";
import { metricsOf } from "../../metrics/registry.ts";
import type { Cell } from "../cell.ts";
import type { ArmOutcome, MetricRow } from "../results.ts";
import { partRows, scoreArm, type ArmImages } from "./arms.ts";
import { clearlyAbove } from "./tiles.ts";

const truth = blobs(64, 64);
const mask = new Uint8Array(64 * 64).fill(1);
const cell: Cell = {
  dose: 1e4,
  doseIndex: 0,
  fluence: 160,
  view: "dense",
  gridsize: 1,
  overlap: 0.7,
  stepPx: 5,
  seed: 42,
  replicate: 0,
};
const settings = { msSsimSigmaPx: 0, maxShiftPx: 2, registration: true };

function score(
  images: Omit<ArmImages, "arm">,
  options: Partial<typeof settings> & { phaseRamp?: boolean } = {},
): ArmOutcome {
  const target = { image: truth, comparison: "truth", isTarget: false } as const;
  return scoreArm({ arm: "ml", ...images }, target, mask, cell, { ...settings, ...options }).outcome;
}

function rowOf({ rows }: ArmOutcome, wanted: Partial<MetricRow>): MetricRow {
  const found = rows.filter((row) =>
    Object.entries(wanted).every(([key, value]) => row[key as keyof MetricRow] === value),
  );
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe("scoreArm", () => {
  const noisy = score({ object: withNoise(truth, 0.1) });

  test("has every metric of each part once, against the truth", () => {
    for (const part of ["amplitude", "phase"] as const) {
      const names = noisy.rows.filter((row) => row.part === part).map(({ metric }) => metric);
      expect(names).toEqual(metricsOf(part));
    }
    expect(new Set(noisy.rows.map(({ comparison }) => comparison))).toEqual(new Set(["truth"]));
    expect(rowOf(noisy, { metric: "phaseCorrelation" })).toMatchObject({ part: "phase", crossing: null });
  });

  test("says of each threshold whether it was crossed: perfect never, flat absent, noisy at a frequency", () => {
    const perfect = score({ object: inGauge(truth, { phase: 2, rampX: 0.01, scale: 3 }) });
    const flat = score({ object: flatImage(64, 64) });
    for (const metric of frcThresholds) {
      const key = { metric, part: "phase" } as const;
      expect(rowOf(perfect, key)).toMatchObject({ crossing: "never", value: null });
      expect(rowOf(flat, key)).toMatchObject({ crossing: "absent", value: null });
      const crossed = rowOf(noisy, key);
      expect(crossed.crossing).toBe("crosses");
      expect(crossed.value).toBeGreaterThan(0);
    }
    const upsideDown = score(
      { object: { ...truth, data: truth.data.toReversed() } },
      { registration: false },
    );
    expect(upsideDown.rows.filter(({ crossing, value }) => crossing === "below" && value === 0)).not.toEqual(
      [],
    );
  });

  test("two halves have rows of their own, the reference against itself none", () => {
    const halves = [withNoise(truth, 0.1, 1), inGauge(withNoise(truth, 0.1, 2), { phase: 1 })] as const;
    const target = { image: truth, comparison: "reference", isTarget: true } as const;
    const { outcome } = scoreArm({ arm: "ml", object: truth, halves }, target, mask, cell, settings);
    expect(outcome.rows.map(({ metric }) => metric)).toEqual([...frcThresholds, "frcAuc"]);
    for (const { comparison, part } of outcome.rows) {
      expect([comparison, part]).toEqual(["halves", "complex"]);
    }
    expect(rowOf(outcome, { metric: "frc1over7" }).crossing).toBe("crosses");
  });

  test("is told from a flat object by its halves: noise that the reference shares does not count", () => {
    const flat = flatImage(64, 64);
    /** An object's reconstructions from each half of its photons, from all of them, and from that and three times as many. */
    const measured = (
      object: ComplexImage,
    ): Omit<ArmImages, "arm"> & { readonly reference: ComplexImage } => {
      const halves = [withNoise(object, 0.28, 2), withNoise(object, 0.28, 3)] as const;
      const mean = (images: readonly ComplexImage[]): ComplexImage => ({
        ...object,
        data: object.data.map((_, i) => images.reduce((sum, { data }) => sum + data[i]!, 0) / images.length),
      });
      const both = mean(halves);
      return {
        object: both,
        halves,
        reference: mean([both, ...[4, 5, 6].map((seed) => withNoise(object, 0.2, seed))]),
      };
    };
    const told = ({ reference, ...images }: ReturnType<typeof measured>): boolean => {
      const target = { image: reference, comparison: "reference", isTarget: false } as const;
      const { outcome } = scoreArm({ arm: "ml", ...images }, target, mask, cell, settings);
      return clearlyAbove(outcome.tileCorrelations.map((value) => [value, 0] as const));
    };
    expect(told(measured(flat))).toBe(false);
    expect(told(measured(truth))).toBe(true);
    // Without halves there is only the reference to ask, and it shares the noise.
    expect(told({ ...measured(flat), halves: undefined })).toBe(true);
  });

  test("a shift beyond the bound is a warning, of the arm and of its halves", () => {
    const far = blobs(64, 64, { shiftX: 5 });
    const { warnings } = score({ object: far, halves: [truth, far] });
    expect(warnings).toContain("registration asked for more than 2 px and was not applied");
    expect(warnings).toContain("halves: registration asked for more than 2 px and was not applied");
  });

  test("takes the gauge from the design: a ramp counts as error when it is told to stay", () => {
    const object = inGauge(withNoise(truth, 0.02), { rampX: 0.02 });
    const mae = (outcome: ArmOutcome): number => rowOf(outcome, { metric: "mae", part: "phase" }).value!;
    expect(mae(score({ object }, { phaseRamp: false }))).toBeGreaterThan(5 * mae(score({ object })));
  });
});

describe("a metric without a value", () => {
  const report = compareImages(withNoise(truth, 0.02, 3), truth, { gauge: "standard", mask }).phase!;
  const key = { arm: "ml", cell, comparison: "truth", part: "phase", n: 4096 } as const;

  test.each([
    ["ssim", Number.NaN],
    ["mae", Infinity],
    ["psnr", undefined],
  ])("%s of %d fails the job and is named", (metric, value) => {
    expect(() => partRows({ ...report, [metric]: value }, key)).toThrow(
      new RegExp(`${metric}: ml has no ${metric} of the phase; .*got ${value} \\[F-31\\]`, "u"),
    );
  });

  test("that rightly does not exist is null, and a crossing says which kind of null", () => {
    const never = { ...report, frc50: null, crossing: { ...report.crossing, frc50: "never" as const } };
    const rows = partRows(never, key);
    expect(rows.find(({ metric }) => metric === "frc50")).toMatchObject({ value: null, crossing: "never" });
    const rest = rows.filter(({ metric }) => metric !== "frc50");
    expect(rest.every(({ value }) => value !== null)).toBe(true);
  });
});

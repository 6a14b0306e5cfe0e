// Against numpy, scipy and scikit-image: fixtures/make_metrics_goldens.py makes the same scenes and the expected values.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ellipse, realPart, scene } from "../../test/support/golden-scene.ts";
import { compareImages, type PartReport } from "./compare.ts";
import { complexFrc } from "./complex-frc.ts";
import { frcAuc } from "./frc-auc.ts";
import { frcThresholds, type FrcCurve, type FrcThreshold } from "./frc.ts";

type Crossings = Pick<PartReport, FrcThreshold> & {
  readonly frc: { readonly frequency: readonly number[]; readonly value: readonly (number | null)[] };
};
type GoldenRings = Crossings & { readonly independentPixels: readonly number[]; readonly frcAuc: number };
type GoldenPart = GoldenRings &
  Record<"mae" | "mse" | "nrmse" | "psnr" | "ssim" | "msSsim" | "msSsimLevels", number> & {
    readonly phaseCorrelation?: number;
  };
interface Golden {
  readonly name: string;
  readonly kind: "real" | "complex";
  readonly height: number;
  readonly width: number;
  readonly noise: readonly [number, number];
  readonly sigmaPx: number;
  readonly masked: boolean;
  readonly n: number;
  readonly expected: {
    readonly amplitude: GoldenPart;
    readonly phase?: GoldenPart;
    readonly complex?: GoldenRings;
  };
}

const path = new URL("../../fixtures/metrics/goldens.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: Golden[] };

// Both sides start from complex64 pixels made by two maths libraries, and the goldens carry ten digits: 1e-6 relative.
const relative = 1e-6;

function expectClose(actual: number | null, expected: number | null): void {
  if (expected === null || actual === null) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThan(relative * Math.max(Math.abs(expected), 0.1));
}

function expectRings(actual: Crossings & { readonly frc: FrcCurve }, expected: GoldenRings): void {
  expect(actual.frc.frequency).toHaveLength(expected.frc.frequency.length);
  expected.frc.frequency.forEach((value, i) => expectClose(actual.frc.frequency[i]!, value));
  expected.frc.value.forEach((value, i) => expectClose(actual.frc.value[i]!, value));
  expected.independentPixels.forEach((value, i) => expectClose(actual.frc.independentPixels[i]!, value));
  for (const name of frcThresholds) expectClose(actual[name], expected[name]);
  expectClose(frcAuc(actual.frc), expected.frcAuc);
}

describe.each(cases)("$kind $height×$width, $name", ({ kind, height, width, expected, ...golden }) => {
  const a = scene(height, width, 11, golden.noise[0]);
  const b = scene(height, width, 77, golden.noise[1]);
  const mask = golden.masked ? ellipse(height, width) : undefined;
  const [first, second] = kind === "real" ? [realPart(a), realPart(b)] : [a, b];
  const report = compareImages(first, second, { gauge: "none", mask, msSsimSigmaPx: golden.sigmaPx });

  test.each(["mae", "mse", "nrmse", "psnr", "ssim", "msSsim"] as const)(
    "%s agrees with the golden value",
    (name) => {
      expectClose(report.amplitude[name], expected.amplitude[name]);
      if (expected.phase !== undefined) expectClose(report.phase?.[name] ?? null, expected.phase[name]);
    },
  );

  test("the phase correlation agrees with numpy's correlation of phasors whose ramps are gone", () => {
    const wanted = expected.phase?.phaseCorrelation;
    if (wanted !== undefined) expectClose(report.phase?.phaseCorrelation ?? null, wanted);
    expect(report.amplitude).not.toHaveProperty("phaseCorrelation");
  });

  test("the FRC and its crossings agree with numpy.fft", () => {
    expectRings(report.amplitude, expected.amplitude);
    if (expected.phase !== undefined && report.phase !== undefined) expectRings(report.phase, expected.phase);
    if (expected.complex !== undefined) expectRings(complexFrc(a, b, { mask }), expected.complex);
  });

  test("counts the pixels, and says when MS-SSIM has fewer levels", () => {
    expect(report.n).toBe(golden.n);
    expect("phase" in report).toBe(kind === "complex");
    const levels = expected.amplitude.msSsimLevels;
    const said = report.warnings.some((text) =>
      text.startsWith(`amplitude: MS-SSIM over ${levels} of 5 levels`),
    );
    expect(said).toBe(levels < 5);
  });
});

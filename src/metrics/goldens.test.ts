// Against numpy, scipy and scikit-image: fixtures/make_metrics_goldens.py makes the same scenes and the expected values.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ComplexImage, RealImage } from "../array/ndarray.ts";
import { compareImages, type PartReport } from "./compare.ts";
import { complexFrc } from "./complex-frc.ts";

type Crossings = Pick<PartReport, "frc50" | "frc1over7" | "frcHalfBit"> & {
  readonly frc: { readonly frequency: readonly number[]; readonly value: readonly (number | null)[] };
};
type GoldenPart = Crossings & Record<"mae" | "mse" | "psnr" | "ssim" | "msSsim" | "msSsimLevels", number>;
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
    readonly complex?: Crossings;
  };
}

const path = new URL("../../fixtures/metrics/goldens.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: Golden[] };

/** Uniform in [−1, 1): the integer hash of the script. */
function noise(pixel: number, seed: number): number {
  let h = (Math.imul(pixel, 2654435761) + seed) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
  return ((h ^ (h >>> 16)) >>> 0) / 2147483648 - 1;
}

function scene(height: number, width: number, seed: number, level: number): ComplexImage {
  const data = new Float32Array(2 * height * width);
  for (let i = 0; i < height * width; i++) {
    const [y, x] = [Math.floor(i / width), i % width];
    const amplitude =
      0.7 +
      0.15 * Math.sin(0.31 * x + 0.11 * y) +
      0.08 * Math.cos(0.003 * x * y) +
      0.05 * Math.sin(0.9 * y) +
      level * noise(i, seed);
    const phase =
      0.9 * Math.sin(0.07 * x - 0.13 * y) +
      0.4 * Math.cos(0.002 * (x * x + y * y)) +
      2 * level * noise(i, seed + 1);
    data[2 * i] = amplitude * Math.cos(phase);
    data[2 * i + 1] = amplitude * Math.sin(phase);
  }
  return { height, width, data };
}

function realPart({ height, width, data }: ComplexImage): RealImage {
  return { height, width, data: Float64Array.from({ length: height * width }, (_, i) => data[2 * i]!) };
}

function ellipse(height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const u = (x - 0.55 * width) / (0.36 * width);
    const v = (y - 0.5 * height) / (0.4 * height);
    return u * u + v * v <= 1 ? 1 : 0;
  });
}

// Both sides start from complex64 pixels made by two maths libraries, and the goldens carry ten digits: 1e-6 relative.
const relative = 1e-6;

function expectClose(actual: number | null, expected: number | null): void {
  if (expected === null || actual === null) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThan(relative * Math.max(Math.abs(expected), 0.1));
}

function expectRings(actual: Crossings, expected: Crossings): void {
  expect(actual.frc.frequency).toHaveLength(expected.frc.frequency.length);
  expected.frc.frequency.forEach((value, i) => expectClose(actual.frc.frequency[i]!, value));
  expected.frc.value.forEach((value, i) => expectClose(actual.frc.value[i]!, value));
  for (const name of ["frc50", "frc1over7", "frcHalfBit"] as const) expectClose(actual[name], expected[name]);
}

describe.each(cases)("$kind $height×$width, $name", ({ kind, height, width, expected, ...golden }) => {
  const a = scene(height, width, 11, golden.noise[0]);
  const b = scene(height, width, 77, golden.noise[1]);
  const mask = golden.masked ? ellipse(height, width) : undefined;
  const [first, second] = kind === "real" ? [realPart(a), realPart(b)] : [a, b];
  const report = compareImages(first, second, { gauge: "none", mask, msSsimSigmaPx: golden.sigmaPx });

  test.each(["mae", "mse", "psnr", "ssim", "msSsim"] as const)("%s agrees with the golden value", (name) => {
    expectClose(report.amplitude[name], expected.amplitude[name]);
    if (expected.phase !== undefined) expectClose(report.phase?.[name] ?? null, expected.phase[name]);
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

// The earlier study's metrics, against numpy, scipy and scikit-image: fixtures/make_metrics_goldens.py holds its definitions.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { scene } from "../../../test/support/golden-scene.ts";
import { blobs } from "../../../test/support/metric-images.ts";
import type { ComplexImage } from "../../array/ndarray.ts";
import { moveField } from "./phase-cross-correlation.ts";
import { referenceProfile } from "./profile.ts";

type Part = "amplitude" | "phase";
interface Golden {
  readonly name: string;
  readonly shapes: readonly [readonly [number, number], readonly [number, number]];
  readonly noise: readonly [number, number];
  readonly shift: readonly [number, number];
  readonly ramp: readonly [number, number];
  readonly registration: boolean;
  readonly sigmaPx: number;
  readonly expected: {
    readonly registration: { readonly dyPx: number; readonly dxPx: number } | null;
  } & Readonly<
    Record<
      Part,
      Readonly<Record<"mae" | "mse" | "psnr" | "ssim" | "msSsim" | "frc50" | "frc1over7", number>> & {
        readonly frc: readonly number[];
      }
    >
  >;
}

const path = new URL("../../../fixtures/metrics/reference-profile.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: Golden[] };

/** The script's reconstruction: its scene, moved, ramped and scaled. */
function reconstruction({ shapes: [[height, width]], noise, shift, ramp }: Golden): ComplexImage {
  const field = Float64Array.from(scene(height, width, 11, noise[0]).data);
  moveField(field, { height, width }, { dyPx: shift[0], dxPx: shift[1] });
  const data = new Float32Array(field.length);
  for (let i = 0; i < height * width; i++) {
    const angle = ramp[0] * Math.floor(i / width) + ramp[1] * (i % width);
    const [re, im] = [field[2 * i]!, field[2 * i + 1]!];
    data[2 * i] = 1.7 * (re * Math.cos(angle) - im * Math.sin(angle));
    data[2 * i + 1] = 1.7 * (re * Math.sin(angle) + im * Math.cos(angle));
  }
  return { height, width, data };
}

describe.each(cases)("reference profile, $name", (golden) => {
  const { expected, registration, sigmaPx } = golden;
  const [, [height, width]] = golden.shapes;
  const report = referenceProfile(reconstruction(golden), scene(height, width, 77, golden.noise[1]), {
    registration,
    msSsimSigmaPx: sigmaPx,
  });

  test.each(["amplitude", "phase"] as const)("every number of the %s is the earlier study's", (part) => {
    // complex64 pixels of two maths libraries and ten digits in the file; the contract is 1e-4.
    const close = (actual: number | null, wanted: number): void => {
      expect(Math.abs(actual! - wanted)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted)));
    };
    for (const name of ["mae", "mse", "psnr", "ssim", "msSsim"] as const) {
      close(report[part][name], expected[part][name]);
    }
    expect(report[part].frc).toHaveLength(expected[part].frc.length);
    expected[part].frc.forEach((value, ring) => close(report[part].frc[ring]!, value));
    close(report[part].frc50.ring, expected[part].frc50);
    close(report[part].frc1over7.ring, expected[part].frc1over7);
  });

  test("the registration is scikit-image's", () => {
    expect(report.registration === null).toBe(expected.registration === null);
    if (report.registration === null || expected.registration === null) return;
    // Both lie on the same grid of 1/50 px.
    expect(report.registration.dyPx).toBeCloseTo(expected.registration.dyPx, 9);
    expect(report.registration.dxPx).toBeCloseTo(expected.registration.dxPx, 9);
  });
});

test("a curve that never crosses has its length as the older value, and says so", () => {
  const object = blobs(40, 40);
  const { amplitude } = referenceProfile(object, object, { registration: false });
  expect(amplitude.frc50).toEqual({ crossing: "never", ring: amplitude.frc.length });
  expect(amplitude.psnr).toBeNull();
});

test("the recorded PSNR of the earlier study follows from its recorded MSE", () => {
  // reference-study.md 18.1: MSE .00267 / .0749 stand beside 73.86 / 59.38 dB; rounding of the MSE is 0.01 dB.
  expect(20 * Math.log10(255 / Math.sqrt(0.002674))).toBeCloseTo(73.86, 2);
  expect(20 * Math.log10(255 / Math.sqrt(0.0749))).toBeCloseTo(59.38, 1);
});

test("images that the cuts leave nothing of are refused", () => {
  expect(() => referenceProfile(blobs(14, 40), blobs(40, 40))).toThrow(/at least 15 px/);
});

// Probes have unit power, lie at (N/2, N/2), have the size asked for, and their diameter is measured as defined.

import { describe, expect, test } from "vitest";
import { naiveDft2 } from "../../test/support/fields.ts";
import type { Probe } from "../array/scan.ts";
import { buildProbe, probePower, scaleProbe, type ProbeSpec } from "./probe.ts";
import { measureProbeDiameter, probeDiameterDefinitionText } from "./probe-diameter.ts";

const airy = { kind: "defocused-airy", apertureCyclesPerPx: 0.22, defocusRadiusPx: 15 } as const;
const gaussian = { kind: "gaussian", fwhmPx: 12, curvatureRad: 2 } as const;

/** A probe of real amplitudes. */
function probeFrom(size: number, amplitude: (x: number, y: number) => number): Probe {
  const data = new Float32Array(2 * size * size);
  for (let i = 0; i < size * size; i++) data[2 * i] = amplitude(i % size, Math.floor(i / size));
  return { modes: 1, size, data };
}

describe.each<ProbeSpec>([airy, { ...airy, defocusRadiusPx: 0 }, gaussian])("buildProbe of %j", (spec) => {
  const probe = buildProbe(spec, 64);

  test("has unit power", () => {
    expect(probePower(probe)).toBeCloseTo(1, 6);
  });

  test("is centred at index (N/2, N/2)", () => {
    let [total, sumX, sumY] = [0, 0, 0];
    for (let i = 0; i < 64 * 64; i++) {
      const weight = probe.data[2 * i]! ** 2 + probe.data[2 * i + 1]! ** 2;
      total += weight;
      sumX += weight * (i % 64);
      sumY += weight * Math.floor(i / 64);
    }
    // Row and column 0 have no mirror image in an even window: the tail there pulls by a hair.
    expect(sumX / total).toBeCloseTo(32, 1);
    expect(sumY / total).toBeCloseTo(32, 1);
  });

  test("looks the same turned by a quarter", () => {
    let worst = 0;
    for (let y = 1; y < 64; y++) {
      for (let x = 1; x < 64; x++) {
        const turned = probe.data[2 * (x * 64 + 64 - y)]!;
        worst = Math.max(worst, Math.abs(probe.data[2 * (y * 64 + x)]! - turned));
      }
    }
    // Amplitudes are up to 0.1, float32.
    expect(worst).toBeLessThan(1e-6);
  });
});

describe("the defocused probe", () => {
  test("fills its aperture in the detector plane and nothing beyond it", () => {
    const far = naiveDft2(buildProbe(airy, 64).data, 64, -1);
    let [inside, outside] = [0, 0];
    for (let i = 0; i < 64 * 64; i++) {
      const signed = (k: number): number => (k < 32 ? k : k - 64) / 64;
      const k = Math.hypot(signed(i % 64), signed(Math.floor(i / 64)));
      const power = far[2 * i]! ** 2 + far[2 * i + 1]! ** 2;
      // The soft edge ends at 1.1 aperture radii.
      if (k > 1.1 * 0.22 + 1e-9) outside += power;
      else inside += power;
    }
    expect(inside).toBeCloseTo(1, 5);
    // float32 rounding of the probe.
    expect(outside).toBeLessThan(1e-12);
  });

  test("is about as wide as its geometric spot: 30 px for a radius of 15", () => {
    const diameter = measureProbeDiameter(buildProbe(airy, 64), "second-moment");
    expect(diameter).toBeGreaterThan(29.5);
    expect(diameter).toBeLessThan(31);
  });

  test("does not depend on the window it is drawn in", () => {
    const [small, large] = [buildProbe(airy, 64), buildProbe(airy, 128)];
    const centre = (probe: Probe): number => {
      const i = 2 * ((probe.size / 2 + 3) * probe.size + probe.size / 2 - 5);
      return Math.hypot(probe.data[i]!, probe.data[i + 1]!);
    };
    // Tails that wrap around in the small window are below a hundredth of the middle.
    expect(centre(small) / centre(large)).toBeCloseTo(1, 1);
  });

  test("has its first dark ring near 0.61/k₀ in focus", () => {
    const probe = buildProbe({ ...airy, defocusRadiusPx: 0, apertureCyclesPerPx: 0.1 }, 128);
    const profile = Array.from({ length: 20 }, (_, r) => probe.data[2 * (64 * 128 + 64 + r)]!);
    const ring = profile.findIndex((value) => value < 0);
    expect(ring).toBeGreaterThan(5);
    expect(ring).toBeLessThan(9);
  });

  test.each([
    [{ ...airy, apertureCyclesPerPx: 0.6 }, /apertureCyclesPerPx.*\(0, 0.5\]/],
    [{ ...airy, defocusRadiusPx: 32 }, /defocusRadiusPx.*wraps around/],
    [{ ...gaussian, fwhmPx: 40 }, /fwhmPx.*cuts it/],
    [{ ...gaussian, curvatureRad: Number.NaN }, /curvatureRad/],
  ] as const)("refuses %j", (spec, message) => {
    expect(() => buildProbe(spec, 64)).toThrow(message);
  });

  test("refuses an odd window", () => {
    expect(() => buildProbe(airy, 63)).toThrow(/sizePx.*even/);
  });
});

describe("measureProbeDiameter", () => {
  const disc = probeFrom(64, (x, y) => (Math.hypot(x - 30, y - 33) <= 13 ? 0.3 : 0));

  test("of a uniform disc is its diameter in both definitions, wherever it lies", () => {
    // The staircase of a disc of 13 px.
    expect(measureProbeDiameter(disc, "second-moment")).toBeCloseTo(26, 0);
    expect(measureProbeDiameter(disc, "fwhm")).toBeCloseTo(26, 0);
  });

  test("of a Gaussian is its fwhm, and 2√2 σ_r = 1.699 fwhm by the second moment", () => {
    const probe = buildProbe(gaussian, 64);
    expect(measureProbeDiameter(probe, "fwhm")).toBeCloseTo(12, 0);
    // ⟨r²⟩ = fwhm²/(4 ln 2) for |P|² = e^{−4 ln 2 r²/fwhm²}.
    expect(measureProbeDiameter(probe, "second-moment")).toBeCloseTo(
      (2 * Math.SQRT2 * 12) / Math.sqrt(4 * Math.LN2),
      4,
    );
  });

  test("adds the modes' intensities", () => {
    const shifted = probeFrom(64, (x, y) => (Math.hypot(x - 34, y - 33) <= 13 ? 0.3 : 0));
    const both: Probe = { modes: 2, size: 64, data: Float32Array.of(...disc.data, ...shifted.data) };
    // Two discs 4 px apart: the second moment grows by 2².
    const expected = Math.sqrt(measureProbeDiameter(disc, "second-moment") ** 2 + 8 * 4);
    expect(measureProbeDiameter(both, "second-moment")).toBeCloseTo(expected, 6);
  });

  test("does not depend on the probe's power", () => {
    expect(measureProbeDiameter(scaleProbe(disc, 1000), "fwhm")).toBe(measureProbeDiameter(disc, "fwhm"));
  });

  test("refuses a dark probe", () => {
    expect(() =>
      measureProbeDiameter(
        probeFrom(8, () => 0),
        "fwhm",
      ),
    ).toThrow(/without light/);
  });

  test("says in words what it is", () => {
    expect(probeDiameterDefinitionText("second-moment")).toMatch(/^second-moment: .*2\*sqrt\(2\)/);
    expect(probeDiameterDefinitionText("fwhm")).toMatch(/^fwhm: .*half its maximum/);
  });
});

test("scaleProbe scales amplitudes, so power with the square", () => {
  expect(probePower(scaleProbe(buildProbe(airy, 32), 3))).toBeCloseTo(9, 5);
});

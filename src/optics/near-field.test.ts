// The transfer function of free space: unitary, a Gaussian beam spreads as in the closed form, both propagators agree where
// rays are paraxial, and a geometry that the grid cannot hold is refused.

import { describe, expect, test } from "vitest";
import { referenceFft2 } from "../compute/reference-fft.ts";
import { nearFieldTransfer } from "./near-field.ts";

const size = 128;
const geometry = { wavelengthM: 1e-10, pixelSizeM: 1e-7, distanceM: 5e-3 };

describe("nearFieldTransfer", () => {
  test("has modulus 1 everywhere and phase 0 on the axis", () => {
    const transfer = nearFieldTransfer(size, geometry);
    for (let i = 0; i < transfer.length; i += 2) {
      // Two float32 roundings.
      expect(Math.abs(Math.hypot(transfer[i]!, transfer[i + 1]!) - 1)).toBeLessThan(2e-7);
    }
    expect(transfer[0]).toBe(1);
    expect(transfer[1]).toBeCloseTo(0, 12);
  });

  test("spreads a Gaussian beam by √(1 + (z/z_R)²), z_R = π w²/λ", () => {
    const waistM = 6e-7;
    const field = new Float32Array(2 * size * size);
    const radius2 = (i: number): number => {
      const x = ((i % size) - size / 2) * geometry.pixelSizeM;
      const y = (Math.floor(i / size) - size / 2) * geometry.pixelSizeM;
      return x * x + y * y;
    };
    for (let i = 0; i < size * size; i++) field[2 * i] = Math.exp(-radius2(i) / waistM ** 2);
    const fft = referenceFft2(size);
    const transfer = nearFieldTransfer(size, geometry);
    fft.forward(field);
    for (let i = 0; i < field.length; i += 2) {
      const [re, im] = [field[i]!, field[i + 1]!];
      field[i] = re * transfer[i]! - im * transfer[i + 1]!;
      field[i + 1] = re * transfer[i + 1]! + im * transfer[i]!;
    }
    fft.inverse(field);
    let [power, moment] = [0, 0];
    for (let i = 0; i < size * size; i++) {
      const p = field[2 * i]! ** 2 + field[2 * i + 1]! ** 2;
      power += p;
      moment += p * radius2(i);
    }
    const rayleighM = (Math.PI * waistM ** 2) / geometry.wavelengthM;
    const expected = (waistM ** 2 / 2) * (1 + (geometry.distanceM / rayleighM) ** 2);
    // The beam's tails at the border of the window hold less than 1e-4 of the moment.
    expect(moment / power / expected).toBeCloseTo(1, 3);
  });

  test("the angular spectrum and Fresnel agree to the next order of the expansion", () => {
    const exact = nearFieldTransfer(size, geometry);
    const paraxial = nearFieldTransfer(size, { ...geometry, propagator: "fresnel" });
    // π z λ³ k⁴/4 at the corner of the band: 5e-3 · 1e-30 · (√2 · 5e6)⁴ · π/4 ≈ 1e-5 rad.
    for (let i = 0; i < exact.length; i++) expect(Math.abs(exact[i]! - paraxial[i]!)).toBeLessThan(2e-5);
  });

  test.each([
    ["wavelengthM", { ...geometry, wavelengthM: 0 }, /wavelengthM.*metres above 0/],
    ["distanceM", { ...geometry, distanceM: 1 }, /distanceM.*at most/],
    ["pixelSizeM", { wavelengthM: 1e-7, pixelSizeM: 6e-8, distanceM: 1e-6 }, /pixelSizeM.*more than/],
  ])("refuses %s", (_key, wrong, message) => {
    expect(() => nearFieldTransfer(size, wrong)).toThrow(message);
  });
});

// Expected counts are |DFT(P·O)|² with DC in the centre, keep the light, and have the stated adjoint.

import { describe, expect, test } from "vitest";
import { adjointMismatch, naiveDft2, randomField, relativeError } from "../../test/support/fields.ts";
import { referenceBackend } from "../compute/reference.ts";
import type { Probe } from "../array/scan.ts";
import { createDiffraction, exitWave, fftShiftComplex, fftShiftReal, illuminatedPower } from "./propagate.ts";

const probeOf = (size: number, modes: number, seed: number): Probe => ({
  size,
  modes,
  data: randomField(modes * size * size, seed),
});

describe("fftShift", () => {
  test("moves DC from [0, 0] to (N/2, N/2), and back", () => {
    const corner = new Float32Array(36);
    corner[0] = 7;
    const centre = new Float32Array(36);
    fftShiftReal(corner, centre, 6);
    expect(centre.indexOf(7)).toBe(3 * 6 + 3);
    const back = new Float32Array(36);
    fftShiftReal(centre, back, 6);
    expect(back).toEqual(corner);
  });

  test("moves complex pairs as the real shift moves their parts", () => {
    const field = randomField(64, 1);
    const shifted = new Float32Array(128);
    fftShiftComplex(field, shifted, 8);
    const parts = [0, 1].map((part) => {
      const moved = new Float32Array(64);
      fftShiftReal(
        field.filter((_, i) => i % 2 === part),
        moved,
        8,
      );
      return moved;
    });
    expect(shifted.filter((_, i) => i % 2 === 0)).toEqual(parts[0]);
    expect(shifted.filter((_, i) => i % 2 === 1)).toEqual(parts[1]);
  });

  test("works on one of several frames", () => {
    const frames = Float32Array.from({ length: 8 }, (_, i) => i);
    const shifted = new Float32Array(8);
    fftShiftReal(frames, shifted, 2, 4);
    expect(Array.from(shifted)).toEqual([0, 0, 0, 0, 7, 6, 5, 4]);
  });

  test("refuses an odd side", () => {
    expect(() => fftShiftReal(new Float32Array(9), new Float32Array(9), 3)).toThrow(/even number of pixels/);
  });
});

describe("createDiffraction", () => {
  test("is |DFT(P·O)|² with DC in the centre, by the definition", () => {
    const size = 6;
    const probe = probeOf(size, 1, 2);
    const patch = randomField(size * size, 3);
    const wave = new Float64Array(2 * size * size);
    for (let i = 0; i < wave.length; i += 2) {
      wave[i] = probe.data[i]! * patch[i]! - probe.data[i + 1]! * patch[i + 1]!;
      wave[i + 1] = probe.data[i]! * patch[i + 1]! + probe.data[i + 1]! * patch[i]!;
    }
    const far = naiveDft2(wave, size, -1);
    const expected = new Float64Array(size * size);
    for (let ky = 0; ky < size; ky++) {
      for (let kx = 0; kx < size; kx++) {
        const i = 2 * (ky * size + kx);
        expected[((ky + 3) % size) * size + ((kx + 3) % size)] = far[i]! ** 2 + far[i + 1]! ** 2;
      }
    }
    const out = new Float64Array(size * size);
    createDiffraction(probe, referenceBackend).intensity(patch, out);
    // Three float32 roundings, squared.
    expect(relativeError(out, expected)).toBeLessThan(1e-6);
  });

  test("keeps the light: Σλ is the power of the exit waves (Parseval)", () => {
    const probe = probeOf(16, 3, 4);
    const patch = randomField(256, 5);
    const out = new Float64Array(256);
    createDiffraction(probe, referenceBackend).intensity(patch, out);
    const total = out.reduce((sum, value) => sum + value, 0);
    expect(total / illuminatedPower(probe, patch)).toBeCloseTo(1, 6);
  });

  test("adds probe modes incoherently", () => {
    const both = probeOf(8, 2, 6);
    const patch = randomField(64, 7);
    const single = (mode: number): Float64Array => {
      const data = both.data.slice(128 * mode, 128 * (mode + 1));
      const out = new Float64Array(64);
      createDiffraction({ size: 8, modes: 1, data }, referenceBackend).intensity(patch, out);
      return out;
    };
    const out = new Float64Array(64);
    createDiffraction(both, referenceBackend).intensity(patch, out);
    const [first, second] = [single(0), single(1)];
    expect(
      relativeError(
        out,
        first.map((value, i) => value + second[i]!),
      ),
    ).toBeLessThan(1e-12);
  });

  test("gives a flat exit wave one bright pixel at (N/2, N/2)", () => {
    const flat = Float32Array.from({ length: 2 * 64 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const out = new Float64Array(64);
    createDiffraction({ size: 8, modes: 1, data: flat }, referenceBackend).intensity(flat, out);
    expect(out[4 * 8 + 4]).toBeCloseTo(64, 4);
    expect(out.reduce((sum, value) => sum + value, 0)).toBeCloseTo(64, 4);
  });

  test("a ramp e^{+2πi x/N} on the object moves the pattern by +1 pixel in x", () => {
    const size = 8;
    const flat = Float32Array.from({ length: 2 * 64 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const ramp = new Float32Array(2 * 64);
    for (let i = 0; i < 64; i++) {
      ramp[2 * i] = Math.cos((2 * Math.PI * (i % size)) / size);
      ramp[2 * i + 1] = Math.sin((2 * Math.PI * (i % size)) / size);
    }
    const out = new Float64Array(64);
    createDiffraction({ size, modes: 1, data: flat }, referenceBackend).intensity(ramp, out);
    expect(out.indexOf(Math.max(...out))).toBe(4 * 8 + 5);
  });
});

test("the product with the conjugate probe is the adjoint of the exit wave", () => {
  const probe = probeOf(8, 2, 8);
  const conjugate = { ...probe, data: probe.data.map((value, i) => (i % 2 === 0 ? value : -value)) };
  const [patch, wave] = [randomField(64, 9), randomField(64, 10)];
  const [forward, adjoint] = [new Float32Array(128), new Float32Array(128)];
  exitWave(probe, 1, patch, forward);
  exitWave(conjugate, 1, wave, adjoint);
  expect(adjointMismatch(patch, forward, wave, adjoint)).toBeLessThan(1e-6);
});

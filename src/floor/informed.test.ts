// What a known spectrum leaves unknown is the inverse of the dense matrix, and the Wiener filter's share in uniform light.

import { describe, expect, test } from "vitest";
import { denseInverse } from "../../test/support/dense-scan.ts";
import { naiveDft2, relativeError } from "../../test/support/fields.ts";
import { flatImage, type ComplexImage } from "../array/ndarray.ts";
import { referenceBackend } from "../compute/reference.ts";
import { signedIndex } from "../math/fft64.ts";
import type { Fisher } from "./fisher.ts";
import { informedBound } from "./informed-bound.ts";
import { litSide, probeInformed } from "./informed.ts";
import { signVector, type Scene } from "./probing.ts";
import { createRings } from "./rings.ts";

const side = 8;
const pixels = side * side;
const mask = new Uint8Array(pixels).fill(1);
const effort = { tolerance: 1e-12, mostIterations: 400 };
const frequency = [0, 1, 2, 3, 4].map((ring) => ring / side);
const powers = { amplitude: [2, 0.9, 0.3, 0.05, 0.01], phase: [1, 4, 1, 0.2, 0.02] };
const density = {
  amplitude: { frequency, power: Float64Array.from(powers.amplitude) },
  phase: { frequency, power: Float64Array.from(powers.phase) },
};

/** Information 2W of both parts of each pixel, and no more. */
function diagonalFisher(light: Float32Array): Fisher {
  return {
    illumination: light,
    apply: (v, out) => v.data.forEach((value, i) => (out.data[i] = 2 * light[i >> 1]! * value)),
  };
}
function sceneOf(light: Float32Array, object: ComplexImage = flatImage(side, side)): Scene {
  return { fisher: diagonalFisher(light), object, window: { x0: 0, y0: 0, x1: side, y1: side }, mask };
}
const options = { density, gain: 1, backend: referenceBackend };

/** Density at frequency (kx, ky), between rings on a straight line. */
function at(values: readonly number[], i: number): number {
  const [x, y] = [signedIndex(i % side, side), signedIndex(Math.floor(i / side), side)];
  const ring = Math.min(4, Math.hypot(x, y));
  const low = Math.min(3, Math.floor(ring));
  return values[low]! + (ring - low) * (values[low + 1]! - values[low]!);
}

/** A filter of one real image as a matrix: column by column, each the filtered unit image. */
function filterMatrix(factor: (i: number) => number): Float64Array[] {
  const columns = Array.from({ length: pixels }, (_, c) => {
    const unit = new Float64Array(2 * pixels);
    unit[2 * c] = 1;
    const spectrum = naiveDft2(unit, side, -1);
    for (let i = 0; i < pixels; i++) {
      spectrum[2 * i] = spectrum[2 * i]! * factor(i);
      spectrum[2 * i + 1] = spectrum[2 * i + 1]! * factor(i);
    }
    return naiveDft2(spectrum, side, 1);
  });
  return Array.from({ length: pixels }, (_, r) => Float64Array.from(columns, (column) => column[2 * r]!));
}

describe("U z", () => {
  test("is N/(N + S) of each detail in uniform light", () => {
    const light = new Float32Array(pixels).fill(3);
    const z = signVector(mask, 5, 0);
    const { unknown: x, converged } = probeInformed({ seed: 5, index: 0 }, sceneOf(light), options, effort);
    expect(converged).toBe(true);
    const wanted = new Float64Array(2 * pixels);
    for (const [part, values] of [powers.amplitude, powers.phase].entries()) {
      const matrix = filterMatrix((i) => 1 / (1 + 2 * 3 * at(values, i)));
      matrix.forEach((row, r) => {
        wanted[2 * r + part] = row.reduce((sum, value, c) => sum + value * z[2 * c + part]!, 0);
      });
    }
    // float32 transforms.
    expect(relativeError(x, wanted)).toBeLessThan(1e-5);
  });

  test("is the inverse of 1 + B F B in uneven light, about an object of any amplitude and phase", () => {
    const light = Float32Array.from({ length: pixels }, (_, i) => 0.2 + ((7 * i) % 11));
    const object = flatImage(side, side);
    for (let i = 0; i < pixels; i++) {
      const [a, phi] = [0.5 + ((3 * i) % 7) / 10, i % 5];
      object.data.set([a * Math.cos(phi), a * Math.sin(phi)], 2 * i);
    }
    const z = signVector(mask, 6, 0);
    const scene = sceneOf(light, object);
    const { unknown: x } = probeInformed({ seed: 6, index: 0 }, scene, { ...options, gain: 2 }, effort);
    const wanted = new Float64Array(2 * pixels);
    for (const [part, values] of [powers.amplitude, powers.phase].entries()) {
      const root = filterMatrix((i) => Math.sqrt(at(values, i)));
      // δO = a·δφ along the phase: its information is a² times that of the pixel's parts.
      const information = Float64Array.from(light, (value, i) => {
        const power = object.data[2 * i]! ** 2 + object.data[2 * i + 1]! ** 2;
        return 2 * 2 * value * (part === 0 ? 1 : power);
      });
      const matrix = root.map((row, r) =>
        Float64Array.from(root, (other, c) => {
          return (
            (r === c ? 1 : 0) + row.reduce((sum, value, k) => sum + value * information[k]! * other[k]!, 0)
          );
        }),
      );
      denseInverse(matrix).forEach((row, r) => {
        wanted[2 * r + part] = row.reduce((sum, value, c) => sum + value * z[2 * c + part]!, 0);
      });
    }
    expect(relativeError(x, wanted)).toBeLessThan(1e-5);
  });

  test("is z itself where no light falls: nothing becomes known", () => {
    const dark = new Float32Array(pixels);
    dark[0] = 1e-12;
    dark[pixels - 1] = 1e-12;
    const z = signVector(mask, 7, 0);
    const { unknown: x } = probeInformed({ seed: 7, index: 0 }, sceneOf(dark), options, effort);
    expect(relativeError(x, z)).toBeLessThan(1e-6);
  });
});

test("its error on the compared pixels is the trace of the dense (F + S⁻¹)⁻¹ there, in light of any unevenness", () => {
  const light = Float32Array.from({ length: pixels }, (_, i) => 0.2 + ((7 * i) % 11));
  const compared = Uint8Array.from(mask, (_, i) => (i % side < 5 ? 1 : 0));
  const scene = { ...sceneOf(light), mask: compared };
  const answers = Array.from({ length: 400 }, (_, index) =>
    probeInformed({ seed: 8, index }, scene, options, effort),
  );
  // The rings are not looked at: any will do.
  const rings = createRings(side, side, compared);
  const signal = new Float64Array(rings.counts.length);
  for (const [select, name] of (["amplitude", "phase"] as const).entries()) {
    const inverseDensity = filterMatrix((i) => 1 / at(powers[name], i));
    const covariance = denseInverse(
      inverseDensity.map((row, r) => row.map((value, c) => value + (r === c ? 2 * light[r]! : 0))),
    );
    const wanted = covariance.reduce((sum, row, r) => sum + compared[r]! * row[r]!, 0) / 40;
    const { mse } = informedBound(answers, select === 0 ? 0 : 1, {
      rings,
      modes: [],
      density: density[name],
      signal,
      white: rings.whitePower({}),
    });
    // 400 vectors on 40 pixels that differ: 1/√16000 is 0.8 %, four of it.
    expect(Math.abs(mse / wanted - 1)).toBeLessThan(0.032);
  }
});

test("the square holds all that is lit and no more than it must", () => {
  const object = flatImage(40, 70);
  const light = new Float32Array(40 * 70);
  for (let y = 5; y < 25; y++) for (let x = 30; x < 47; x++) light[y * 70 + x] = 1;
  const scene = { ...sceneOf(light), object, fisher: diagonalFisher(light) };
  expect(litSide(scene)).toBe(32);
});

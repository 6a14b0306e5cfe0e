// Near-field frames follow the forward model of both propagators, written out here with naive transforms, and keep the dose.

import { expect, test } from "vitest";
import { naiveDft2, relativeError } from "../../test/support/fields.ts";
import { referenceBackend } from "../compute/reference.ts";
import { isDoselapError } from "../errors.ts";
import { propagators } from "./near-field.ts";
import { buildPhantom } from "./phantom/build.ts";
import { buildProbe } from "./probe.ts";
import { simulateDataset } from "./simulate.ts";

const size = 16;
const object = buildPhantom({
  phantom: "cells",
  heightPx: 40,
  widthPx: 40,
  amplitudeMin: 0.5,
  phaseRangeRad: 1.5,
  seed: 3,
});
/** Pixels of a wave's length: the two propagators are far apart at the edge of the band. */
const geometry = { wavelengthM: 5e-7, pixelSizeM: 5e-7, distanceM: 4e-6 };
const options = {
  object,
  probe: buildProbe({ kind: "gaussian", fwhmPx: 6, curvatureRad: 1 }, size),
  positions: { x: Float64Array.of(12, 20, 25), y: Float64Array.of(14, 20, 13) },
  dosePhotons: 1e4,
  seed: 1,
  backend: referenceBackend,
  noise: false,
};

test.each(propagators)("frames of a %s near field are the images that the definition gives", (propagator) => {
  const { diffraction, probe, metadata } = simulateDataset({
    ...options,
    nearField: { ...geometry, propagator },
  });
  expect(metadata["nearField"]).toEqual({ ...geometry, propagator });
  for (let j = 0; j < 3; j++) {
    const wave = new Float64Array(2 * size * size);
    for (let i = 0; i < size * size; i++) {
      const [u, v] = [i % size, Math.floor(i / size)];
      const at = 2 * ((options.positions.y[j]! - 8 + v) * 40 + options.positions.x[j]! - 8 + u);
      const [pr, pi, or, oi] = [
        probe.data[2 * i]!,
        probe.data[2 * i + 1]!,
        object.data[at]!,
        object.data[at + 1]!,
      ];
      wave[2 * i] = pr * or - pi * oi;
      wave[2 * i + 1] = pr * oi + pi * or;
    }
    const spectrum = naiveDft2(wave, size, -1);
    for (let i = 0; i < size * size; i++) {
      const frequency = (k: number): number => (k < 8 ? k : k - 16) / (size * geometry.pixelSizeM);
      const k2 = frequency(i % size) ** 2 + frequency(Math.floor(i / size)) ** 2;
      const { wavelengthM: w, distanceM: z } = geometry;
      const phase =
        propagator === "fresnel"
          ? -Math.PI * w * z * k2
          : (2 * Math.PI * z * (Math.sqrt(1 - w * w * k2) - 1)) / w;
      const [re, im] = [spectrum[2 * i]!, spectrum[2 * i + 1]!];
      spectrum[2 * i] = re * Math.cos(phase) - im * Math.sin(phase);
      spectrum[2 * i + 1] = re * Math.sin(phase) + im * Math.cos(phase);
    }
    const image = naiveDft2(spectrum, size, 1);
    const expected = Float64Array.from({ length: size * size }, (_, i) =>
      Math.hypot(image[2 * i]!, image[2 * i + 1]!),
    );
    // Fields in float32.
    expect(relativeError(diffraction.subarray(j * 256, (j + 1) * 256), expected)).toBeLessThan(1e-6);
  }
});

test("the dose is that of the far field: no light is lost on the way", () => {
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value * value, 0) / 3;
  const near = simulateDataset({ ...options, nearField: geometry });
  // √counts in float32, some hundred pixels.
  expect(sum(near.diffraction) / 1e4).toBeCloseTo(1, 5);
});

test("a distance that the grid cannot hold is refused", () => {
  const nearField = { ...geometry, distanceM: 1 };
  expect(() => simulateDataset({ ...options, nearField })).toThrow(
    expect.toSatisfy((error) => isDoselapError(error, "Range")),
  );
});

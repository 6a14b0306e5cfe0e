// Simulated frames follow the forward model and Poisson statistics, frame by frame and byte for byte.

import { describe, expect, test } from "vitest";
import { chiSquareDeviate } from "../../test/support/chi-square.ts";
import { naiveDft2, relativeError } from "../../test/support/fields.ts";
import type { ComplexImage } from "../array/ndarray.ts";
import { takePositions, type Positions } from "../array/scan.ts";
import { referenceBackend } from "../compute/reference.ts";
import type { Dataset } from "../data/dataset.ts";
import { isDoselapError } from "../errors.ts";
import { discOverlap } from "./overlap.ts";
import { buildPhantom } from "./phantom/build.ts";
import { buildProbe, probePower } from "./probe.ts";
import { scanRegion } from "./scan-region.ts";
import { makeScan } from "./scan.ts";
import { simulateDataset, type SimulationOptions } from "./simulate.ts";

const size = 16;
const object = buildPhantom({
  phantom: "cells",
  heightPx: 60,
  widthPx: 72,
  amplitudeMin: 0.5,
  phaseRangeRad: 1.5,
  seed: 3,
});
const probe = buildProbe({ kind: "gaussian", fwhmPx: 6, curvatureRad: 1 }, size);
const positions = makeScan({ kind: "jittered-raster", region: scanRegion(60, 72, size), stepPx: 4, seed: 9 });

function simulate(options: Partial<SimulationOptions> = {}): Dataset {
  return simulateDataset({
    object,
    probe,
    positions,
    dosePhotons: 2000,
    seed: 42,
    backend: referenceBackend,
    ...options,
  });
}

const totals = ({ frames, diffraction }: Dataset): Float64Array => {
  const pixels = diffraction.length / frames;
  return Float64Array.from({ length: frames }, (_, j) =>
    diffraction.subarray(j * pixels, (j + 1) * pixels).reduce((sum, value) => sum + value * value, 0),
  );
};
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("simulateDataset", () => {
  test.each(["bilinear", "fourier"] as const)(
    "sets the mean expected counts to the dose (%s)",
    (subPixel) => {
      for (const dosePhotons of [0.5, 1e3, 1e9]) {
        const dataset = simulate({ dosePhotons, subPixel, noise: false });
        expect(mean(totals(dataset)) / dosePhotons).toBeCloseTo(1, 5);
        expect(dataset.metadata["measuredMeanCounts"]).toBeCloseTo(dosePhotons, dosePhotons > 1e6 ? -3 : 2);
        expect(dataset.metadata["nphotons"]).toBe(dosePhotons);
      }
    },
  );

  test("keeps the light: a frame's expected counts are Σ|P·O_r|² of the stored probe (Parseval)", () => {
    const dataset = simulate({ noise: false });
    const [x, y] = [24, 20];
    const one = simulate({ positions: { x: Float64Array.of(x), y: Float64Array.of(y) }, noise: false });
    let expected = 0;
    for (let v = 0; v < size; v++) {
      for (let u = 0; u < size; u++) {
        const p = 2 * (v * size + u);
        const o = 2 * ((y - 8 + v) * 72 + x - 8 + u);
        const light = one.probe.data[p]! ** 2 + one.probe.data[p + 1]! ** 2;
        expected += light * (object.data[o]! ** 2 + object.data[o + 1]! ** 2);
      }
    }
    expect(totals(one)[0]! / expected).toBeCloseTo(1, 5);
    expect(probePower(dataset.probe)).toBeGreaterThan(2000);
  });

  test("agrees with the naive DFT of a hand-made exit wave, DC in the centre", () => {
    const [x, y] = [31, 27];
    const dataset = simulate({ positions: { x: Float64Array.of(x), y: Float64Array.of(y) }, noise: false });
    const wave = new Float64Array(2 * size * size);
    for (let v = 0; v < size; v++) {
      for (let u = 0; u < size; u++) {
        const p = 2 * (v * size + u);
        const o = 2 * ((y - 8 + v) * 72 + x - 8 + u);
        wave[p] = dataset.probe.data[p]! * object.data[o]! - dataset.probe.data[p + 1]! * object.data[o + 1]!;
        wave[p + 1] =
          dataset.probe.data[p]! * object.data[o + 1]! + dataset.probe.data[p + 1]! * object.data[o]!;
      }
    }
    const far = naiveDft2(wave, size, -1);
    const expected = new Float64Array(size * size);
    for (let ky = 0; ky < size; ky++) {
      for (let kx = 0; kx < size; kx++) {
        const i = 2 * (ky * size + kx);
        expected[((ky + 8) % size) * size + ((kx + 8) % size)] = Math.hypot(far[i]!, far[i + 1]!);
      }
    }
    expect(relativeError(dataset.diffraction, expected)).toBeLessThan(1e-6);
  });

  test("a bright object pixel shows where the probe stands over it and nowhere else", () => {
    const delta: ComplexImage = { height: 60, width: 72, data: new Float32Array(2 * 60 * 72) };
    delta.data[2 * (25 * 72 + 40)] = 1;
    const needle = { modes: 1, size, data: new Float32Array(2 * size * size) };
    needle.data[2 * (8 * size + 8)] = 1;
    const at: Positions = { x: Float64Array.of(40, 41, 40, 39), y: Float64Array.of(25, 25, 24, 26) };
    const dataset = simulate({
      object: delta,
      probe: needle,
      positions: at,
      noise: false,
      probeDiameter: "fwhm",
    });
    expect(totals(dataset)[0]).toBeCloseTo(4 * 2000, 0);
    expect(Array.from(totals(dataset).slice(1))).toEqual([0, 0, 0]);
  });

  test("draws counts from the Poisson law of the expected ones", () => {
    const flat: ComplexImage = {
      height: 60,
      width: 72,
      data: Float32Array.from({ length: 2 * 60 * 72 }, (_, i) => 1 - (i % 2)),
    };
    // All positions see the same flat object, so each pixel has one expected count over the scan.
    const many = makeScan({
      kind: "random",
      region: scanRegion(60, 72, size),
      stepPx: 0.5,
      seed: 1,
      frames: 2000,
    });
    const dataset = simulate({
      object: flat,
      positions: many,
      dosePhotons: 600,
      backgroundPhotonsPerPx: 0.2,
    });
    const expected = simulate({
      object: flat,
      positions: takePositions(many, [0]),
      dosePhotons: 600,
      backgroundPhotonsPerPx: 0.2,
      noise: false,
    });
    for (const pixel of [8 * 16 + 8, 8 * 16 + 10, 6 * 16 + 7, 0]) {
      const lambda = expected.diffraction[pixel]! ** 2;
      const counts = Float64Array.from({ length: 2000 }, (_, j) =>
        Math.round(dataset.diffraction[j * 256 + pixel]! ** 2),
      );
      const law = (k: number): number => {
        let p = Math.exp(-lambda);
        for (let i = 1; i <= k; i++) p *= lambda / i;
        return p;
      };
      expect(Math.abs(chiSquareDeviate(counts, law, { from: 0, to: 600 }))).toBeLessThan(4);
    }
  });

  test("stores square roots of whole counts", () => {
    const miss = simulate().diffraction.map(
      (value) => Math.abs(value * value - Math.round(value * value)) / (1 + value * value),
    );
    // float32 rounding of the root, 6e-8 at most, counts twice in the square.
    expect(Math.max(...miss)).toBeLessThan(2e-7);
  });

  test("gives the same bytes twice, other noise for another seed or dose index, and truth as it came", () => {
    const first = simulate();
    expect(simulate()).toEqual(first);
    expect(simulate({ seed: 43 }).diffraction).not.toEqual(first.diffraction);
    expect(simulate({ doseIndex: 1 }).diffraction).not.toEqual(first.diffraction);
    expect(first.object).toBe(object);
    expect(first.positions).toBe(positions);
  });

  test("gives a frame the same noise in any company", () => {
    const frameNumbers = [5, 2, 11];
    const whole = simulate({ probe, noise: true });
    // The calibration is a mean over the scan: the subset's dose is set so that its probe is the whole scan's.
    const some = takePositions(positions, frameNumbers);
    const dosePhotons = mean(totals(simulate({ noise: false })).filter((_, j) => frameNumbers.includes(j)));
    const subset = simulate({ positions: some, frameNumbers, dosePhotons });
    frameNumbers.forEach((row, k) => {
      const expected = whole.diffraction.subarray(row * 256, (row + 1) * 256);
      expect(subset.diffraction.subarray(k * 256, (k + 1) * 256)).toEqual(expected);
    });
    expect(subset.metadata["frameNumbers"]).toEqual(frameNumbers);
  });

  test("adds the background to every pixel's mean and says so", () => {
    const dark = simulate({ dosePhotons: 100, backgroundPhotonsPerPx: 3, noise: false });
    expect(Math.min(...dark.diffraction) ** 2).toBeGreaterThanOrEqual(3 - 1e-5);
    expect(dark.metadata["expectedMeanCounts"]).toBe(100 + 3 * 256);
    expect(mean(totals(dark))).toBeCloseTo(868, 2);
  });

  test("writes what a reader needs into the metadata", () => {
    const { metadata } = simulate({ provenance: { phantom: "cells" }, extraMetadata: { designHash: "abc" } });
    expect(metadata).toMatchObject({
      nphotons: 2000,
      expectedMeanCounts: 2000,
      subPixel: "bilinear",
      backgroundPhotonsPerPx: 0,
      seed: 42,
      N: size,
      designHash: "abc",
      units: { diffraction: "sqrt(counts)", positions: "object pixels" },
      provenance: [{ operation: "simulate", parameters: { dosePhotons: 2000, seed: 42, phantom: "cells" } }],
    });
    // Gaussian of 6 px: 2√2·fwhm/√(4 ln 2) = 10.19, a little less in a window of 16.
    expect(metadata["probeDiameterPx"]).toBeCloseTo(10.1, 0);
    expect(metadata["probeDiameterDefinition"]).toMatch(/second-moment/);
    expect(metadata["measuredOverlap"]).toBeCloseTo(discOverlap(4, Number(metadata["probeDiameterPx"])), 2);
  });

  test("hands on earlier provenance in front of its own", () => {
    const earlier = { operation: "read", parameters: { file: "probe.npy" } };
    const { metadata } = simulate({ extraMetadata: { provenance: [earlier] } });
    expect(metadata.provenance?.map(({ operation }) => operation)).toEqual(["read", "simulate"]);
  });

  test.each<[Partial<SimulationOptions>, RegExp, "Range"]>([
    [{ dosePhotons: 0 }, /dosePhotons.*above 0/, "Range"],
    [{ dosePhotons: Number.NaN }, /dosePhotons/, "Range"],
    [{ backgroundPhotonsPerPx: -1 }, /backgroundPhotonsPerPx/, "Range"],
    [{ positions: { x: Float64Array.of(3), y: Float64Array.of(30) } }, /outside the object/, "Range"],
    [{ positions: { x: new Float64Array(), y: new Float64Array() } }, /needs scan positions/, "Range"],
    [{ frameNumbers: [1, 2] }, /frameNumbers/, "Range"],
    [{ object: { ...object, data: new Float32Array(object.data.length) } }, /no light/, "Range"],
  ])("refuses %j", (wrong, message, tag) => {
    let thrown: unknown;
    try {
      simulate(wrong);
    } catch (error) {
      thrown = error;
    }
    expect(isDoselapError(thrown, tag)).toBe(true);
    expect(String(thrown)).toMatch(message);
  });

  test("stops when asked to", () => {
    expect(() => simulate({ signal: AbortSignal.abort() })).toThrow(/stopped/);
  });

  test("fails with DATA-001 when the light does not arrive", () => {
    // A backend that loses half of the light: what a wrong transform would do.
    const lossy = {
      name: "lossy",
      fft2: (n: number) => {
        const fft = referenceBackend.fft2(n);
        return {
          ...fft,
          forward(field: Float32Array) {
            fft.forward(field);
            for (let i = 0; i < field.length; i++) field[i] = field[i]! * Math.SQRT1_2;
          },
        };
      },
    };
    expect(() => simulate({ backend: lossy })).toThrow(/measuredMeanCounts.*DATA-001/);
  });
});

describe("what frames do not tell", () => {
  /** cos φ + sin φ e^{i(π/2 + turn)} on white pixels of a checkerboard, minus that on black ones. */
  const checkerboard = (turn: number, squarePx = 1): ComplexImage => {
    const [height, width] = [60, 72];
    const data = new Float32Array(2 * height * width);
    for (let i = 0; i < height * width; i++) {
      const [row, column] = [Math.floor(i / width / squarePx), Math.floor((i % width) / squarePx)];
      const contrast = (row + column) % 2 === 0 ? Math.sin(0.75) : -Math.sin(0.75);
      data[2 * i] = Math.cos(0.75) + contrast * Math.cos(Math.PI / 2 + turn);
      data[2 * i + 1] = contrast * Math.sin(Math.PI / 2 + turn);
    }
    return { height, width, data };
  };
  const frames = (turn: number, squarePx?: number): Float64Array =>
    Float64Array.from(
      simulate({ object: checkerboard(turn, squarePx), noise: false }).diffraction,
      (root) => root * root,
    );

  test.each([Math.PI / 2, Math.PI])(
    "a checkerboard of single pixels turned by %f has the same frames (ENGINE-062)",
    (turn) => {
      // The tails of the Gaussian probe's spectrum meet half-way with 1e-5 of its peak.
      expect(relativeError(frames(turn), frames(0))).toBeLessThan(1e-4);
      expect(relativeError(frames(turn, 4), frames(0, 4))).toBeGreaterThan(0.05);
    },
  );
});

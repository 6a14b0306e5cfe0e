// A strong slow phase is read off where the light of the frames lies, and every engine then ends near it; where the frames are
// explained no better with one, the start stays flat.

import { expect, describe, test } from "vitest";
import { simd } from "../../test/support/engine-rows.ts";
import { phantomScan, withPhase, type PhantomScan, type SlowPhase } from "../../test/support/phantom-scan.ts";
import { flatImage } from "../array/ndarray.ts";
import type { Probe } from "../array/scan.ts";
import { fft2Float64, signedIndex } from "../math/fft64.ts";
import { nearFieldTransfer } from "../optics/near-field.ts";
import { buildPhantom } from "../optics/phantom/build.ts";
import { buildProbe } from "../optics/probe.ts";
import { scanRegion } from "../optics/scan-region.ts";
import { makeScan } from "../optics/scan.ts";
import { simulateDataset } from "../optics/simulate.ts";
import { problemOf } from "../study/problem.ts";
import { surveyFrames } from "./counts.ts";
import { prepareEngine } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { engineNames } from "./registry.ts";
import { runEngine } from "./run.ts";
import { slowObjectOf } from "./slow-phase.ts";
import { startPhase } from "./start-phase.ts";

const side = 160;
/** A lens of 10 rad from the middle to the corners. */
const lens: SlowPhase = (x, y) => 20 * (((x - side / 2) / side) ** 2 + ((y - side / 2) / side) ** 2);
const scan = (given: Partial<Parameters<typeof phantomScan>[0]>): PhantomScan =>
  phantomScan({ dosePhotons: 1e3, heightPx: side, widthPx: side, phantom: "flat", ...given });
const loaded = ({ dataset }: PhantomScan) => ({ ...problemOf(dataset), diffraction: dataset.diffraction });
const allOf = ({ frames }: Problem): Int32Array => Int32Array.from({ length: frames }, (_, j) => j);
const phaseOf = (problem: Problem, frames = allOf(problem)) =>
  startPhase(problem, frames, surveyFrames(problem), 1);

/** A zone plate out of focus, and its defects: coma, rad at the rim, and a stop in its middle, as a share of its radius. */
function zonePlate({ comaRad = 0, stop = 0 }): Probe {
  const [size, rim] = [64, 0.12];
  const plain = buildProbe({ kind: "defocused-airy", apertureCyclesPerPx: rim, defocusRadiusPx: 12 }, size);
  const field = Float64Array.from(plain.data);
  fft2Float64(field, size, size);
  for (let i = 0; i < size * size; i++) {
    const [u, v] = [i % size, Math.floor(i / size)].map((k) => signedIndex(k, size) / size / rim);
    const radius = Math.hypot(u!, v!);
    const phase = comaRad * (3 * radius ** 2 - 2) * u!;
    const passed = radius < stop ? 0 : 1;
    const [re, im] = [field[2 * i]!, field[2 * i + 1]!];
    field[2 * i] = passed * (re * Math.cos(phase) - im * Math.sin(phase));
    field[2 * i + 1] = passed * (re * Math.sin(phase) + im * Math.cos(phase));
  }
  fft2Float64(field, size, size, { inverse: true });
  return { ...plain, data: Float32Array.from(field) };
}

/** A scan of an object behind a probe, 6 px between frames. */
function scanBehind(probe: Probe, data: Float32Array, dosePhotons: number) {
  const positions = makeScan({ kind: "raster", region: scanRegion(side, side, 64), stepPx: 6, seed: 1 });
  const object = { height: side, width: side, data };
  const dataset = simulateDataset({ object, probe, positions, dosePhotons, seed: 1, backend: simd });
  return { ...problemOf(dataset), diffraction: dataset.diffraction };
}

/** Root mean square of a phase less another, each to a constant, where the scan lit the object well. */
function difference(found: SlowPhase, wanted: SlowPhase): number {
  const values: number[] = [];
  for (let y = 24; y < side - 24; y += 4)
    for (let x = 24; x < side - 24; x += 4) values.push(found(x, y) - wanted(x, y));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe("the slow phase of a lens", () => {
  // Noise of one frame is .02 rad per pixel at 1e3 photons, and 8 px lie between frames.
  test.each([
    [1e3, "defocused-airy", 0.5],
    [1e3, "gaussian", 0.3],
    [1e6, "defocused-airy", 0.2],
    [1e6, "gaussian", 0.2],
  ] as const)("is found: %d photons, %s", (dosePhotons, probe, errorRad) => {
    const problem = loaded(scan({ slowPhase: lens, dosePhotons, probe }));
    const phaseAt = phaseOf(problem)!;
    expect(difference(() => 0, lens)).toBeGreaterThan(1);
    expect(difference(phaseAt, lens)).toBeLessThan(errorRad);
  });

  test("is found over a background that is known and beside pixels that are masked", () => {
    const { diffraction, ...problem } = loaded(scan({ slowPhase: lens, dosePhotons: 1e5 }));
    const pixels = problem.size ** 2;
    // More on one side, where pixels are masked too.
    const background = Float32Array.from({ length: pixels }, (_, i) => (i % problem.size) / 8);
    const mask = Uint8Array.from({ length: pixels }, (_, i) =>
      i % problem.size > 57 || i % 11 === 0 ? 1 : 0,
    );
    const brighter = diffraction.map((amplitude, i) => Math.sqrt(amplitude ** 2 + background[i % pixels]!));
    const phaseAt = phaseOf({ ...problem, diffraction: brighter, background, mask })!;
    expect(difference(phaseAt, lens)).toBeLessThan(0.3);
  });

  test.each([1e3, 1e7])("is found beside strong absorption under an aberrated probe: %d photons", (dose) => {
    const size = { heightPx: side, widthPx: side };
    const dark = buildPhantom({ phantom: "cells", ...size, amplitudeMin: 0.3, phaseRangeRad: 0, seed: 5 });
    const phaseAt = phaseOf(scanBehind(zonePlate({ comaRad: 2 }), withPhase(dark, lens).data, dose))!;
    expect(difference(phaseAt, lens)).toBeLessThan(0.7);
  });

  test("is that of the frames that are fitted: others are not asked", () => {
    const problem = loaded(scan({ slowPhase: lens }));
    const frames = allOf(problem).filter((j) => j % 3 !== 0);
    const scrambled = problem.diffraction.slice();
    const pixels = problem.size ** 2;
    for (let j = 0; j < problem.frames; j += 3) scrambled.subarray(j * pixels, (j + 1) * pixels).reverse();
    const [own, other] = [problem, { ...problem, diffraction: scrambled }].map((given) =>
      slowObjectOf(given, frames, { ...surveyFrames(given), meanCounts: surveyFrames(problem).meanCounts }),
    );
    expect(own!.phase).toEqual(other!.phase);
  });
});

describe("the start stays flat", () => {
  test.each(["cells", "circuit", "smooth-phase", "siemens-star", "flat"] as const)(
    "where it explains the frames as well: %s",
    (phantom) => {
      for (const dosePhotons of [100, 1e3, 1e6])
        expect(phaseOf(loaded(scan({ phantom, dosePhotons, contrast: "strong" })))).toBeUndefined();
    },
  );

  test("in a near field, and on a single frame", () => {
    const problem = loaded(scan({ slowPhase: lens }));
    const geometry = {
      propagator: "fresnel",
      wavelengthM: 1e-10,
      distanceM: 1e-3,
      pixelSizeM: 1e-7,
    } as const;
    const transfer = nearFieldTransfer(problem.size, geometry);
    expect(phaseOf({ ...problem, transfer })).toBeUndefined();
    expect(phaseOf(problem, Int32Array.of(0))).toBeUndefined();
  });

  test("where a curved probe behind a sample that absorbs on one side moves the light", () => {
    const data = new Float32Array(2 * side * side);
    for (let i = 0; i < side * side; i++) data[2 * i] = 0.65 + 0.35 * Math.sin((i % side) / 12);
    const problem = scanBehind(buildProbe({ kind: "gaussian", fwhmPx: 16, curvatureRad: 3 }, 64), data, 1e6);
    // Taken for slopes, the moved light would be a phase of .77 rad.
    expect(slowObjectOf(problem, allOf(problem), surveyFrames(problem)).rms).toBeLessThan(0.3);
    expect(phaseOf(problem)).toBeUndefined();
  });

  // Here detail that is finer than the probe moves the light, and more photons make that only surer.
  test.each([
    ["coma", { comaRad: 2 }],
    ["a stop", { stop: 0.3 }],
  ])("where a sample only absorbs, whatever the dose: a zone plate with %s", (_, defects) => {
    for (const phantom of ["cells", "circuit", "siemens-star"] as const) {
      const size = { heightPx: side, widthPx: side };
      const { data } = buildPhantom({ phantom, ...size, amplitudeMin: 0.1, phaseRangeRad: 0, seed: 5 });
      for (const dosePhotons of [1e4, 1e7])
        expect(phaseOf(scanBehind(zonePlate(defects), data, dosePhotons))).toBeUndefined();
    }
  });
});

describe("a lens behind 1e3 photons per frame", () => {
  const given = scan({ slowPhase: lens });
  const problem = loaded(given);
  const flat = given.distance(withPhase(flatImage(side, side), (x, y) => -lens(x, y)));

  test.each(engineNames)("%s ends near it", async (name) => {
    const prepared = prepareEngine(name, { fixProbe: true });
    const { object } = await runEngine(prepared, problem, { backend: simd, seed: 3 });
    const distance = given.distance(withPhase(object, (x, y) => -lens(x, y)));
    // From a flat start they end at .5 to .9 of the flat object's distance.
    expect(distance).toBeLessThan(0.4 * flat);
  });
});

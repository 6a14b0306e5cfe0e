// The forward model against numpy and scipy, which share no code with it: the file that simulate writes is opened
// there, every expected count is computed again from its object, probe and positions, and the stored ones are held
// against it. A missing python3 with numpy and scipy is a failure.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { referenceBackend } from "../../src/compute/reference.ts";
import { writeDataset } from "../../src/data/write.ts";
import { buildPhantom } from "../../src/optics/phantom/build.ts";
import { buildProbe } from "../../src/optics/probe.ts";
import { scanRegion } from "../../src/optics/scan-region.ts";
import { makeScan } from "../../src/optics/scan.ts";
import { simulateDataset } from "../../src/optics/simulate.ts";

const python = "/usr/bin/python3";
const script = `
import json, sys
import numpy as np
from scipy.ndimage import map_coordinates
d = np.load(sys.argv[1])
O, P, N = d["objectGuess"], d["probeGuess"], d["probeGuess"].shape[0]
v, u = np.mgrid[0:N, 0:N]
worst = chi2 = pixels = total = 0
for x, y, amplitude in zip(d["xcoords"], d["ycoords"], d["diffraction"].astype(float)):
    at = [v + y - N // 2, u + x - N // 2]
    patch = map_coordinates(O.real, at, order=1) + 1j * map_coordinates(O.imag, at, order=1)
    expected = np.abs(np.fft.fftshift(np.fft.fft2(P * patch, norm="ortho"))) ** 2
    worst = max(worst, np.abs(np.sqrt(expected) - amplitude).max() / amplitude.max())
    bright = expected > 0.5
    chi2 += ((amplitude ** 2 - expected) ** 2 / expected)[bright].sum()
    pixels += int(bright.sum())
    total += expected.sum()
print(json.dumps({"worst": worst, "chi2": chi2 / pixels, "pixels": pixels, "mean": total / len(d["xcoords"])}))
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-numpy-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Answer {
  readonly worst: number;
  readonly chi2: number;
  readonly pixels: number;
  readonly mean: number;
}

async function inNumpy(noise: boolean): Promise<Answer> {
  const file = join(folder, `noise-${noise}.npz`);
  const dataset = simulateDataset({
    object: buildPhantom({
      phantom: "cells",
      heightPx: 96,
      widthPx: 120,
      amplitudeMin: 0.6,
      phaseRangeRad: 1.5,
      seed: 1,
    }),
    probe: buildProbe({ kind: "defocused-airy", apertureCyclesPerPx: 0.22, defocusRadiusPx: 7 }, 32),
    positions: makeScan({ kind: "fermat", region: scanRegion(96, 120, 32), stepPx: 6, seed: 1 }),
    dosePhotons: 2e4,
    seed: 42,
    backend: referenceBackend,
    noise,
  });
  await writeDataset(file, dataset);
  return JSON.parse(execFileSync(python, ["-c", script, file], { encoding: "utf8" })) as Answer;
}

describe("simulated frames in numpy", () => {
  test("are |FFT2(P·O_r)|² with DC in the centre and bilinear patches", async () => {
    const { worst, mean } = await inNumpy(false);
    // float32 fields.
    expect(worst).toBeLessThan(1e-6);
    expect(mean / 2e4).toBeCloseTo(1, 5);
  });

  test("scatter about them as Poisson counts do", async () => {
    const { chi2, pixels } = await inNumpy(true);
    // Var[(n−λ)²/λ] = 2 + 1/λ, at most 4 for λ > 0.5: four standard errors.
    expect(Math.abs(chi2 - 1)).toBeLessThan(4 * Math.sqrt(4 / pixels));
  });
});

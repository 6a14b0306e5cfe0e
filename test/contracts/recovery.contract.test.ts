// Every engine recovers a known object from bright frames through the real simulation and the real metrics: amplitude SSIM
// above 0.95 at 1e9 photons per frame and 70 % overlap, N = 64, from a flat start, with the default options of the engine.

import { expect, test } from "vitest";
import { prepareEngine } from "../../src/engines/prepare.ts";
import { engineNames } from "../../src/engines/registry.ts";
import { runEngine } from "../../src/engines/run.ts";
import { problemOf } from "../../src/study/problem.ts";
import { simd } from "../support/engine-rows.ts";
import { phantomScan } from "../support/phantom-scan.ts";

const { dataset, ssim } = phantomScan({ dosePhotons: 1e9 });

test("the scene is the one that is asked for", () => {
  expect(dataset.frames).toBeGreaterThanOrEqual(300);
  expect(Number(dataset.metadata["measuredOverlap"])).toBeCloseTo(0.7, 1);
});

async function scores(
  spec: string,
  options: { [key: string]: unknown },
): Promise<{ amplitude: number; phase: number }> {
  const { object } = await runEngine(prepareEngine(spec, options), problemOf(dataset), {
    backend: simd,
    seed: 3,
  });
  return ssim(object);
}

test.each(engineNames)("%s recovers them while it refines the probe", async (name) => {
  const { amplitude, phase } = await scores(name, {});
  expect(amplitude).toBeGreaterThan(0.95);
  // Slow waves of the phase come last: engines with one cautious step per visit have not quite found them by then.
  expect(phase).toBeGreaterThan(0.75);
});

test("a chain recovers them in fewer epochs", async () => {
  const { amplitude, phase } = await scores("dm:20+ml:30", {});
  expect(amplitude).toBeGreaterThan(0.95);
  expect(phase).toBeGreaterThan(0.9);
});

// Every engine recovers a known object from bright frames through the real simulation and the real metrics: amplitude SSIM
// above 0.95 at 1e9 photons per frame and 70 % overlap, N = 64, from a flat start, with the default options of the engine.
// The plain kernels take some minutes each: `.ci/nightly` runs their rows.

import { expect, test } from "vitest";
import { prepareEngine } from "../../src/engines/prepare.ts";
import { engineNames } from "../../src/engines/registry.ts";
import { runEngine } from "../../src/engines/run.ts";
import { problemOf } from "../../src/study/problem.ts";
import { backends, longRunMs, onAskedBackends } from "../support/engine-rows.ts";
import { phantomScan } from "../support/phantom-scan.ts";

const { dataset, ssim } = phantomScan({ dosePhotons: 1e9 });

test("the scene is the one that is asked for", () => {
  expect(dataset.frames).toBeGreaterThanOrEqual(300);
  expect(Number(dataset.metadata["measuredOverlap"])).toBeCloseTo(0.7, 1);
});

async function scores(spec: string, row: string): Promise<{ amplitude: number; phase: number }> {
  const { object } = await runEngine(prepareEngine(spec, {}), problemOf(dataset), {
    backend: backends[row]!,
    seed: 3,
  });
  return ssim(object);
}

// Slow waves of the phase come last: engines with one cautious step per visit have not quite found them by then, a chain has
// in fewer epochs.
const chain = "dm:20+ml:30";

test.each(onAskedBackends([...engineNames, chain]))(
  "%s recovers them while it refines the probe, on %s",
  async (spec, row) => {
    const { amplitude, phase } = await scores(spec, row);
    expect(amplitude).toBeGreaterThan(0.95);
    expect(phase).toBeGreaterThan(spec === chain ? 0.9 : 0.75);
  },
  longRunMs,
);

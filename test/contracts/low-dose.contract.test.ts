// With its default options no engine ends worse than a flat object, from 1e3 photons per frame up: probe known and probe
// refined, dense scan. The object's distance to the truth is measured free of its complex scale.

import { describe, expect, test } from "vitest";
import { flatImage } from "../../src/array/ndarray.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import { engineNames } from "../../src/engines/registry.ts";
import { runEngine } from "../../src/engines/run.ts";
import { problemOf } from "../../src/study/problem.ts";
import { simd } from "../support/engine-rows.ts";
import { phantomScan } from "../support/phantom-scan.ts";

describe.each([1e3, 1e4, 1e5])("at %d photons per frame", (dosePhotons) => {
  const { dataset, distance, ssim } = phantomScan({ dosePhotons, heightPx: 160, widthPx: 160 });
  const flat = flatImage(dataset.object.height, dataset.object.width);

  test.each(engineNames.flatMap((name) => [true, false].map((fixProbe) => ({ name, fixProbe }))))(
    "$name ends nearer to the truth than a flat object (probe known: $fixProbe)",
    async ({ name, fixProbe }) => {
      const prepared = prepareEngine(name, { fixProbe });
      const { object } = await runEngine(prepared, problemOf(dataset), { backend: simd, seed: 3 });
      expect(distance(object)).toBeLessThan(distance(flat));
      expect(ssim(object).phase).toBeGreaterThan(ssim(flat).phase);
    },
  );
});

test("at 1e3 photons the amplitude likelihood without a prior does end worse: the guard has something to guard", async () => {
  const { dataset, distance } = phantomScan({ dosePhotons: 1e3, heightPx: 160, widthPx: 160 });
  const flat = flatImage(dataset.object.height, dataset.object.width);
  const unguarded = { prior: "none", alpha: 0.05, finalStepFraction: 1, likelihood: "amplitude" };
  const { object } = await runEngine(prepareEngine("rpie", unguarded), problemOf(dataset), {
    backend: simd,
    seed: 3,
  });
  expect(distance(object)).toBeGreaterThan(distance(flat));
});

// With its default options no engine ends worse than a flat object, from 1e3 photons per frame up: phantoms that scatter
// strongly and weakly, dense and sparse scans, probe known and refined. The object's distance to the truth is measured free
// of its complex scale. Every engine at 1e3 on all kernels, the plain ones by `.ci/nightly`; the other scenes on one.

import { describe, expect, test } from "vitest";
import { flatImage } from "../../src/array/ndarray.ts";
import { powerOf } from "../../src/engines/constraints/probe.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import { engineNames } from "../../src/engines/registry.ts";
import { runEngine } from "../../src/engines/run.ts";
import { buildProbe } from "../../src/optics/probe.ts";
import { problemOf } from "../../src/study/problem.ts";
import { backends, longRunMs, onAskedBackends, simd } from "../support/engine-rows.ts";
import { phantomScan } from "../support/phantom-scan.ts";

/** Where frames tell nothing, what is left differs from flat by a trace of noise: a hundredth of the distance. */
const trace = 1.01;
/** Distances are roots: a rounding error of 1e-14 in a sum over pixels is 1e-7 of a distance. */
const rounding = 1e-6;

async function reconstruct(
  name: string,
  options: object,
  dataset: ReturnType<typeof phantomScan>["dataset"],
  backend = simd,
) {
  const prepared = prepareEngine(name, { ...options });
  return (await runEngine(prepared, problemOf(dataset), { backend, seed: 3 })).object;
}

const known = (...names: string[]) => names.map((name) => ({ name, fixProbe: true }));
const refined = (...names: string[]) => names.map((name) => ({ name, fixProbe: false }));

describe.each([
  { dosePhotons: 1e3, runs: known("dm", "mpie", "lsqml") },
  { dosePhotons: 1e4, runs: [...known("dm", "rpie"), ...refined("lsqml", "mpie")] },
  { dosePhotons: 1e5, runs: [...known("raar", "ml"), ...refined("epie", "rpie", "dm")] },
])("at $dosePhotons photons per frame", ({ dosePhotons, runs }) => {
  const { dataset, distance, ssim } = phantomScan({ dosePhotons, heightPx: 144, widthPx: 144 });
  const flat = flatImage(dataset.object.height, dataset.object.width);

  test.each(runs)(
    "$name ends nearer to the truth than a flat object (probe known: $fixProbe)",
    async ({ name, fixProbe }) => {
      const object = await reconstruct(name, { fixProbe }, dataset);
      expect(distance(object)).toBeLessThan(distance(flat));
      expect(ssim(object).phase).toBeGreaterThan(ssim(flat).phase);
    },
  );
});

// Far from its centre the detector is dark for a flat start, and holds what sharp edges scatter (ENGINE-059).
describe("a star under a Gaussian probe in focus, 1e8 photons per frame", () => {
  const [heightPx, widthPx] = [160, 160];
  const scene = { phantom: "siemens-star", contrast: "thick", probe: "gaussian", heightPx, widthPx } as const;
  const { dataset, distance } = phantomScan({ ...scene, dosePhotons: 1e8 });
  const flat = flatImage(heightPx, widthPx);

  // The probe is known: a refined one shares a phase ramp with the object, which the distance does not take away.
  test.each(engineNames)("%s ends nearer to the truth than a flat object", async (name) => {
    const object = await reconstruct(name, { fixProbe: true }, dataset);
    expect(distance(object)).toBeLessThan(0.9 * distance(flat));
  });
});

describe("at 1000 photons per frame, probe refined", () => {
  // That two threads make the same bytes is what engine-backends.contract.test.ts says.
  const rows = onAskedBackends(engineNames).filter(([, row]) => !row.endsWith("threads"));
  const { dataset, distance, ssim } = phantomScan({ dosePhotons: 1e3, heightPx: 144, widthPx: 144 });
  const flat = flatImage(dataset.object.height, dataset.object.width);

  test.each(rows)(
    "%s ends nearer to the truth than a flat object, on %s",
    async (name, row) => {
      const object = await reconstruct(name, { fixProbe: false }, dataset, backends[row]);
      expect(distance(object)).toBeLessThan(distance(flat));
      expect(ssim(object).phase).toBeGreaterThan(ssim(flat).phase);
    },
    longRunMs,
  );
});

describe.each([
  { phantom: "cells", contrast: "weak", overlap: 0.7, dosePhotons: 1e3, runs: known(...engineNames) },
  { phantom: "cells", contrast: "weak", overlap: 0.7, dosePhotons: 1e3, runs: refined(...engineNames) },
  {
    phantom: "smooth-phase",
    contrast: "weak",
    overlap: 0.7,
    dosePhotons: 1e3,
    runs: known("dm", "mpie", "lsqml"),
  },
  { phantom: "cells", contrast: "weak", overlap: 0.7, dosePhotons: 1e4, runs: known("dm", "rpie", "ml") },
  {
    phantom: "cells",
    contrast: "weak",
    overlap: 0.2,
    dosePhotons: 1e3,
    runs: known("dm", "rpie", "lsqml", "ml"),
  },
  {
    phantom: "circuit",
    contrast: "weak",
    overlap: 0.2,
    dosePhotons: 1e3,
    runs: refined("raar", "mpie", "lsqml"),
  },
  {
    phantom: "cells",
    contrast: "strong",
    overlap: 0.2,
    dosePhotons: 1e3,
    runs: known("dm", "raar", "lsqml"),
  },
  {
    phantom: "smooth-phase",
    contrast: "strong",
    overlap: 0.2,
    dosePhotons: 1e3,
    runs: refined("dm", "lsqml"),
  },
  { phantom: "circuit", contrast: "strong", overlap: 0.2, dosePhotons: 1e3, runs: known("raar", "epie") },
  {
    phantom: "siemens-star",
    contrast: "strong",
    overlap: 0.7,
    dosePhotons: 1e3,
    runs: refined("mpie", "rpie"),
  },
  { phantom: "cells", contrast: "dark", overlap: 0.6, dosePhotons: 1e3, runs: refined("rpie", "mpie") },
  { phantom: "cells", contrast: "dark", overlap: 0.6, dosePhotons: 1e5, runs: known("epie", "mpie", "ml") },
] as const)("$phantom, $contrast, overlap $overlap, $dosePhotons photons per frame", ({ runs, ...scene }) => {
  const side = scene.overlap < 0.5 ? 192 : 144;
  const { dataset, distance } = phantomScan({ ...scene, heightPx: side, widthPx: side });
  const flat = flatImage(side, side);

  test.each(runs)(
    "$name does not end farther from the truth than a flat object (probe known: $fixProbe)",
    async ({ name, fixProbe }) => {
      const object = await reconstruct(name, { fixProbe }, dataset);
      expect(distance(object)).toBeLessThan(trace * distance(flat));
    },
  );
});

describe.each([
  {
    phantom: "cells",
    contrast: "faint",
    dosePhotons: 1e3,
    seed: 3,
    runs: [...known("mpie", "lsqml", "rpie"), ...refined("mpie", "lsqml")],
  },
  // Its amplitude alone refutes flat: its phase is noise.
  { phantom: "smooth-phase", contrast: "slight", dosePhotons: 3e3, seed: 38, runs: known("mpie", "lsqml") },
] as const)(
  "$phantom, $contrast, 224 px, Fermat spiral, overlap 0.6, $dosePhotons photons per frame",
  ({ runs, ...scene }) => {
    // Large enough for slow waves of the phase, of which each frame says next to nothing: noise in them outweighs the object.
    const { dataset, distance } = phantomScan({
      ...scene,
      overlap: 0.6,
      kind: "fermat",
      heightPx: 224,
      widthPx: 224,
    });
    const flat = flatImage(224, 224);

    test.each(runs)(
      "$name does not end farther from the truth than a flat object (probe known: $fixProbe)",
      async ({ name, fixProbe }) => {
        const object = await reconstruct(name, { fixProbe }, dataset);
        expect(distance(object)).toBeLessThanOrEqual(distance(flat) + rounding);
      },
    );
  },
);

describe.each([
  {
    phantom: "flat",
    overlap: 0.2,
    dosePhotons: 1e3,
    runs: [...known("mpie", "ml"), ...refined("lsqml", "dm")],
  },
  {
    phantom: "flat",
    overlap: 0.4,
    dosePhotons: 3e3,
    runs: [...known("raar", "lsqml"), ...refined("epie", "ml")],
  },
  { phantom: "flat", overlap: 0.8, dosePhotons: 1e4, runs: [...known("rpie"), ...refined("mpie", "lsqml")] },
  {
    phantom: "cells",
    overlap: 0.2,
    dosePhotons: 1e4,
    runs: [...known("lsqml", "dm"), ...refined("rpie", "raar")],
  },
  {
    phantom: "circuit",
    overlap: 0.4,
    dosePhotons: 1e3,
    runs: [...known("epie", "ml"), ...refined("mpie", "dm")],
  },
  { phantom: "smooth-phase", overlap: 0.8, dosePhotons: 3e3, runs: [...known("mpie"), ...refined("lsqml")] },
] as const)(
  "$phantom that hardly scatters, frames of 32 px, overlap $overlap, $dosePhotons photons per frame",
  ({ runs, ...scene }) => {
    const side = scene.overlap > 0.5 ? 64 : 96;
    const { dataset, distance } = phantomScan({
      ...scene,
      size: 32,
      contrast: "faint",
      heightPx: side,
      widthPx: side,
    });
    const flat = flatImage(side, side);

    test.each(runs)(
      "$name does not end farther from the truth than a flat object (probe known: $fixProbe)",
      async ({ name, fixProbe }) => {
        const object = await reconstruct(name, { fixProbe }, dataset);
        expect(distance(object)).toBeLessThanOrEqual(distance(flat) + rounding);
      },
    );
  },
);

test("at 1e3 photons the amplitude likelihood without a prior does end worse: the guard has something to guard", async () => {
  const { dataset, distance } = phantomScan({ dosePhotons: 1e3, heightPx: 160, widthPx: 160 });
  const flat = flatImage(dataset.object.height, dataset.object.width);
  const unguarded = { prior: "none", alpha: 0.05, finalStepFraction: 1, likelihood: "amplitude" };
  const object = await reconstruct("rpie", unguarded, dataset);
  expect(distance(object)).toBeGreaterThan(distance(flat));
});

test.each([
  // Hundreds of photons a pixel know the defocus: what is taken away as noise costs a fiftieth at most.
  { dosePhotons: 1e5, most: 1.02 },
  // Few do not; then the object alone must gain.
  { dosePhotons: 1e3, most: 1 },
])(
  "a start probe whose defocus is off by a fifth loses nothing at $dosePhotons photons",
  async ({ dosePhotons, most }) => {
    const { dataset, distance } = phantomScan({ dosePhotons, heightPx: 144, widthPx: 144 });
    const probe = buildProbe({ kind: "defocused-airy", apertureCyclesPerPx: 0.22, defocusRadiusPx: 12 }, 64);
    const factor = Math.sqrt(powerOf(dataset.probe.data) / powerOf(probe.data));
    const start = {
      ...dataset,
      probe: { ...dataset.probe, data: probe.data.map((value) => factor * value) },
    };
    const [drawn, left] = await Promise.all(
      [true, false].map((shrink) => reconstruct("rpie", { shrink }, start)),
    );
    expect(distance(drawn!)).toBeLessThan(most * distance(left!));
  },
);

test("a bright scan keeps every detail: the object is not drawn towards flat", async () => {
  const { dataset, distance } = phantomScan({ dosePhotons: 1e7, heightPx: 144, widthPx: 144 });
  const [drawn, left] = await Promise.all(
    [true, false].map((shrink) => reconstruct("lsqml", { fixProbe: true, shrink }, dataset)),
  );
  // A thousandth: what the gains of rings full of signal leave away.
  expect(distance(drawn!)).toBeLessThan(1.001 * distance(left!));
});

// Networks on the measured Siemens star: what needs labels is left out and says so, what learns from photons gives an object, and
// so do the gradient steps that a network of steps starts from.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CellResult, StudyResult } from "../../src/study/results.ts";
import { cli, type CliResult } from "../support/cli.ts";

const scan = resolve(import.meta.dirname, "../../../shared/data/siemens-star-small.npz.bz2");

// One dose, all positions, and networks as small as they can be.
const study = `preset: measured
name: networks
doseFractions: [1]
views: { o-70: null, o-50: null, o-30: null }
arms: [pinn-scan, supervised, supervised-scan, rpie, steps, "null"]
engines: { rpie: { epochs: 3 } }
methods:
  pinn-scan: { widths: [4, 8], epochs: 2, splits: 1, engine: "ml:2+rpie:2" }
`;

let folder: string;
let run: CliResult;
let arms: CellResult["arms"];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-networks-"));
  await writeFile(join(folder, "networks.yaml"), study);
  run = await cli(["run", "networks.yaml", "--input", scan, "--out", "out"], { cwd: folder });
  const result = JSON.parse(await readFile(join(folder, "out/compare/metrics.json"), "utf8")) as StudyResult;
  ({ arms } = result.cells[0]!);
}, 900_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("the run ends well, and tells that nobody has labels", () => {
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/supervised +skipped: no labels/);
  expect(run.stdout).toMatch(
    /supervised-scan +skipped: no objects to learn from: phantoms, amplitudeMin, phaseRangeRad of methods\.supervised-scan not given/,
  );
});

test("the table has a row of the gradient steps", () => {
  expect(run.stdout).toMatch(/ steps .* \d\.\d+/);
});

test("pinn-scan's object is nearer to the full-dose reconstruction than a flat one", () => {
  const phaseSsim = (name: string): number => {
    const { rows } = arms.find(({ arm }) => arm === name)!;
    const value = rows.find(({ metric, part }) => metric === "ssim" && part === "phase")?.value;
    if (typeof value !== "number") throw new Error(`no number for ${name}`);
    return value;
  };
  // The flat object's is near 0; a star of two passes is seen through all of its noise.
  expect(phaseSsim("pinn-scan")).toBeGreaterThan(phaseSsim("null") + 0.1);
});

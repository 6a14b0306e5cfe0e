// Part of a study in a fresh folder: a filter leaves no stage without what it needs, the null row stands in every table, and an
// input that cannot be read claims no folder.

import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CellResult, StudyResult } from "../../src/study/results.ts";
import { cli, writeTinyStudy } from "../support/cli.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-filtered-"));
  await writeTinyStudy(folder, (text) =>
    text.replaceAll("epochs: 6", "epochs: 2").replace(/arms:.*/u, 'arms: [pinn, epie, rpie, ml, "null"]'),
  );
  await writeFile(
    join(folder, "thinned.yaml"),
    `preset: measured
name: thinned
doseFractions: [1, 0.1]
views:
  full: { gridsize: 2, overlap: null }
  o-70: null
  o-50: { gridsize: 2, overlap: 0.5 }
  o-30: null
arms: [pinn, lsqml, rpie, steps, "null"]
engines: { rpie: { epochs: 3 }, lsqml: { epochs: 3 } }
methods: { pinn: { widths: [4, 8], epochs: 1, steps: 1 } }
`,
  );
  const scan = ["--object", "cells", "--object-size", "112x112", "--probe", "default", "--size", "32"];
  const made = await cli(["simulate", ...scan, "--dose", "20000", "--overlap", "0.75", "--out", "scan.npz"], {
    cwd: folder,
  });
  expect(made.stderr).not.toMatch(/doselap:/);
  expect(made.code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function cells(run: string): Promise<readonly CellResult[]> {
  const result: StudyResult = JSON.parse(await readFile(join(folder, run, "compare/metrics.json"), "utf8"));
  return result.cells;
}
function states({ arms }: CellResult): Record<string, string> {
  return Object.fromEntries(arms.map(({ arm, state }) => [arm, state]));
}

test("one dose, one view and one arm of a simulated study run to their report, beside the null arm", async () => {
  const { code, stdout } = await cli(
    ["run", "tiny.yaml", "--out", "one", "--dose", "1000", "--view", "dense", "--arm", "rpie"],
    { cwd: folder },
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/report: one\/report\.html/);
  // A flat image has no correlation: neither a resolution nor the best one.
  expect(stdout).toMatch(/ null .*–\n/);
  expect(stdout).not.toMatch(/ null .*no crossing/);
  const [cell, ...others] = await cells("one");
  expect(others).toEqual([]);
  const skipped = ["pinn", "epie", "ml"].map((arm) => [arm, "skipped"]);
  expect(states(cell!)).toEqual({ ...Object.fromEntries(skipped), rpie: "done", null: "done" });
  expect(await readdir(join(folder, "one/data/dose_1000"))).toEqual(["dense"]);
});

test("the part of a study has the numbers that it has in the whole", async () => {
  const { code } = await cli(["run", "tiny.yaml", "--out", "all", "--dose", "1000"], { cwd: folder });
  expect(code).toBe(0);
  const [alone] = await cells("one");
  const among = (await cells("all")).find(({ view }) => view === "dense");
  expect(among!.window).toEqual(alone!.window);
  const rows = (cell: CellResult): unknown => cell.arms.find(({ arm }) => arm === "rpie")!.rows;
  expect(rows(among!)).toEqual(rows(alone!));
});

test("one dose and one view of a measured study bring their reference with them", async () => {
  const { code, stderr } = await cli(
    ["run", "thinned.yaml", "--input", "scan.npz", "--out", "part", "--dose", "2000", "--view", "o-50"],
    { cwd: folder },
  );
  expect(stderr).not.toMatch(/failed/);
  expect(code).toBe(0);
  const [cell, ...others] = await cells("part");
  expect(others).toEqual([]);
  expect(cell).toMatchObject({
    view: "o-50",
    // The network is trained on the scan itself, without its object.
    arms: ["pinn", "lsqml", "rpie", "steps", "null"].map((arm) =>
      expect.objectContaining({ arm, state: "done" }),
    ),
  });
  const rpie = cell!.arms.find(({ arm }) => arm === "rpie")!;
  expect(rpie.isReference).toBe(false);
  expect(new Set(rpie.rows.map(({ comparison }) => comparison))).toEqual(new Set(["reference", "halves"]));
});

test("an input that cannot be read claims no folder: the corrected command runs in it", async () => {
  const bad = await cli(["run", "thinned.yaml", "--input", "thinned.yaml", "--out", "again"], {
    cwd: folder,
  });
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/thinned\.yaml/);
  const good = await cli(
    ["run", "thinned.yaml", "--input", "scan.npz", "--out", "again", "--stage", "plan"],
    { cwd: folder },
  );
  expect(good.stderr).not.toMatch(/another study/);
  expect(good.code).toBe(0);
});

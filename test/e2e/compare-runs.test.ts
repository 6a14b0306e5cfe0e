// `doselap compare RUN_A RUN_B` as a user runs it: table, JSON and page; folders and files are told apart; runs that share
// nothing end with exit 2.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandsIn } from "../support/cli-checks.ts";
import { writeSyntheticRun } from "../support/synthetic-run.ts";

let folder: string;
const { ok, json, fails } = commandsIn(() => folder);
const size = { heightPx: 20, widthPx: 24, viewNames: ["dense" as const], seeds: [42, 43] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-compare-runs-"));
  await writeSyntheticRun(join(folder, "before"), { ...size, arms: { rpie: 0.3 } });
  await writeSyntheticRun(join(folder, "after"), { ...size, arms: { rpie: 0.36, ml: 0.3 }, name: "after" });
  await writeSyntheticRun(join(folder, "other"), { ...size, doses: [77], arms: { rpie: 0.3 } });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("prints what changed and the paired differences, and writes one page; the same page each time", async () => {
  const { stdout, stderr } = await ok("compare", "before", "after", "--out", "new folder/difference.html");
  expect(stdout).toMatch(/^arms +\["rpie"\] +\["rpie","ml"\]$/mu);
  expect(stdout).toMatch(/dense +rpie .*▲/u);
  expect(stdout).toMatch(/^after minus before: mean of the paired differences/mu);
  expect(stderr).toMatch(/note: Only in after: arm ml/u);
  const file = join(folder, "new folder/difference.html");
  const page = await readFile(file, "utf8");
  expect(page).toMatch(/^<!doctype html>/u);
  await ok("compare", "before", "after", "--out", file);
  expect(await readFile(file, "utf8")).toBe(page);
});

test("--json holds every metric of every shared condition; --all prints them", async () => {
  const answer = await json("compare", "before", "after");
  expect(answer["changes"]).toContainEqual({ field: "name", values: ['"quick"', '"after"'] });
  const [pair] = answer["pairs"] as [{ rows: { arm: string; pairs: number; difference: number | null }[] }];
  // 3 doses, rpie and null, 8 metrics of amplitude and phase.
  expect(pair.rows).toHaveLength(3 * 2 * 16);
  expect(
    pair.rows
      .filter(({ arm }) => arm === "rpie")
      .every(({ pairs, difference }) => pairs === 2 && difference !== null),
  ).toBe(true);
  expect((await ok("compare", "before", "after", "--all")).stdout).toMatch(/amplitude PSNR/u);
});

test("three runs are held against the first", async () => {
  const answer = await json("compare", "before", "after", "before");
  expect((answer["pairs"] as { second: string }[]).map(({ second }) => second)).toEqual(["after", "before"]);
});

test("what cannot be compared is refused, with the reason", async () => {
  expect(await fails(2, "compare", "before", "other")).toMatch(/other: the runs share nothing.*doses 77/u);
  expect(await fails(2, "compare", "before")).toMatch(/two runs at least/u);
  expect(await fails(2, "compare", "before", "report.npz")).toMatch(
    /two or more run folders, or one reconstruction/u,
  );
  expect(await fails(2, "compare", "before", "after", "--truth", "x.npz")).toMatch(
    /--truth: has no meaning/u,
  );
  expect(await fails(2, "compare", "object.npz", "--out", "x")).toMatch(
    /--truth needed.*compare RECON --truth/u,
  );
  await mkdir(join(folder, "empty"));
  expect(await fails(1, "compare", "before", "empty")).toMatch(/empty\/study\.json.*run folder/u);
});

test("a folder that lost a comparison whose numbers it still knows says so", async () => {
  const size1 = { ...size, arms: { rpie: 0.3 } };
  const whole = await writeSyntheticRun(join(folder, "whole"), size1);
  await writeSyntheticRun(join(folder, "holed"), size1);
  for (const run of ["whole", "holed"])
    for (const { path } of whole.cells)
      await writeFile(join(folder, run, "compare", path, "metrics.json"), "{}");
  const { stderr: before } = await ok("compare", "whole", "holed");
  expect(before).not.toContain("no longer holds");
  await rm(join(folder, "holed/compare", whole.cells[0]!.path), { recursive: true });
  const { stderr } = await ok("compare", "whole", "holed");
  expect(stderr).toContain(`note: holed no longer holds 1 of its ${whole.cells.length} comparisons`);
});

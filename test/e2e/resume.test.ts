// Nothing is lost and nothing is half written: killing the command at random moments and running it again gives the bytes of an
// undisturbed run; so do other numbers of workers; Ctrl-C ends cleanly.

import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRng } from "../../src/math/random/rng.ts";
import { cli, type CliResult, fingerprints, startCli, writeTinyStudy } from "../support/cli.ts";

interface JobEnd {
  readonly kind: string;
  readonly reused: boolean;
  readonly cost?: { readonly coreSeconds: number; readonly wallSeconds: number };
}

let folder: string;
let study: string;
let undisturbed: Record<string, string>;
let duration: number;
/** Another session, which waited for the undisturbed run. */
let attached: CliResult | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-resume-"));
  study = await writeTinyStudy(folder, (text) =>
    text
      .replace("doses: [1000, 100000]", "doses: [1000]")
      .replace(/arms:.*/u, "arms: [pinn, rpie, ml]")
      .replace(/ {2}baseline:.*/u, "  baseline: null"),
  );
  const start = performance.now();
  const { child, done } = startCli(["run", study, "--out", "whole", "--workers", "2"], { cwd: folder });
  let watching: Promise<CliResult> | undefined;
  child.stderr?.once("data", () => {
    watching = cli(["attach", "whole"], { cwd: folder });
  });
  const { code, stderr } = await done;
  duration = performance.now() - start;
  attached = await watching;
  expect(stderr).not.toMatch(/failed/);
  expect(code).toBe(0);
  undisturbed = await fingerprints(join(folder, "whole"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("five kills at random moments, then a rerun, leave the bytes of an undisturbed run", async () => {
  const rng = createRng(20261124, "engine");
  const out = join(folder, "killed");
  let kills = 0;
  for (let round = 0; round < 5; round++) {
    const { child, done } = startCli(["run", study, "--out", "killed", "--workers", "2"], { cwd: folder });
    await sleep(rng.uniform() * duration * 0.8);
    child.kill("SIGKILL");
    const { signal } = await done;
    if (signal === "SIGKILL") kills++;
  }
  expect(kills).toBeGreaterThan(0);
  const { code } = await cli(["run", study, "--out", "killed", "--workers", "2"], { cwd: folder });
  expect(code).toBe(0);
  expect(await fingerprints(out)).toEqual(undisturbed);
});

test("one worker and two workers leave the same bytes", async () => {
  const { code } = await cli(["run", study, "--out", "single", "--workers", "1"], { cwd: folder });
  expect(code).toBe(0);
  expect(await fingerprints(join(folder, "single"))).toEqual(undisturbed);
});

test("stage after stage leaves the bytes of one call", async () => {
  for (const stage of ["plan", "generate", "views", "train", "reconstruct", "compare", "report"]) {
    const { code, stderr } = await cli(["run", study, "--out", "staged", "--stage", stage], { cwd: folder });
    expect(stderr).not.toMatch(/failed/);
    expect(code).toBe(0);
  }
  expect(await fingerprints(join(folder, "staged"))).toEqual(undisturbed);
});

test("Ctrl-C exits 130, leaves no half-written job, and the next run goes on", async () => {
  const { child, done } = startCli(["run", study, "--out", "interrupted", "--workers", "2"], { cwd: folder });
  child.stderr?.on("data", (text: string) => {
    if (text.includes("reconstruct:")) child.kill("SIGINT");
  });
  const { code, stderr } = await done;
  expect(code).toBe(130);
  expect(stderr).toMatch(/finished jobs are kept/);
  const halfway = await cli(["status", "interrupted"], { cwd: folder });
  expect(halfway.stdout).toMatch(/nobody is at work; go on with doselap run --out/);
  const nobody = await cli(["attach", "interrupted"], { cwd: folder });
  expect(nobody.stderr).toMatch(/nobody is at work in this folder/);
  expect(nobody.code).toBe(1);
  const again = await cli(["run", study, "--out", "interrupted", "--workers", "2"], { cwd: folder });
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/found finished/);
  expect(await fingerprints(join(folder, "interrupted"))).toEqual(undisturbed);
});

test("a run that finds everything finished keeps the costs of the work that was done, in the journal and in the report", async () => {
  const report = join(folder, "whole", "report.html");
  const before = await readFile(report, "utf8");
  expect(before).toMatch(/<section id="cost">[\s\S]*core-s[\s\S]*rpie[\s\S]*<\/section>/u);
  expect(before).not.toMatch(/no times/iu);
  const { code } = await cli(["run", study, "--out", "whole", "--workers", "1"], { cwd: folder });
  expect(code).toBe(0);
  expect(await readFile(report, "utf8")).toBe(before);
  const events = (await readFile(join(folder, "whole", "events.jsonl"), "utf8")).trim().split("\n");
  const ends = events.map((line): JobEnd => JSON.parse(line)).filter(({ kind }) => kind === "job-end");
  const worked = ends.filter(({ reused }) => !reused);
  expect(
    worked.every(({ cost }) => cost !== undefined && cost.coreSeconds >= 0 && cost.wallSeconds >= 0),
  ).toBe(true);
  expect(ends.filter(({ reused, cost }) => reused && cost !== undefined)).toEqual([]);
});

test("another session waits for a local run and ends as it does; of a run that is over it says so", async () => {
  expect(attached?.stdout).toMatch(/jobs done .*0 failed/);
  expect(attached?.code).toBe(0);
  await cp(join(folder, "whole"), join(folder, "watched"), { recursive: true });
  const late = await cli(["attach", "watched"], { cwd: folder });
  expect(late.stdout).toMatch(/jobs done .*0 failed/);
  expect(late.code).toBe(0);
  const finished = await cli(["status", "watched"], { cwd: folder });
  expect(finished.stdout).toContain("finished; the report is watched/report.html");
  await rm(join(folder, "watched", "report.html"));
  const unreported = await cli(["status", "watched"], { cwd: folder });
  expect(unreported.stdout).toMatch(/nobody is at work; go on with doselap run --out/);
});

test("no temporary folder is left behind", async () => {
  for (const run of ["whole", "killed", "single"]) {
    const names = await readdir(join(folder, run), { recursive: true });
    expect(names.filter((name) => name.includes(".partial") || name.endsWith(".lock"))).toEqual([]);
  }
});

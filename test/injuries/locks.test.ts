// One folder, one run: two at once, and the locks that dead ones leave.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fingerprints } from "../support/cli.ts";
import { doselap, expectOneLine, leftovers, startDoselap, writeSmallStudy } from "../support/injure.ts";

let folder: string;
let study: string;
let undisturbed: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-locks-"));
  study = await writeSmallStudy(folder);
  await doselap(runInto("whole"), { cwd: folder });
  undisturbed = await fingerprints(join(folder, "whole"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function runInto(out: string): string[] {
  return ["run", study, "--out", out, "--workers", "2"];
}

async function expectWhole(out: string): Promise<void> {
  expect(await fingerprints(join(folder, out))).toEqual(undisturbed);
  expect(await leftovers(join(folder, out))).toEqual([]);
}

async function appears(file: string): Promise<void> {
  while (!existsSync(file)) await sleep(5);
}

test("a second run in the folder is refused, names the first, and does not disturb it", async () => {
  const first = startDoselap(runInto("both"), { cwd: folder });
  await appears(join(folder, "both", "run.lock"));
  const second = await doselap(runInto("both"), { cwd: folder });
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(`another doselap is at work.*process ${first.child.pid} on ${hostname()}.*Wait for it`, "u"),
  );
  expectOneLine(second);
  const { code, stderr } = await first.done;
  expect(code, stderr).toBe(0);
  await expectWhole("both");
});

test("of three that find a dead run's lock at the same moment, one runs and the others are refused", async () => {
  const dead = startDoselap(runInto("three"), { cwd: folder });
  await appears(join(folder, "three", "run.lock"));
  dead.killAll();
  await dead.done;
  const lock = await readFile(join(folder, "three", "run.lock"), "utf8");
  expect(JSON.parse(lock)).toMatchObject({ pid: dead.child.pid, host: hostname() });
  const runs = await Promise.all([1, 2, 3].map(() => doselap(runInto("three"), { cwd: folder })));
  expect(runs.map(({ code }) => code).sort((a, b) => Number(a) - Number(b))).toEqual([0, 1, 1]);
  for (const run of runs.filter(({ code }) => code === 1)) {
    expect(run.stderr).toMatch(/another doselap (is at work|had the lock)/u);
    expectOneLine(run);
  }
  await expectWhole("three");
});

// This process lives, but it did not start when the lock's owner did.
test.each([
  [
    "whose pid is another process's by now",
    JSON.stringify({ host: hostname(), pid: process.pid, started: "00000000-1" }),
  ],
  ["that is empty", ""],
  ["of garbage", "\u0000\u0001garbage"],
])("a lock %s does not stop the run", async (_which, lock) => {
  await mkdir(join(folder, "stale"), { recursive: true });
  await writeFile(join(folder, "stale", "run.lock"), lock);
  const { code, stderr } = await doselap(runInto("stale"), { cwd: folder });
  expect(code, stderr).toBe(0);
  await expectWhole("stale");
});

test("a lock of another host stops the run, which says what to do", async () => {
  await mkdir(join(folder, "foreign"));
  const lock = JSON.stringify({ host: "other-host", pid: 1, started: "00000000-1" });
  await writeFile(join(folder, "foreign", "run.lock"), lock);
  const run = await doselap(runInto("foreign"), { cwd: folder });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/process 1 on other-host.*delete the lock if that process is gone/u);
  expectOneLine(run);
  expect(await readFile(join(folder, "foreign", "run.lock"), "utf8")).toBe(lock);
});

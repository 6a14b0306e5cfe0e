// One process per run folder; a dead process's lock is taken over.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockRun } from "./lock.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-lock-"));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function owner(): Promise<unknown> {
  return JSON.parse(await readFile(join(root, "run.lock"), "utf8"));
}

test("a second run in the folder is refused, and told whose lock it is", async () => {
  const release = await lockRun(root);
  await expect(lockRun(root)).rejects.toThrow(new RegExp(`another doselap.*process ${process.pid}`));
  await release();
  await (
    await lockRun(root)
  )();
  expect(await readdir(root)).toEqual([]);
});

test("the lock of a process that is gone is taken over", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  await writeFile(join(root, "run.lock"), JSON.stringify({ pid, host: hostname() }));
  const release = await lockRun(root);
  expect(await owner()).toEqual({ pid: process.pid, host: hostname() });
  await release();
});

test("a lock left empty by a process that died at once is taken over", async () => {
  await writeFile(join(root, "run.lock"), "");
  const release = await lockRun(root);
  expect(await owner()).toEqual({ pid: process.pid, host: hostname() });
  await release();
});

test("the lock of another host is respected: its process cannot be seen from here", async () => {
  await writeFile(join(root, "run.lock"), JSON.stringify({ pid: 1, host: "another-host" }));
  await expect(lockRun(root)).rejects.toThrow(/another-host.*delete the lock/);
});

test("a folder that cannot be written says so", async () => {
  await expect(lockRun(join(root, "absent"))).rejects.toThrow(/run\.lock: cannot be written/);
});

// One process per run folder; the lock of a process that is gone is taken over, by one.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockRun } from "./lock.ts";
import { sweep } from "./sweep.ts";

let root: string;
let other: ChildProcess | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-lock-"));
});
afterEach(async () => {
  other?.kill();
  other = undefined;
  await rm(root, { recursive: true, force: true });
});

async function owner(): Promise<unknown> {
  return JSON.parse(await readFile(join(root, "run.lock"), "utf8"));
}

function leave(lock: unknown): Promise<void> {
  return writeFile(join(root, "run.lock"), typeof lock === "string" ? lock : JSON.stringify(lock));
}

/** A living process that is not ours, and its pid. */
function stranger(): number {
  other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  return other.pid!;
}

const mine = { pid: process.pid, host: hostname() };

async function expectTakenOver(): Promise<void> {
  const release = await lockRun(root);
  expect(await owner()).toMatchObject(mine);
  await release();
  expect(await readdir(root)).toEqual([]);
}

test("a second run in the folder is refused, and told whose lock it is", async () => {
  const release = await lockRun(root);
  await expect(lockRun(root)).rejects.toThrow(
    new RegExp(`run\\.lock: another doselap.*process ${process.pid} on ${hostname()}.*Wait for it`, "u"),
  );
  await release();
  await (
    await lockRun(root)
  )();
  expect(await readdir(root)).toEqual([]);
});

test("who comes while the holder tidies the folder is told of the holder, not of a file that is missing", async () => {
  const release = await lockRun(root);
  let tidying = true;
  const tidied = (async () => {
    while (tidying) await sweep(root);
  })();
  try {
    for (let i = 0; i < 100; i++) {
      await expect(lockRun(root)).rejects.toThrow(/another doselap is at work/u);
    }
  } finally {
    tidying = false;
    await tidied;
    await release();
  }
  expect(await readdir(root)).toEqual([]);
});

test("the lock of a process that is gone is taken over", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  await leave({ pid, host: hostname() });
  await expectTakenOver();
});

test("a pid that was given to another process since does not keep the lock", async () => {
  await leave({ pid: stranger(), host: hostname(), started: "00000000-1" });
  await expectTakenOver();
});

test("a live owner keeps the lock, also one whose start is not known", async () => {
  const pid = stranger();
  await leave({ pid, host: hostname(), started: null });
  await expect(lockRun(root)).rejects.toThrow(`process ${pid}`);
});

test.each([
  ["nothing", ""],
  ["garbage", "\u0000\u0000{"],
  ["other JSON", "[1]"],
  ["no pid", { pid: "7", host: "x" }],
  ["a pid of a whole group", { pid: -1, host: hostname() }],
])("a lock that holds %s is nobody's: a crash of the machine left it", async (_what, lock) => {
  await leave(lock);
  await expectTakenOver();
});

test("the lock of another host is respected: its process cannot be seen from here", async () => {
  await leave({ pid: 1, host: "another-host" });
  await expect(lockRun(root)).rejects.toThrow(/another-host.*delete the lock/);
});

test("of many who find a stale lock at once, one gets it", async () => {
  for (let round = 0; round < 20; round++) {
    await leave("");
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(root)));
    const winners = taken.filter((each) => each.status === "fulfilled");
    expect(winners).toHaveLength(1);
    for (const each of taken)
      if (each.status === "rejected") expect(each.reason).toMatchObject({ _tag: "Job" });
    await winners[0]!.value();
    expect(await readdir(root)).toEqual([]);
  }
});

test("a stale lock whose taker died at it is taken over too", async () => {
  await leave("");
  await writeFile(join(root, "run.lock.takeover"), "");
  await expectTakenOver();
});

test("a release leaves a lock that is another's by now", async () => {
  const release = await lockRun(root);
  await rm(join(root, "run.lock"));
  const second = await lockRun(root);
  await release();
  await expect(lockRun(root)).rejects.toThrow(/another doselap/);
  await second();
});

test("a folder that cannot be written says so", async () => {
  await writeFile(join(root, "file"), "");
  await expect(lockRun(join(root, "file"))).rejects.toMatchObject({
    _tag: "File",
    message: expect.stringMatching(/run\.lock: cannot be written.*Choose a writable --out/),
  });
});

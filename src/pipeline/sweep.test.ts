// The sweep removes what killed processes left, by doselap's own names, and nothing else.

import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sweep } from "./sweep.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-sweep-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function files(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

test("half files and the work of dead processes go; checkpoints, the living's work, finished jobs and the user's files stay", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const half = "3f0e8a1c-1234-4abc-9def-0123456789ab.part";
  const kept = [
    "study.json",
    "notes.txt.20241126",
    ".hidden",
    "data/a/result.json",
    // In a finished job nothing is half: whatever lies there is somebody's.
    `data/a/.x.${half}`,
    "data/.b.partial/checkpoint",
    `data/.b.partial/01234567.${process.pid}..${hostname()}/out.npz`,
    "data/.b.partial/01234567.1.89abcdef-5.another-host/out.npz",
  ];
  const swept = [
    `.study.json.${half}`,
    `data/.manifest.json.${half}`,
    `.run.lock.${half}`,
    `data/.b.partial/01234567.${pid}..${hostname()}/out.npz`,
    `data/.b.partial/01234567.${process.pid}.00000000-1.${hostname()}/model/weights`,
    `data/.b.partial/.01234567.${pid}..${hostname()}.checkpoint.${half}`,
  ];
  for (const file of [...kept, ...swept]) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), "");
  }
  await sweep(root);
  expect(await files()).toEqual(kept.sort());
});

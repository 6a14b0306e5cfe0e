// Records that a shared file system shows late are waited for, and no longer than stated.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { missingRecords } from "./late.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-late-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const record = {
  state: "done",
  reason: null,
  stage: "train",
  designHash: "d",
  inputsHash: "i",
  outputs: {},
  summary: {},
};
const none = async (): Promise<boolean> => false;

async function appear(path: string): Promise<void> {
  await mkdir(join(root, path), { recursive: true });
  await writeFile(join(root, path, "result.json"), JSON.stringify(record));
}

test("a record that comes late is waited for; what never comes is named after a minute (SLURM-003)", async () => {
  const pauses: number[] = [];
  await appear("train/a");
  const missing = await missingRecords(root, ["train/a", "train/late", "train/never"], {
    isExcused: none,
    wait: async (ms) => {
      pauses.push(ms);
      if (pauses.length === 3) await appear("train/late");
    },
  });
  expect(missing).toEqual(["train/never"]);
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(60_000);
});

test("nothing is waited for when all is there, or excused", async () => {
  await appear("train/a");
  const missing = await missingRecords(root, ["train/a", "train/skipped"], {
    isExcused: async (path) => path === "train/skipped",
    wait: () => Promise.reject(new Error("waited")),
  });
  expect(missing).toEqual([]);
});

// A job's folder is done or absent: reuse, redo on changed inputs or changed bytes, failure left for inspection, interruption leaves nothing.

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DoselapError } from "../errors.ts";
import { readRecord } from "./record.ts";
import { partialFolder, storeJob, type JobKey } from "./store.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-store-"));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const key: JobKey = { stage: "generate", path: "data/cell", designHash: "d1", inputsHash: "i1" };

function writer(
  text: string,
  calls: string[] = [],
): (folder: string) => Promise<{ summary: { text: string } }> {
  return async (folder) => {
    calls.push(text);
    await writeFile(join(folder, "out.txt"), text);
    return { summary: { text } };
  };
}

test("a job's files appear under its name with a record of their hashes", async () => {
  const { record, reused } = await storeJob(root, key, writer("abc"));
  expect(reused).toBe(false);
  expect(await readFile(join(root, "data/cell/out.txt"), "utf8")).toBe("abc");
  // sha256("abc"), FIPS 180-2 appendix B.1.
  expect(record.outputs).toEqual({
    "out.txt": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  });
  expect(await readRecord(join(root, "data/cell"))).toEqual(record);
});

test("a finished job is not done again", async () => {
  const calls: string[] = [];
  await storeJob(root, key, writer("one", calls));
  const { reused, record } = await storeJob(root, key, writer("two", calls));
  expect(reused).toBe(true);
  expect(record.summary).toEqual({ text: "one" });
  expect(calls).toEqual(["one"]);
});

test("changed inputs redo the job and leave nothing of the old one", async () => {
  await storeJob(root, key, async (folder) => {
    await writeFile(join(folder, "old.txt"), "old");
    return { summary: {} };
  });
  const { redone } = await storeJob(root, { ...key, inputsHash: "i2" }, writer("new"));
  expect(redone).toMatch(/inputs changed/);
  expect((await readdir(join(root, "data/cell"))).sort()).toEqual(["out.txt", "result.json"]);
});

test("a file changed after it was written redoes the job and says which", async () => {
  await storeJob(root, key, writer("right"));
  await writeFile(join(root, "data/cell/out.txt"), "wrong");
  const { redone } = await storeJob(root, key, writer("right"));
  expect(redone).toMatch(/out\.txt changed/);
  expect(await readFile(join(root, "data/cell/out.txt"), "utf8")).toBe("right");
});

test("a folder without a record is what a killed job may leave: it is done again", async () => {
  await mkdir(join(root, "data/cell"), { recursive: true });
  await writeFile(join(root, "data/cell/half.txt"), "half");
  await mkdir(partialFolder(join(root, "data/cell")), { recursive: true });
  await writeFile(join(partialFolder(join(root, "data/cell")), "half.txt"), "half");
  await storeJob(root, key, writer("whole"));
  expect((await readdir(join(root, "data/cell"))).sort()).toEqual(["out.txt", "result.json"]);
  expect(await readdir(join(root, "data"))).toEqual(["cell"]);
});

test("a failing job keeps its files and a record that says why, and is tried again next time", async () => {
  const { record } = await storeJob(root, key, async (folder) => {
    await writeFile(join(folder, "train.log"), "up to here");
    throw new Error("it broke");
  });
  expect(record).toMatchObject({ state: "failed", reason: "it broke" });
  expect(await readFile(join(root, "data/cell/train.log"), "utf8")).toBe("up to here");
  const { redone, record: second } = await storeJob(root, key, writer("fine"));
  expect(redone).toMatch(/failed/);
  expect(second.state).toBe("done");
});

test("an interrupted job leaves nothing and the interruption goes on", async () => {
  const interrupted = new DoselapError("Interrupted", "stop");
  await expect(
    storeJob(root, key, async (folder) => {
      await writeFile(join(folder, "half.txt"), "half");
      throw interrupted;
    }),
  ).rejects.toBe(interrupted);
  expect(await readdir(join(root, "data"))).toEqual([]);
});

test("a record that is no JSON is an error that names the file and the way out", async () => {
  await storeJob(root, key, writer("x"));
  await writeFile(join(root, "data/cell/result.json"), "{");
  await expect(storeJob(root, key, writer("x"))).rejects.toThrow(/result\.json.*not JSON.*Delete/);
});

test("the same job leaves the same record bytes wherever it runs", async () => {
  await storeJob(root, key, writer("same"));
  const other = await mkdtemp(join(tmpdir(), "doselap-store-"));
  await storeJob(other, key, writer("same"));
  const read = (folder: string): Promise<string> => readFile(join(folder, "data/cell/result.json"), "utf8");
  expect(await read(other)).toBe(await read(root));
  await rm(other, { recursive: true });
});

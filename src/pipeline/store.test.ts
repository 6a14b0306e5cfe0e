// A job's folder is done or absent: reuse, redo on changed inputs or changed bytes, failure left for inspection, interruption leaves nothing.

import { spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
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

test("an interruption leaves the last checkpoint, and the next run of the job is given it", async () => {
  const interrupted = new DoselapError("Interrupted", "stop");
  await expect(
    storeJob(root, key, async (_folder, checkpoint) => {
      await checkpoint.save(Buffer.from("half way"));
      throw interrupted;
    }),
  ).rejects.toBe(interrupted);
  let given: Uint8Array | undefined;
  const { notes } = await storeJob(root, key, async (_folder, checkpoint) => {
    given = await checkpoint.load();
    return { summary: {} };
  });
  expect(Buffer.from(given!).toString()).toBe("half way");
  expect(notes).toEqual([]);
  expect(await readdir(join(root, "data"))).toEqual(["cell"]);
});

test("a checkpoint never is an output, and does not outlive the job", async () => {
  const { record } = await storeJob(root, key, async (folder, checkpoint) => {
    await checkpoint.save(Buffer.from("half way"));
    return writer("whole")(folder);
  });
  expect(Object.keys(record.outputs)).toEqual(["out.txt"]);
  expect(await readdir(join(root, "data"))).toEqual(["cell"]);
});

test("a job that failed for a file keeps its checkpoint; one that failed by itself does not", async () => {
  for (const [tag, kept] of [
    ["File", "half way"],
    ["Diverged", undefined],
  ] as const) {
    const path = `data/${tag}`;
    const { record } = await storeJob(root, { ...key, path }, async (_folder, checkpoint) => {
      await checkpoint.save(Buffer.from("half way"));
      throw new DoselapError(tag, "it broke");
    });
    expect(record.state).toBe("failed");
    let given: Uint8Array | undefined;
    await storeJob(root, { ...key, path }, async (_folder, checkpoint) => {
      given = await checkpoint.load();
      return { summary: {} };
    });
    expect(given && Buffer.from(given).toString()).toBe(kept);
  }
});

test("two processes at one job do not mix: the first to end gives it its folder, the other takes that", async () => {
  const [first, second] = [new EventEmitter(), new EventEmitter()];
  const begun = once(second, "go");
  const slow = storeJob(root, key, async (folder) => {
    await writeFile(join(folder, "out.txt"), "slow");
    second.emit("go");
    await once(first, "go");
    await writeFile(join(folder, "out.txt"), "slow, to its end");
    return { summary: { by: "slow" } };
  });
  await begun;
  const fast = await storeJob(root, key, writer("fast"));
  first.emit("go");
  expect(fast).toMatchObject({ reused: false });
  expect(await slow).toMatchObject({ reused: true, record: fast.record });
  expect(await readFile(join(root, "data/cell/out.txt"), "utf8")).toBe("fast");
  expect((await readdir(join(root, "data/cell"))).sort()).toEqual(["out.txt", "result.json"]);
  expect(await readdir(join(root, "data"))).toEqual(["cell"]);
});

test("what a dead process left of the job is removed, what a live one or another host's does is not", async () => {
  const partial = partialFolder(join(root, "data/cell"));
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const dead = `01234567.${pid}..${hostname()}`;
  const reused = `01234567.${process.pid}.00000000-1.${hostname()}`;
  const living = `01234567.${process.pid}..${hostname()}`;
  const foreign = "01234567.1.89abcdef-5.another.host";
  for (const name of [dead, `${dead}.old`, reused, living, foreign, "stray"])
    await mkdir(join(partial, name), { recursive: true });
  const names = await storeJob(root, key, async () => ({ summary: { names: await readdir(partial) } }));
  const others = (names.record.summary["names"] as string[]).filter((name) => name.startsWith("01234567"));
  expect(others.sort()).toEqual([foreign, living].sort());
});

test("a damaged record redoes the job and says so", async () => {
  await storeJob(root, key, writer("x"));
  await writeFile(join(root, "data/cell/result.json"), "{");
  const { redone, record } = await storeJob(root, key, writer("x"));
  expect(redone).toBe("its result.json is damaged");
  expect(await readRecord(join(root, "data/cell"))).toEqual(record);
});

test("files in folders below are recorded, and a change of theirs redoes the job", async () => {
  const work = async (folder: string) => {
    await mkdir(join(folder, "model"));
    await writeFile(join(folder, "model", "weights"), "abc");
    return writer("x")(folder);
  };
  const { record } = await storeJob(root, key, work);
  expect(Object.keys(record.outputs)).toEqual(["model/weights", "out.txt"]);
  await writeFile(join(root, "data/cell/model/weights"), "abd");
  expect(await storeJob(root, key, work)).toMatchObject({
    redone: "model/weights changed after it was written",
  });
});

test("a file on the way to a job's folder fails the job, and names the file", async () => {
  await writeFile(join(root, "data"), "a file where a folder is needed");
  await expect(storeJob(root, key, writer("x"))).rejects.toMatchObject({
    _tag: "Job",
    message: expect.stringMatching(/^data: is a file where a folder of jobs should be/),
  });
});

test("the same job leaves the same record bytes wherever it runs", async () => {
  await storeJob(root, key, writer("same"));
  const other = await mkdtemp(join(tmpdir(), "doselap-store-"));
  await storeJob(other, key, writer("same"));
  const read = (folder: string): Promise<string> => readFile(join(folder, "data/cell/result.json"), "utf8");
  expect(await read(other)).toBe(await read(root));
  await rm(other, { recursive: true });
});

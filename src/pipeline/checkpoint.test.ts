// A checkpoint comes back as it was saved, or not at all: of other inputs, cut short or changed it is discarded and said so.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileCheckpoint } from "./checkpoint.ts";

let folder: string;
let file: string;
let clock = 0;
let notes: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-checkpoint-"));
  file = join(folder, "checkpoint");
  clock = 1000;
  notes = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (inputsHash = "i1") =>
  fileCheckpoint({ file, draft: `${file}.draft` }, inputsHash, { everyMs: 100, now: () => clock }, (text) =>
    notes.push(text),
  );

/** Line breaks and zeros too. */
const state = Uint8Array.of(0, 10, 123, 10, 0, 255, 10);

test("comes back as it was saved", async () => {
  expect(await open().load()).toBeUndefined();
  await open().save(state);
  expect(await open().load()).toEqual(state);
  expect(await readdir(folder)).toEqual(["checkpoint"]);
  expect(notes).toEqual([]);
});

test("is due when the interval since the start or the last one is over, also by a clock that was set back", async () => {
  const checkpoint = open();
  const due = (time: number) => {
    clock = time;
    return checkpoint.isDue();
  };
  expect([due(1000), due(1099), due(1100)]).toEqual([false, false, true]);
  await checkpoint.save(state);
  expect([due(1199), due(1200)]).toEqual([false, true]);
  await checkpoint.save(state);
  expect([due(-5000)]).toEqual([true]);
});

test("of other inputs is discarded", async () => {
  await open("i1").save(state);
  expect(await open("i2").load()).toBeUndefined();
  expect(notes).toEqual(["its checkpoint was discarded: it is of other inputs"]);
  expect(await readdir(folder)).toEqual([]);
});

test("cut short at any byte, or changed in any, is discarded", async () => {
  await open().save(state);
  const whole = await readFile(file);
  for (let at = 0; at < whole.length; at++) {
    await writeFile(file, whole.subarray(0, at));
    expect(await open().load(), `cut at ${at}`).toBeUndefined();
    const changed = Buffer.from(whole);
    changed[at]! ^= 1;
    await writeFile(file, changed);
    // A changed letter of a header's key leaves the state itself whole, or makes no header.
    expect(await open().load(), `changed at ${at}`).toBeUndefined();
  }
  expect(new Set(notes.map((note) => note.replace(/\d+ of \d+/u, "n of m").replace(/: it.*/u, "")))).toEqual(
    new Set(["its checkpoint was discarded"]),
  );
});

test("that cannot be written ends no work, and is said", async () => {
  await writeFile(join(folder, "taken"), "");
  const checkpoint = fileCheckpoint(
    { file, draft: join(folder, "taken", "x") },
    "i1",
    { everyMs: 1, now: () => clock },
    (text) => notes.push(text),
  );
  await checkpoint.save(state);
  expect(notes).toEqual([expect.stringMatching(/^goes on without a checkpoint: .*a file where a folder/u)]);
});

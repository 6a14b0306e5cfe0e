// The journal's lines are whole, or the readers skip them; what cannot be written is said with the file's name.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { costsOf } from "../report/run-costs.ts";
import { openJournal } from "./journal.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "doselap-journal-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const read = () => readFileSync(join(root, "events.jsonl"), "utf8");
const note = { kind: "note", text: "x" } as const;

test("every event but progress is a line with its time, and told on", () => {
  const told: string[] = [];
  const emit = openJournal(
    root,
    () => 7,
    ({ kind }) => told.push(kind),
  );
  emit(note);
  emit({ kind: "job-progress", stage: "views", path: "views/a", fraction: 1, note: "" });
  emit(note);
  expect(read()).toBe('{"time":7,"kind":"note","text":"x"}\n'.repeat(2));
  expect(told).toEqual(["note", "job-progress", "note"]);
});

test("after a line that a kill cut, the next one starts on its own, and costs are read from the whole ones", () => {
  const end = {
    kind: "job-end",
    stage: "views",
    path: "views/a",
    state: "done",
    reason: null,
    reused: false,
  };
  const start = { time: 1000, kind: "job-start", stage: "views", path: "views/a" };
  const half = JSON.stringify({ time: 1500, ...end }).slice(0, 40);
  writeFileSync(join(root, "events.jsonl"), `${JSON.stringify(start)}\n${half}`);
  openJournal(root, () => 3000, undefined)({ ...end } as never);
  expect(read().split("\n").slice(1)).toEqual([half, JSON.stringify({ time: 3000, ...end }), ""]);
  expect(costsOf(read()).jobs.get("views/a")).toMatchObject({ wallSeconds: 2 });
});

test("a whole journal, an empty one and none are gone on with as they are", () => {
  for (const before of ["{}\n", "", undefined]) {
    if (before === undefined) rmSync(join(root, "events.jsonl"));
    else writeFileSync(join(root, "events.jsonl"), before);
    openJournal(root, () => 7, undefined)(note);
    expect(read()).toBe(`${before ?? ""}{"time":7,"kind":"note","text":"x"}\n`);
  }
});

test("a journal that cannot be written is a File error that names it", () => {
  const emit = openJournal(root, () => 7, undefined);
  mkdirSync(join(root, "events.jsonl"));
  expect(() => emit(note)).toThrow(
    expect.objectContaining({
      _tag: "File",
      message: expect.stringMatching(/events\.jsonl: cannot be written/),
    }),
  );
});

// The training log: ASCII, line by line, at once.

import { readFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/training-job.ts";
import { asciiLine, openTrainingLog } from "./log.ts";

async function newLog(): Promise<{ path: string; log: ReturnType<typeof openTrainingLog> }> {
  const path = join(await temporaryFolder(), "train.log");
  return { path, log: openTrainingLog(path) };
}

test("lines are in the file as soon as they are written", async () => {
  const { path, log } = await newLog();
  expect(readFileSync(path, "utf8")).toBe("");
  log.line("one");
  log.line("two");
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
  log.close();
});

test.each([
  ["µ", "\\u00b5"],
  ["naïve", "na\\u00efve"],
  ["😀", "\\ud83d\\ude00"],
  ["a\nb\r\tc", "a\\nb\\r\\tc"],
  ["\u001b[31m", "\\u001b[31m"],
  ["plain ~!", "plain ~!"],
])("%j is written as %s", (text, expected) => {
  expect(asciiLine(text)).toBe(expected);
});

test("whatever is written is one line of printable ASCII", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(asciiLine(text)).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});

test("opening a log again starts it anew", async () => {
  const { path, log } = await newLog();
  log.line("old");
  log.close();
  openTrainingLog(path).close();
  expect(readFileSync(path, "utf8")).toBe("");
});

test("lines that others append to the file are kept in their place", async () => {
  const { path, log } = await newLog();
  log.line("one");
  await appendFile(path, "theirs\n");
  log.line("two");
  log.close();
  expect(readFileSync(path, "utf8")).toBe("one\ntheirs\ntwo\n");
});

test("a closed log takes no lines", async () => {
  const { path, log } = await newLog();
  log.close();
  expect(() => log.line("late")).toThrow(path);
});

test("a log that cannot be made is an error that names it", async () => {
  const path = join(await temporaryFolder(), "absent", "train.log");
  expect(() => openTrainingLog(path)).toThrow(path);
});

// How far a stage is and how long it will take, from events with a clock of the test's own.

import { expect, test } from "vitest";
import type { RunEvent } from "../../pipeline/events.ts";
import { newTallies, tallyLines, updateTallies } from "./tally.ts";

const stage = "train";
const start = (jobs: number): RunEvent => ({ kind: "stage-start", stage, title: "train the networks", jobs });
const begin = (path: string): RunEvent => ({ kind: "job-start", stage, path });
const at = (path: string, fraction: number, note = "", samples?: number): RunEvent => ({
  kind: "job-progress",
  stage,
  path,
  fraction,
  note,
  samples,
});
const end = (path: string, reused = false): RunEvent => ({
  kind: "job-end",
  stage,
  path,
  state: "done",
  reason: null,
  reused,
});

function linesAt(
  seconds: number,
  ...events: readonly (readonly [seconds: number, event: RunEvent])[]
): string[] {
  const tallies = newTallies();
  for (const [time, event] of events) updateTallies(tallies, event, 1000 * time);
  return tallyLines(tallies.get(stage)!, 1000 * seconds);
}

test("a job that has done a quarter in ten seconds has half a minute left, and the stage with it", () => {
  const note = "epoch 1/4, loss -2.1";
  expect(linesAt(10, [0, start(1)], [0, begin("a")], [10, at("a", 0.25, note)])).toEqual([
    "25 %, 0 of 1, 30 s left",
    `a  ${note}, 30 s left`,
  ]);
});

test("a job's time counts from its own start, the stage's from the stage's", () => {
  const events = [
    [0, start(4)],
    [0, begin("a")],
    [60, end("a")],
    [60, begin("b")],
    [120, at("b", 0.5)],
  ] as const;
  // Three eighths in two minutes: the others take 200 s.
  expect(linesAt(120, ...events)).toEqual(["37 %, 1 of 4, 3 min left", "b, 1 min left"]);
});

test("a network's speed counts from its first samples, and from its first again when it starts again", () => {
  const events = [
    [0, start(1)],
    [0, begin("a")],
    [50, at("a", 0.1, "ml on split 1/1")],
    [60, at("a", 0.11, "epoch 1/9", 8)],
    [64, at("a", 0.2, "epoch 1/9", 168)],
  ] as const;
  expect(linesAt(62, ...events.slice(0, 4))[1]).not.toContain("samples/s");
  expect(linesAt(64, ...events)[1]).toBe("a  epoch 1/9, 40 samples/s, 4 min left");
  const again = [
    [70, at("a", 0.1, "epoch 1/9", 8)],
    [80, at("a", 0.2, "epoch 1/9", 208)],
  ] as const;
  expect(linesAt(80, ...events, ...again)[1]).toContain("epoch 1/9, 20 samples/s");
});

test("jobs that were found finished do not make the others look quick", () => {
  const found = ["a", "b", "c"].map((path) => [0, end(path, true)] as const);
  const events = [[0, start(4)], ...found, [0, begin("d")], [30, at("d", 0.5)]] as const;
  expect(linesAt(30, ...events)[0]).toBe("87 %, 3 of 4, 30 s left");
});

test.each([
  [2, 0.5, ""],
  [100, 0.005, ""],
  [100, 1, ""],
  [3600, 0.2, ", 4 h left"],
  [3600, 0.4, ", 1 h 30 min left"],
  [36_000, 0.4, ", 15 h left"],
  [10, 0.9, ", 1 s left"],
])("after %i s and a share of %f the end is said as “%s”", (seconds, share, expected) => {
  const [, row] = linesAt(seconds, [0, start(1)], [0, begin("a")], [seconds, at("a", share)]);
  expect(row).toBe(`a${expected}`);
});

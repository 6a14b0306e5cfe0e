// Progress as plain lines: stages, ends and reasons at once, running jobs once a minute with the time they will take.

import { expect, test } from "vitest";
import type { RunEvent } from "../../pipeline/events.ts";
import { plainProgress } from "./plain.ts";

const stage = "train";

function lines(...events: readonly (readonly [seconds: number, event: RunEvent])[]): string[] {
  const written: string[] = [];
  let seconds = 0;
  const { sink } = plainProgress(
    (line) => written.push(line),
    () => 1000 * seconds,
  );
  for (const [at, event] of events) {
    seconds = at;
    sink(event);
  }
  return written;
}

const progress = (fraction: number, note: string): RunEvent => ({
  kind: "job-progress",
  stage,
  path: "train/a",
  fraction,
  note,
});

test("a long job is told of once a minute: its share, its note, the time that is left", () => {
  const written = lines(
    [0, { kind: "stage-start", stage, title: "train the networks", jobs: 2 }],
    [0, { kind: "job-start", stage, path: "train/a" }],
    [30, progress(0.1, "epoch 1/10, loss 3")],
    [60, progress(0.2, "epoch 2/10, loss 2")],
    [90, progress(0.3, "epoch 3/10, loss 2")],
    [120, progress(0.4, "epoch 4/10, loss 1")],
  );
  expect(written).toEqual([
    "train: train the networks (2 jobs)",
    "  10 %, 0 of 2, 9 min left",
    "  train/a  epoch 2/10, loss 2, 4 min left",
    "  20 %, 0 of 2, 8 min left",
    "  train/a  epoch 4/10, loss 1, 3 min left",
  ]);
});

test("ends are told at once: done with their count, failed with their reason, skipped ones at the end, once per reason", () => {
  const ended = (path: string, state: "done" | "failed" | "skipped", reason: string | null): RunEvent => ({
    kind: "job-end",
    stage,
    path,
    state,
    reason,
    reused: false,
  });
  const tally = { done: 1, reused: 0, failed: 1, skipped: 2 };
  const written = lines(
    [0, { kind: "stage-start", stage, title: "train the networks", jobs: 4 }],
    [1, ended("a", "done", null)],
    [2, ended("b", "failed", "lost its numbers")],
    [3, ended("c", "skipped", "no labels")],
    [3, ended("d", "skipped", "no labels")],
    [4, { kind: "stage-end", stage, ...tally }],
  );
  expect(written).toEqual([
    "train: train the networks (4 jobs)",
    "  1/4 a",
    "  failed: b: lost its numbers",
    "  2 skipped: no labels",
  ]);
});

test("a thousand jobs make ten lines, and a week's job about as many as its hours of the first day", () => {
  const done = (path: string): RunEvent => ({
    kind: "job-end",
    stage,
    path,
    state: "done",
    reason: null,
    reused: false,
  });
  const jobs = Array.from({ length: 1000 }, (_, k) => [k / 100, done(`j${k}`)] as const);
  expect(lines([0, { kind: "stage-start", stage, title: "train", jobs: 1000 }], ...jobs)).toHaveLength(11);
  const minutes = Array.from({ length: 7 * 24 * 60 }, (_, k) => [60 * k, progress(0.5, "epoch")] as const);
  const written = lines(
    [0, { kind: "stage-start", stage, title: "train", jobs: 1 }],
    [0, { kind: "job-start", stage, path: "train/a" }],
    ...minutes,
  );
  // Ten in the first ten minutes, then each a tenth later than the one before: 10 + ln(1008) / ln(1.1), of two lines each.
  expect(written.length).toBeLessThan(2 * 85);
  expect(written.length).toBeGreaterThan(2 * 60);
});

// The speed of training in the journal, from events with a clock of the test's own.

import { expect, test } from "vitest";
import type { RunEvent } from "./events.ts";
import { watchTrainingSpeed } from "./training-speed.ts";

const path = "train/dose_1000/dense/gs2/pinn/seed_42";

function progress(fraction: number, samples?: number): RunEvent {
  return { kind: "job-progress", stage: "train", path, fraction, note: `at ${fraction}`, samples };
}

test("a job of 100 samples, one each two seconds, is told of at every tenth", () => {
  const watch = watchTrainingSpeed();
  const told = Array.from({ length: 100 }, (_, i) => watch(progress((i + 1) / 100, i + 1), 2000 * i));
  const records = told.filter((record) => record !== undefined);
  expect(records.map(({ fraction }) => fraction)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  for (const { fraction, samples, samplesPerSecond, secondsLeft } of records) {
    expect(samples).toBe(Math.round(100 * fraction));
    expect(samplesPerSecond).toBeCloseTo(0.5, 12);
    expect(secondsLeft).toBeCloseTo(200 * (1 - fraction), 9);
  }
  expect(records[2]).toMatchObject({ kind: "training-speed", path, note: "at 0.3" });
});

test("a network that starts again is timed from there", () => {
  const watch = watchTrainingSpeed();
  watch(progress(0.1, 10), 0);
  watch(progress(0.5, 50), 4000);
  expect(watch(progress(0.1, 10), 5000)).toBeUndefined();
  expect(watch(progress(0.2, 20), 10_000)?.samplesPerSecond).toBe(2);
});

test("jobs that count no samples are not told of, and an ended job is forgotten", () => {
  const watch = watchTrainingSpeed();
  expect([0.1, 0.5, 0.9].map((fraction, i) => watch(progress(fraction), 1000 * i))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  watch(progress(0.1, 10), 0);
  watch({ kind: "job-end", stage: "train", path, state: "failed", reason: "", reused: false }, 1000);
  expect(watch(progress(0.4, 40), 2000)).toBeUndefined();
});

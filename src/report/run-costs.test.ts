// The journal tells each job's cost once: of the work that made its files, whatever was found finished, failed, or cut off
// around it. An older journal has times only, and they are used.

import { expect, test } from "vitest";
import { costsOf } from "./run-costs.ts";

const cost = { wallSeconds: 4, coreSeconds: 3.5, coreBasis: "thread", peakMemoryBytes: 2e8, jobsAtOnce: 2 };
const machine = { processor: "x", cores: 2, memoryBytes: 8e9, system: "linux x64", node: "v20.19.0" };
const start = { kind: "run-start", time: 0, doselapVersion: "0.1.0", workers: 2, machine };
const end = { kind: "job-end", stage: "reconstruct", path: "a", state: "done", reason: null, reused: false };

function journal(...events: object[]): string {
  return `${events.map((event) => JSON.stringify(event)).join("\n")}\n`;
}

test("a job found finished later keeps the cost of the work; the machine is listed once", () => {
  const { jobs, machines } = costsOf(
    journal(start, { ...end, time: 5, cost }, { ...start, time: 9 }, { ...end, time: 10, reused: true }),
  );
  expect(jobs.get("a")).toEqual({ stage: "reconstruct", path: "a", ...cost });
  expect(machines).toEqual([{ ...machine, doselapVersion: "0.1.0" }]);
});

test("a job done again has the later cost, a failure none, and a half-written last line is no event", () => {
  const again = { ...end, time: 20, cost: { ...cost, coreSeconds: 7 } };
  const failed = { ...end, path: "b", state: "failed", time: 21, cost };
  const { jobs } = costsOf(`${journal({ ...end, time: 5, cost }, again, failed)}{"time":30,"kind":"job-e`);
  expect(jobs.get("a")?.coreSeconds).toBe(7);
  expect(jobs.has("b")).toBe(false);
});

test("without costs the times of start and end count, unless the start belongs to a process that was killed", () => {
  const begin = { kind: "job-start", stage: "reconstruct", path: "a", time: 1000 };
  const timed = costsOf(journal(begin, { ...end, time: 3500 })).jobs.get("a");
  expect(timed).toMatchObject({
    wallSeconds: 2.5,
    coreSeconds: 2.5,
    coreBasis: "wall",
    peakMemoryBytes: null,
  });
  expect(costsOf(journal(begin, start, { ...end, time: 3500 })).jobs.has("a")).toBe(false);
  expect(costsOf("").jobs.size).toBe(0);
});

test("a copy costs what the work behind its files did, also when that is told later, and nothing is known of an unknown one's", () => {
  const copy = { ...end, time: 6, path: "b", copiedFrom: "a", cost: { ...cost, coreSeconds: 0.01 } };
  const work = { ...end, time: 5, cost };
  for (const events of [
    [work, copy],
    [copy, work],
  ])
    expect(costsOf(journal(...events)).jobs.get("b")).toEqual({ stage: "reconstruct", path: "b", ...cost });
  expect(costsOf(journal(copy)).jobs.has("b")).toBe(false);
  // Done again by its own work.
  const own = { ...end, time: 7, path: "b", cost: { ...cost, coreSeconds: 9 } };
  expect(costsOf(journal(work, copy, own)).jobs.get("b")?.coreSeconds).toBe(9);
});

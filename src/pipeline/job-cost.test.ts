// What a job costs is measured, not guessed: a busy thread's seconds are seen, an idle one's are not, a peak of memory counts
// for the jobs of its time and for no later one.

import { expect, test } from "vitest";
import { costMeter, threadSeconds } from "./job-cost.ts";

/** A clock that the test moves, and work that takes processor time. */
function clock(): { now: () => number; ms: number } {
  const own = { ms: 0, now: () => own.ms };
  return own;
}

function burn(seconds: number): void {
  const start = process.cpuUsage();
  let x = 1;
  for (;;) {
    for (let i = 0; i < 1e5; i++) x = Math.sqrt(x + i);
    const { user, system } = process.cpuUsage(start);
    if (user + system > seconds * 1e6) break;
  }
  expect(x).toBeGreaterThan(0);
}

test("a job alone: wall time by the clock that is given, processor time of the process", () => {
  const time = clock();
  const running = costMeter(time.now).start(1);
  burn(0.3);
  time.ms = 5000;
  const cost = running.end(null);
  expect(cost).toMatchObject({ wallSeconds: 5, coreBasis: "process", jobsAtOnce: 1 });
  // Burnt: 0.3 s. The machine may be busy with other things, this process is not.
  expect(cost.coreSeconds).toBeGreaterThan(0.29);
  expect(cost.coreSeconds).toBeLessThan(2);
});

test("jobs at once: the thread's own time when it is known, else the wall time", () => {
  const time = clock();
  const meter = costMeter(time.now);
  const [one, other] = [meter.start(2), meter.start(2)];
  time.ms = 3000;
  expect(one.end(1.25)).toMatchObject({ coreSeconds: 1.25, coreBasis: "thread", jobsAtOnce: 2 });
  expect(other.end(null)).toMatchObject({ coreSeconds: 3, coreBasis: "wall" });
});

test("the thread's time grows by what it computes, on Linux", () => {
  const before = threadSeconds();
  burn(0.2);
  const after = threadSeconds();
  if (process.platform !== "linux") return;
  // 0.2 s of the process, of which the collector may have had some; the scheduler's books lag by a tick of 10 ms at most.
  expect(after! - before!).toBeGreaterThan(0.1);
});

test("a peak of memory belongs to the jobs of its time", () => {
  const meter = costMeter(clock().now);
  const first = meter.start(2);
  const size = 200e6;
  let block: Uint8Array | undefined = new Uint8Array(size).fill(1);
  const second = meter.start(2);
  expect(block[size - 1]).toBe(1);
  block = undefined;
  const [a, b] = [first.end(null), second.end(null)];
  expect(a.peakMemoryBytes).toBeGreaterThan(size);
  expect(b.peakMemoryBytes).toBeGreaterThan(0);
});

test("a job of several threads beside others: their wall time together, for one thread's own time says too little", () => {
  const time = clock();
  const meter = costMeter(time.now);
  const [beside, alone] = [meter.start(2, 3), meter.start(1, 3)];
  time.ms = 2000;
  expect(beside.end(0.5)).toMatchObject({ wallSeconds: 2, coreSeconds: 6, coreBasis: "wall" });
  expect(alone.end(0.5)).toMatchObject({ wallSeconds: 2, coreBasis: "process" });
});

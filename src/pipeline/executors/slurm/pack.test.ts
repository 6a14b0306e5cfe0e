// Jobs are packed into tasks whole, in order, within the size that arrays may have.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { GraphNode } from "../graph.ts";
import { packTasks } from "./pack.ts";

function nodesOf(seconds: readonly number[]): GraphNode[] {
  return seconds.map((s, i) => ({
    id: `job-${i}`,
    kind: "job",
    stage: "train",
    job: null,
    needs: [],
    estimate: { seconds: s, memoryBytes: 0 },
  }));
}

test("jobs of seconds go together, long ones stay alone", () => {
  const tasks = packTasks(nodesOf([10, 10, 10, 300, 10]), { taskSeconds: 30, maxTasks: 100 });
  expect(tasks).toEqual([["job-0", "job-1", "job-2"], ["job-3"], ["job-4"]]);
});

test("every job once, in order, in no more tasks than there may be", () => {
  const seconds = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(
      seconds,
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 1, max: 500, noNaN: true }),
      (all, maxTasks, taskSeconds) => {
        const nodes = nodesOf(all);
        const tasks = packTasks(nodes, { taskSeconds, maxTasks });
        expect(tasks.flat()).toEqual(nodes.map(({ id }) => id));
        expect(tasks.length).toBeLessThanOrEqual(maxTasks);
        expect(tasks.every((task) => task.length > 0)).toBe(true);
      },
    ),
  );
});

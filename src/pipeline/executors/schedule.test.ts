// Nodes begin once, after all they need, in the order of the graph.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { GraphNode } from "./graph.ts";
import { createSchedule } from "./schedule.ts";

function nodesOf(needs: readonly (readonly number[])[]): GraphNode[] {
  return needs.map((own, i) => ({
    id: `n${i}`,
    kind: "job",
    stage: "train",
    job: null,
    needs: own.map((j) => `n${j}`),
    estimate: { seconds: 1, memoryBytes: 0 },
  }));
}

/** Needs that stand before their node, as the graph promises. */
const acyclic = fc
  .array(fc.array(fc.nat()), { minLength: 1, maxLength: 40 })
  .map((lists) => lists.map((list, i) => [...new Set(i === 0 ? [] : list.map((n) => n % i))]));

test("whatever is taken next, every node comes once and after all it needs", () => {
  fc.assert(
    fc.property(acyclic, fc.infiniteStream(fc.nat()), (needs, choices) => {
      const nodes = nodesOf(needs);
      const schedule = createSchedule({ nodes });
      const over = new Set<string>();
      while (!schedule.isOver) {
        const ready = schedule.ready();
        expect(ready.length).toBeGreaterThan(0);
        const node = ready[choices.next().value! % ready.length]!;
        expect(node.needs.every((id) => over.has(id))).toBe(true);
        expect(over.has(node.id)).toBe(false);
        schedule.begin(node.id);
        expect(schedule.nodes.get(node.id)).toBe("running");
        schedule.end(node.id);
        over.add(node.id);
      }
      expect(over.size).toBe(nodes.length);
      expect(schedule.waiting()).toEqual([]);
    }),
  );
});

test("what is ready stands in the order of the graph", () => {
  fc.assert(
    fc.property(acyclic, (needs) => {
      const schedule = createSchedule({ nodes: nodesOf(needs) });
      while (!schedule.isOver) {
        const places = schedule.ready().map(({ id }) => Number(id.slice(1)));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        schedule.end(schedule.ready().at(-1)!.id);
      }
    }),
  );
});

test("a node that left no record says why; ending twice is ending once", () => {
  const schedule = createSchedule({ nodes: nodesOf([[], [0]]) });
  schedule.end("n0", "the worker died");
  schedule.end("n0", "again");
  expect(schedule.reasons.get("n0")).toBe("the worker died");
  expect(schedule.ready().map(({ id }) => id)).toEqual(["n1"]);
});

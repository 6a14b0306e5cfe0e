// Which node of a graph comes next: its needs are over, and it stands first in the graph. Costs a few steps per
// node and one more for each that is ready.

import type { Liveness, Standing } from "./executor.ts";
import type { GraphNode, JobGraph } from "./graph.ts";

export interface Schedule extends Standing {
  /** Nodes that may begin, in the order of the graph. */
  ready(): readonly GraphNode[];
  begin(id: string): void;
  /** Ends a node, begun or not; `reason` when it leaves no record. */
  end(id: string, reason?: string): void;
  /** Nodes that have not begun, in the order of the graph. */
  waiting(): readonly GraphNode[];
}

export function createSchedule({ nodes: listed }: JobGraph): Schedule {
  const nodes = new Map<string, Liveness>();
  const reasons = new Map<string, string>();
  const place = new Map<string, number>();
  const open = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const [index, { id, needs }] of listed.entries()) {
    nodes.set(id, "waiting");
    place.set(id, index);
    open.set(id, needs.length);
    for (const need of needs) {
      const others = dependents.get(need);
      if (others === undefined) dependents.set(need, [id]);
      else others.push(id);
    }
  }
  const ready: GraphNode[] = listed.filter(({ needs }) => needs.length === 0);
  let left = listed.length;

  function insert(node: GraphNode): void {
    const own = place.get(node.id)!;
    let [low, high] = [0, ready.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place.get(ready[middle]!.id)! < own) low = middle + 1;
      else high = middle;
    }
    ready.splice(low, 0, node);
  }

  function leave(id: string): void {
    const at = ready.findIndex((node) => node.id === id);
    if (at >= 0) ready.splice(at, 1);
  }

  return {
    nodes,
    reasons,
    get isOver() {
      return left === 0;
    },
    ready: () => ready,
    begin(id) {
      leave(id);
      nodes.set(id, "running");
    },
    end(id, reason) {
      if (nodes.get(id) === "ended") return;
      leave(id);
      nodes.set(id, "ended");
      left--;
      if (reason !== undefined) reasons.set(id, reason);
      for (const dependent of dependents.get(id) ?? []) {
        const count = open.get(dependent)! - 1;
        open.set(dependent, count);
        if (count === 0 && nodes.get(dependent) === "waiting") insert(listed[place.get(dependent)!]!);
      }
    },
    waiting: () => listed.filter(({ id }) => nodes.get(id) === "waiting"),
  };
}

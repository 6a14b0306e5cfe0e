// Jobs of a stage packed into tasks of an array: a scheduler starts two or three tasks a second, so that jobs of seconds go
// together. Order is kept, so the packing is the same whenever it is made.

import type { GraphNode } from "../graph.ts";

export interface PackOptions {
  /** Planned seconds that a task should at least have. */
  readonly taskSeconds: number;
  /** Most tasks of an array. */
  readonly maxTasks: number;
}

/** Node ids by task. */
export function packTasks(nodes: readonly GraphNode[], { taskSeconds, maxTasks }: PackOptions): string[][] {
  const total = nodes.reduce((sum, { estimate }) => sum + estimate.seconds, 0);
  const aim = Math.max(taskSeconds, total / Math.max(1, maxTasks));
  const tasks: string[][] = [];
  let seconds = 0;
  for (const { id, estimate } of nodes) {
    const last = tasks.at(-1);
    if (last === undefined || (seconds + estimate.seconds > aim && tasks.length < maxTasks)) {
      tasks.push([id]);
      seconds = estimate.seconds;
    } else {
      last.push(id);
      seconds += estimate.seconds;
    }
  }
  return tasks;
}

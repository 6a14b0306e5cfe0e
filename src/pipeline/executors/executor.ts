// The executor contract: where the jobs of a study run. An executor says only whether a node is still alive; how a job ended,
// its result.json alone decides, so that a lost scheduler, a purged job id or a killed session loses nothing.

import type { StageContext } from "../context.ts";
import type { EventSink } from "../events.ts";
import type { JobGraph } from "./graph.ts";

/** `ended`: no longer alive, in whatever way. `unknown`: the executor cannot be asked just now; not the same as lost. */
export type Liveness = "waiting" | "running" | "ended" | "unknown";

/** What was submitted: plain JSON, so that another process can poll and cancel it. */
export interface Submission {
  readonly executor: string;
  readonly [key: string]: unknown;
}

export interface Standing {
  /** By node id. */
  readonly nodes: ReadonlyMap<string, Liveness>;
  /** No node is waiting or running, and none is unknown. */
  readonly isOver: boolean;
  /** Why a node ended without a record, by node id: the worker died, it was not begun. */
  readonly reasons: ReadonlyMap<string, string>;
}

export interface ExecutorRun {
  readonly context: StageContext;
  readonly onEvent: EventSink;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970; no result depends on it. */
  readonly now: () => number;
}

export interface Executor {
  readonly name: string;
  /** Milliseconds between two looks at how far it is. */
  readonly pollMs: number;
  /** Hands the graph over; returns once the executor has it, long before the jobs are over. */
  submit(graph: JobGraph, run: ExecutorRun): Promise<Submission>;
  /** @throws what ended the whole run: Interrupted, Hash. */
  poll(submission: Submission): Promise<Standing>;
  /** Returns when nothing of the submission is alive any more, or throws. */
  cancel(submission: Submission): Promise<void>;
  /** Frees what this process holds. */
  close(): Promise<void>;
}

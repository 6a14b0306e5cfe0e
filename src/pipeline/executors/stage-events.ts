// What a run says of its stages: begun with the first of its nodes, ended with its collection. Stages overlap.

import type { EventSink, RunEvent } from "../events.ts";
import type { StageName } from "../stage.ts";
import { stages } from "../stages/registry.ts";
import type { GraphNode, JobGraph } from "./graph.ts";

type JobEnd = Extract<RunEvent, { kind: "job-end" }>;

export interface StageEvents {
  /** Before the first event of a node. */
  begun(node: GraphNode): void;
  jobEnded(event: JobEnd): void;
  /** After a stage's collection. */
  collected(stage: GraphNode["stage"]): void;
}

export function stageEvents({ nodes }: JobGraph, emit: EventSink): StageEvents {
  const counts = new Map<
    StageName,
    { jobs: number; done: number; reused: number; failed: number; skipped: number }
  >();
  const started = new Set<StageName>();
  for (const { stage, kind } of nodes) {
    const own = counts.get(stage) ?? { jobs: 0, done: 0, reused: 0, failed: 0, skipped: 0 };
    if (kind === "job") own.jobs++;
    counts.set(stage, own);
  }
  return {
    begun({ stage }) {
      if (started.has(stage)) return;
      started.add(stage);
      emit({ kind: "stage-start", stage, title: stages[stage].title, jobs: counts.get(stage)!.jobs });
    },
    jobEnded(event) {
      const own = counts.get(event.stage)!;
      own[event.state]++;
      if (event.reused) own.reused++;
      emit(event);
    },
    collected(stage) {
      const { done, reused, failed, skipped } = counts.get(stage)!;
      emit({ kind: "stage-end", stage, done, reused, failed, skipped });
    },
  };
}

/** The event that a finished job makes. */
export function jobEndOf(
  { stage, id }: Pick<GraphNode, "stage" | "id">,
  run: {
    readonly state: JobEnd["state"];
    readonly reason: string | null;
    readonly reused: boolean;
    readonly copiedFrom?: string | undefined;
  },
  cost: JobEnd["cost"],
): JobEnd {
  const { state, reason, reused, copiedFrom } = run;
  const worked = !reused && state !== "skipped";
  return {
    kind: "job-end",
    stage,
    path: id,
    state,
    reason,
    reused,
    ...(copiedFrom === undefined ? {} : { copiedFrom }),
    ...(worked && cost !== undefined ? { cost } : {}),
  };
}

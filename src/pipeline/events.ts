// Everything a run has to say, as typed events. The command line renders them; events.jsonl keeps them with their times.

import type { StageName } from "./stage.ts";

export type RunEvent =
  | {
      readonly kind: "stage-start";
      readonly stage: StageName;
      readonly title: string;
      readonly jobs: number;
    }
  | { readonly kind: "job-start"; readonly stage: StageName; readonly path: string }
  | {
      readonly kind: "job-progress";
      readonly stage: StageName;
      readonly path: string;
      readonly fraction: number;
      readonly note: string;
      /** That a network in training has seen. */
      readonly samples?: number | undefined;
    }
  | {
      readonly kind: "job-end";
      readonly stage: StageName;
      readonly path: string;
      readonly state: "done" | "failed" | "skipped";
      readonly reason: string | null;
      /** Found finished from an earlier run. */
      readonly reused: boolean;
    }
  | {
      readonly kind: "stage-end";
      readonly stage: StageName;
      readonly done: number;
      readonly reused: number;
      readonly failed: number;
      readonly skipped: number;
    }
  | { readonly kind: "note"; readonly text: string };

export type EventSink = (event: RunEvent) => void;

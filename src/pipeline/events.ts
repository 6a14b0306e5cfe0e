// Everything a run has to say, as typed events. The command line renders them; events.jsonl keeps them with their times.

import type { JobCost } from "./job-cost.ts";
import type { Machine } from "./machine.ts";
import type { StageName } from "./stage.ts";

export type RunEvent =
  | {
      readonly kind: "run-start";
      readonly doselapVersion: string;
      /** Worker threads for jobs. */
      readonly workers: number;
      readonly machine: Machine;
    }
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
      /** The job whose files it copied: what they cost stands there. */
      readonly copiedFrom?: string | undefined;
      /** Of a job that was worked at now; absent for one that was found finished or skipped. */
      readonly cost?: JobCost | undefined;
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

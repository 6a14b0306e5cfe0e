// What a state of Slurm's means for a job of ours: alive or not. How it ended, result.json says.
// https://slurm.schedmd.com/squeue.html, "JOB STATE CODES"

import type { Liveness } from "../executor.ts";
import type { TaskStates } from "./asking.ts";

const waiting = new Set([
  "PENDING",
  "CONFIGURING",
  "REQUEUED",
  "REQUEUE_FED",
  "REQUEUE_HOLD",
  "SPECIAL_EXIT",
  "RESV_DEL_HOLD",
]);
const ended = new Set([
  "COMPLETED",
  "CANCELLED",
  "FAILED",
  "TIMEOUT",
  "NODE_FAIL",
  "PREEMPTED",
  "BOOT_FAIL",
  "DEADLINE",
  "OUT_OF_MEMORY",
  "REVOKED",
  "LAUNCH_FAILED",
  "RECONFIG_FAIL",
]);

/** A state that no release so far has is taken for alive: waiting for it loses nothing. */
export function livenessOf(state: string): Exclude<Liveness, "unknown"> {
  if (ended.has(state)) return "ended";
  return waiting.has(state) ? "waiting" : "running";
}

/** How many of the tasks are alive. */
export function livingTasks(states: TaskStates): { readonly waiting: number; readonly running: number } {
  const count = { waiting: 0, running: 0, ended: 0 };
  for (const { state } of states.values()) count[livenessOf(state)]++;
  return count;
}

const words: { readonly [state: string]: string } = {
  CANCELLED: "was cancelled",
  FAILED: "ended with an error; see its log",
  TIMEOUT: "ran into its time limit; give it more with --slurm-time",
  NODE_FAIL: "lost its node",
  PREEMPTED: "was preempted and not started again",
  OUT_OF_MEMORY: "used more memory than it asked for; give it more with --slurm-mem",
  DEADLINE: "could not be run before its deadline",
  BOOT_FAIL: "got a node that did not boot",
};

/** Why a task left no result, in words. */
export function endText(state: string | undefined, reason: string): string {
  if (state === undefined) return "Slurm knows nothing of it any more, and it left no result";
  const said = words[state] ?? `ended as ${state}`;
  return `Slurm: the task ${said}${reason === "" ? "" : ` (${reason})`}`;
}

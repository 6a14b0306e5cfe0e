// Flags that say where and how the jobs of a study run. None of them changes a byte of any result (CONFIG-002).

import { availableParallelism } from "node:os";
import { checkThreads } from "../compute/scan-backend.ts";
import { DoselapError } from "../errors.ts";
import type { Execution } from "../study/design/execution.ts";
import { executorNames, type ExecutorName } from "../pipeline/executors/registry.ts";
import type { SlurmSettings } from "../pipeline/executors/slurm/script.ts";
import { checkSettings } from "../pipeline/executors/slurm/script.ts";
import { parseCount, parsePositive } from "./flags.ts";

export interface ExecutorFlags {
  readonly executor: ExecutorName;
  readonly workers?: number;
  readonly failFast: boolean;
  readonly silence?: number;
  readonly checkpointEvery: number;
  readonly memory?: number;
  /** Of `run` alone: networks train in one thread. */
  readonly threads?: number;
  readonly slurmPartition?: string;
  readonly slurmAccount?: string;
  readonly slurmQos?: string;
  readonly slurmConstraint?: string;
  readonly slurmGres?: string;
  readonly slurmTime?: string;
  readonly slurmMem?: number;
  readonly slurmAtOnce?: number;
  readonly slurmTaskSeconds?: number;
}

const slurmText = (placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: String, optional: true, placeholder, brief }) as const;

export const executorFlags = {
  executor: {
    kind: "enum",
    values: executorNames,
    default: "local",
    brief: "Where jobs run: on this machine, or in a Slurm cluster (docs/running-on-a-cluster.md)",
  },
  workers: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "N",
    brief: "Jobs at a time on this machine, a thread each (default: one per core)",
  },
  failFast: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "Begin no further job after the first that fails (default: the others go on)",
  },
  silence: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "S",
    brief:
      "End a job whose worker gives no sign of life for so many seconds (default: 900); working time has no limit",
  },
  checkpointEvery: {
    kind: "parsed",
    parse: parsePositive,
    default: "60",
    placeholder: "S",
    brief: "Keep the state of engines and trainings every so many seconds, to go on from after a kill",
  },
  memory: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "MB",
    brief: "Memory that jobs may take together (default: what the machine has to spare)",
  },
  slurmPartition: slurmText("NAME", "Slurm: partition"),
  slurmAccount: slurmText("NAME", "Slurm: account that is charged"),
  slurmQos: slurmText("NAME", "Slurm: quality of service"),
  slurmConstraint: slurmText("FEATURES", "Slurm: features that nodes must have"),
  slurmGres: slurmText("LIST", "Slurm: generic resources of a task, such as gpu:1"),
  slurmTime: slurmText("TIME", "Slurm: time limit of a task, as 2:00:00; near it a task is queued again"),
  slurmMem: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "MB",
    brief: "Slurm: memory of a task (default: by estimate)",
  },
  slurmAtOnce: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "N",
    brief: "Slurm: tasks of an array at a time",
  },
  slurmTaskSeconds: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "S",
    brief: "Slurm: pack jobs into tasks of at least so many planned seconds (default: 60)",
  },
} as const;

/** The flags, over what the study file says. @throws Usage for settings that are not of Slurm's form. */
export function slurmSettingsOf(flags: ExecutorFlags, { slurm }: Execution): SlurmSettings {
  const settings: SlurmSettings = {
    partition: flags.slurmPartition,
    account: flags.slurmAccount,
    qos: flags.slurmQos,
    constraint: flags.slurmConstraint,
    gres: flags.slurmGres,
    time: flags.slurmTime,
    memoryMb: flags.slurmMem,
    atOnce: flags.slurmAtOnce,
    taskSeconds: flags.slurmTaskSeconds,
  };
  checkHere(flags);
  const given = Object.values(settings).some((value) => value !== undefined);
  if (given && flags.executor !== "slurm") {
    throw new DoselapError("Usage", "Slurm's settings need --executor slurm", {
      key: "--executor",
      got: flags.executor,
    });
  }
  const merged = { ...slurm, ...definedOnly(settings) };
  checkSettings(merged);
  return merged;
}

/** @throws Usage for a flag of this machine's jobs when they run elsewhere: Slurm would not hear of it. */
function checkHere({ executor, workers, failFast, silence, memory }: ExecutorFlags): void {
  if (executor === "local") return;
  const given = {
    "--workers": workers,
    "--fail-fast": failFast || undefined,
    "--silence": silence,
    "--memory": memory,
  };
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    throw new DoselapError("Usage", "is for jobs on this machine", {
      key,
      expected: "--executor local with it",
      got: executor,
      hint: "Of Slurm's tasks --slurm-at-once, --slurm-time and --slurm-mem tell such things.",
    });
  }
}

function definedOnly(settings: SlurmSettings): SlurmSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Of `run`: engines are the jobs that take several threads. */
export const threadsFlag = {
  kind: "parsed",
  parse: parseThreads,
  optional: true,
  placeholder: "T",
  brief: "Threads of each engine, with as many fewer jobs at a time (default: 1); results are the same",
} as const;

function parseThreads(text: string): number {
  const threads = parseCount(text);
  checkThreads(threads);
  return threads;
}

/** Jobs at a time: as --workers says, else as many as leave each its threads on a core of its own. */
export function workersOf({ workers, threads = 1 }: Pick<ExecutorFlags, "workers" | "threads">): number {
  return workers ?? Math.max(1, Math.floor(availableParallelism() / threads));
}

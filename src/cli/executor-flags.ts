// Flags that say where and how the jobs of a study run. None of them changes a byte of any result (CONFIG-002).

import { availableParallelism } from "node:os";
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
  readonly silence: number;
  readonly checkpointEvery: number;
  readonly memory?: number;
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
    default: "900",
    placeholder: "S",
    brief: "End a job whose worker gives no sign of life for so many seconds; working time has no limit",
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

function definedOnly(settings: SlurmSettings): SlurmSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Workers when --workers does not say: one per core, for a job computes in one thread. */
export function defaultWorkers(): number {
  return availableParallelism();
}

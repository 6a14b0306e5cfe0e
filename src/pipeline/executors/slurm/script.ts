// Batch scripts. What a user can name (folders) stands between single quotes, where a shell sees nothing; what goes into #SBATCH
// lines is held against a pattern. A task's output goes to a file that the script opens itself, since Slurm expands % in names.

import { DoselapError } from "../../../errors.ts";

export interface SlurmSettings {
  readonly partition?: string | undefined;
  readonly account?: string | undefined;
  readonly qos?: string | undefined;
  readonly constraint?: string | undefined;
  readonly gres?: string | undefined;
  /** As Slurm writes it: minutes, hours:minutes:seconds, days-hours. */
  readonly time?: string | undefined;
  /** Megabytes per task; default: by estimate. */
  readonly memoryMb?: number | undefined;
  /** Tasks of an array that run at a time. */
  readonly atOnce?: number | undefined;
  /** Planned seconds that a task should at least have. */
  readonly taskSeconds?: number | undefined;
}

export interface Script {
  /** "generate", …, "collect". */
  readonly name: string;
  readonly text: string;
  /** Tasks; 0 = no array. */
  readonly tasks: number;
}

/** Seconds before its time limit at which a task is told to stop. */
const warnSeconds = 120;
/** Slurm may warn a minute early, and a task needs time to work: under a shorter limit it would be queued again for ever. */
const shortestMinutes = 5;

const word = /^[\w.,:@+-]+$/u;
const patterns = {
  partition: word,
  account: word,
  qos: word,
  constraint: /^[\w.,:@+&|*()[\]-]+$/u,
  gres: /^[\w.,:@+/=-]+$/u,
  time: /^(?:\d+|\d+:\d+|\d+:\d+:\d+|\d+-\d+(?::\d+){0,2})$/u,
} as const;

/** @throws Usage for a setting that is not of Slurm's form. */
export function checkSettings(settings: SlurmSettings): void {
  for (const [key, pattern] of Object.entries(patterns)) {
    const value = settings[key as keyof typeof patterns];
    if (value === undefined || pattern.test(value)) continue;
    throw new DoselapError("Usage", "is not of the form that Slurm takes", {
      key: `--slurm-${key}`,
      expected:
        key === "time" ? "minutes, hours:minutes:seconds or days-hours" : "letters, digits and .,:@+-",
      got: JSON.stringify(value),
    });
  }
  const { time } = settings;
  if (time === undefined || minutesOf(time) >= shortestMinutes) return;
  throw new DoselapError("Usage", "is too short: a task would be told to stop as soon as it begins", {
    key: "--slurm-time",
    expected: `${shortestMinutes} minutes or more`,
    got: time,
  });
}

/** Of a time as Slurm writes it: M, M:S, H:M:S, D-H, D-H:M, D-H:M:S. 0 means no limit. */
function minutesOf(time: string): number {
  const [days, clock] = time.includes("-") ? time.split("-") : [undefined, time];
  const parts = clock!.split(":").map(Number);
  const isFromHours = days !== undefined || parts.length === 3;
  const [hours = 0, minutes = 0, seconds = 0] = isFromHours ? parts : [0, ...parts];
  const total = 1440 * Number(days ?? 0) + 60 * hours + minutes + seconds / 60;
  return total === 0 ? Infinity : total;
}

/** Text between single quotes: no character is special in it. */
export function quoted(text: string): string {
  if (text.includes("\0")) {
    throw new DoselapError("Usage", "a name with a zero byte cannot be given to a shell", {
      got: JSON.stringify(text),
    });
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The script of a stage's array, or of the collection. */
export function batchScript({
  name,
  jobName,
  root,
  tasks,
  memoryMb,
  cores,
  command,
  settings,
}: {
  readonly name: string;
  /** Ours: letters, digits, -. */
  readonly jobName: string;
  /** The run folder, absolute. */
  readonly root: string;
  readonly tasks: number;
  readonly memoryMb: number;
  /** Cores of a task. */
  readonly cores: number;
  /** Program and its first arguments: node and our main file. */
  readonly command: readonly string[];
  readonly settings: SlurmSettings;
}): Script {
  checkSettings(settings);
  const { partition, account, qos, constraint, gres, time, atOnce } = settings;
  const isArray = tasks > 0;
  const options = [
    ["job-name", `${jobName}-${name}`],
    ["output", "/dev/null"],
    ["ntasks", "1"],
    ["cpus-per-task", `${cores}`],
    ["mem", `${settings.memoryMb ?? memoryMb}M`],
    ...(isArray ? [["array", `0-${tasks - 1}${atOnce === undefined ? "" : `%${atOnce}`}`]] : []),
    ["signal", `B:USR1@${warnSeconds}`],
    ["partition", partition],
    ["account", account],
    ["qos", qos],
    ["constraint", constraint],
    ["gres", isArray ? gres : undefined],
    ["time", time],
  ].flatMap(([key, value]) => (value === undefined ? [] : [`#SBATCH --${key}=${value}`]));
  const run = [...command, "work", root, ...(isArray ? ["--stage", name] : ["--collect"])]
    .map(quoted)
    .join(" ");
  const task = isArray ? ` --task "$SLURM_ARRAY_TASK_ID"` : "";
  const log = isArray
    ? `${quoted(`${root}/slurm/logs/${name}-`)}"$SLURM_ARRAY_TASK_ID".log`
    : quoted(`${root}/slurm/logs/${name}.log`);
  const text = [
    "#!/bin/bash",
    ...options,
    "#SBATCH --requeue",
    "#SBATCH --open-mode=append",
    "#SBATCH --kill-on-invalid-dep=yes",
    "",
    `exec >>${log} 2>&1 </dev/null`,
    "stopped=",
    `${run}${task} &`,
    "job=$!",
    "# USR1: the time limit is near. The job keeps what it has and the task is queued again.",
    `trap 'stopped=again; kill -TERM "$job"' USR1`,
    `trap 'stopped=for-good; kill -TERM "$job"' TERM`,
    "code=0",
    `while kill -0 "$job" 2>/dev/null; do wait "$job"; code=$?; done`,
    `if [ "$stopped" = again ] && [ "$code" -ne 0 ]; then`,
    isArray
      ? `  exec scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"`
      : `  exec scontrol requeue "$SLURM_JOB_ID"`,
    "fi",
    `exit "$code"`,
    "",
  ].join("\n");
  return { name, text, tasks };
}

// Slurm's answers as text in formats that we ask for: JSON changes between releases, ignores filters, and reports failed jobs as
// good ones (SLURM-001).

/** squeue: array or job id, task number, extended state, reason. */
export const squeueFormat = "%F|%K|%T|%r";
export const sacctFields = "JobID,State,ExitCode";

export interface TaskState {
  /** Of the array; of the job itself when it is none. */
  readonly jobId: string;
  /** Null for a job without an array. */
  readonly task: number | null;
  /** As Slurm names it: "RUNNING", "CANCELLED". */
  readonly state: string;
  /** Why it waits or ended; empty when nothing is said. */
  readonly reason: string;
}

/** Lines of `squeue -h -r -t all -o FORMAT`. Lines of another form are left out: some sites print banners. */
export function parseSqueue(text: string): TaskState[] {
  return text.split("\n").flatMap((line): TaskState[] => {
    const [jobId = "", task = "", state = "", ...reason] = line.trim().split("|");
    if (!/^\d+$/u.test(jobId) || !/^[A-Z_]+$/u.test(state)) return [];
    const said = reason.join("|").trim();
    // "N/A" for a job that is no array; a range for tasks that wait together, which -r writes one by one.
    if (!/^\d+$/u.test(task)) return [{ jobId, task: null, state, reason: plainReason(said) }];
    return [{ jobId, task: Number(task), state, reason: plainReason(said) }];
  });
}

/** Lines of `sacct -n -P -X -o JobID,State,ExitCode`: "12_3|CANCELLED by 0|0:15". */
export function parseSacct(text: string): TaskState[] {
  return text.split("\n").flatMap((line): TaskState[] => {
    const [id = "", said = "", exit = ""] = line.trim().split("|");
    const match = /^(\d+)(?:_(\d+))?$/u.exec(id);
    const state = /^[A-Z_]+/u.exec(said)?.[0];
    if (match === null || state === undefined) return [];
    const task = match[2] === undefined ? null : Number(match[2]);
    return [{ jobId: match[1]!, task, state, reason: exit === "0:0" ? "" : `exit code ${exit}` }];
  });
}

/** The job id of `sbatch --parsable`: "1234" or "1234;cluster". Warnings may stand before it. */
export function parseJobId(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return /^(\d+)(?:;\S+)?$/u.exec(lines.at(-1)?.trim() ?? "")?.[1];
}

/** MaxArraySize of `scontrol show config`; undefined when it is not said. */
export function parseMaxArraySize(text: string): number | undefined {
  const value = /^\s*MaxArraySize\s*=\s*(\d+)/mu.exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

function plainReason(text: string): string {
  return text === "None" || text === "N/A" ? "" : text;
}

// What a job cost: wall time, processor time, memory. It goes into events.jsonl alone, for no result may depend on it.
// Jobs run in threads of one process, so what can be known depends on how many run at once:
//   one at a time   the process's own processor time, all its threads included (collector, compiler, file reading), and that
//                   of the programs it started;
//   several         the time of the job's own thread, which leaves those helpers out (Linux: proc(5), schedstat and stat);
//   else            the wall time of the threads that the job computes in.
// Memory is always that of the whole process: the peak of its resident set while the job ran.

import { readFileSync, writeFileSync } from "node:fs";

export interface JobCost {
  readonly wallSeconds: number;
  readonly coreSeconds: number;
  /** How the processor time was found. */
  readonly coreBasis: "process" | "thread" | "wall";
  /** Largest resident set of the process while the job ran, other jobs of that time included; null when it is not known. */
  readonly peakMemoryBytes: number | null;
  /** Jobs that may have run at the same time, this one among them. */
  readonly jobsAtOnce: number;
}

/** Processor time of the calling thread, seconds; null where the system does not tell. Files are read without leaving it. */
export function threadSeconds(): number | null {
  const nanoseconds = textOf("/proc/thread-self/schedstat")?.split(" ")[0];
  if (nanoseconds !== undefined && Number(nanoseconds) > 0) return Number(nanoseconds) / 1e9;
  const fields = statFields("/proc/thread-self/stat");
  return fields === undefined ? null : (fields.utime + fields.stime) / ticksPerSecond;
}

/** Measures the jobs of one process. */
export interface CostMeter {
  /** Begins a job that computes in `threads`; `jobsAtOnce` says how many may run beside it. */
  start(jobsAtOnce: number, threads?: number): RunningCost;
}

export interface RunningCost {
  /** Ends the job. `thread`: its own thread's seconds, when it had one and they are known. */
  end(thread: number | null): JobCost;
}

/** @param now milliseconds of any clock. */
export function costMeter(now: () => number): CostMeter {
  const peaks = new Map<object, number>();
  /** Gives the peak since the last call to all jobs that run, and starts a new one: each job sees every peak of its time. */
  function takePeak(): void {
    const peak = highWaterBytes();
    if (peak === undefined) return;
    for (const [job, own] of peaks) peaks.set(job, Math.max(own, peak));
    restartHighWater();
  }

  return {
    start(jobsAtOnce, threads = 1) {
      takePeak();
      const job = {};
      peaks.set(job, 0);
      const [begun, processor] = [now(), processSeconds()];
      return {
        end(thread) {
          const wallSeconds = rounded((now() - begun) / 1000);
          takePeak();
          const peak = peaks.get(job) ?? 0;
          peaks.delete(job);
          const core: Pick<JobCost, "coreSeconds" | "coreBasis"> =
            jobsAtOnce === 1
              ? { coreSeconds: rounded(processSeconds() - processor), coreBasis: "process" }
              : thread === null || threads > 1
                ? { coreSeconds: rounded(wallSeconds * threads), coreBasis: "wall" }
                : { coreSeconds: rounded(thread), coreBasis: "thread" };
          return { wallSeconds, ...core, peakMemoryBytes: peak > 0 ? peak : null, jobsAtOnce };
        },
      };
    },
  };
}

/** The process and the programs it started and waited for, seconds. */
function processSeconds(): number {
  const { user, system } = process.cpuUsage();
  const children = statFields("/proc/self/stat");
  return (
    (user + system) / 1e6 +
    (children === undefined ? 0 : (children.cutime + children.cstime) / ticksPerSecond)
  );
}

/** To microseconds: no clock here knows more. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

/** Linux gives user space 100 ticks a second, whatever the kernel's own clock (USER_HZ). */
const ticksPerSecond = 100;

/** Times of proc(5) stat, in ticks; they stand behind the name, which may hold spaces and brackets. */
function statFields(
  file: string,
): { utime: number; stime: number; cutime: number; cstime: number } | undefined {
  const text = textOf(file);
  if (text === undefined) return undefined;
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [utime, stime, cutime, cstime] = fields.slice(11, 15);
  return { utime: utime!, stime: stime!, cutime: cutime!, cstime: cstime! };
}

function highWaterBytes(): number | undefined {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/mu.exec(textOf("/proc/self/status") ?? "")?.[1];
  if (kibibytes !== undefined) return 1024 * Number(kibibytes);
  // Elsewhere the system keeps one peak for the whole life of the process: what it holds now is the better answer.
  return process.memoryUsage.rss();
}

/** proc(5), clear_refs: 5 resets the peak resident set. */
function restartHighWater(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not Linux, or not allowed: a job's peak is then that of the process so far, an upper bound.
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // The file is Linux's own; other systems tell less.
    return undefined;
  }
}

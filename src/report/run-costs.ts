// What a run cost, read from its journal (events.jsonl), the only file that knows of time. The rest of the report never
// depends on it. A job counts with the work that made its files: found finished later on, it keeps that cost.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError } from "../io/file-error.ts";

export interface JobCostRow {
  readonly stage: string;
  /** Job folder, relative to the run folder. */
  readonly path: string;
  readonly wallSeconds: number;
  readonly coreSeconds: number;
  /** How the processor time was found: of the process, of the job's thread, or the wall time of one thread. */
  readonly coreBasis: "process" | "thread" | "wall";
  /** Peak of the process while the job ran; null when it is not known. */
  readonly peakMemoryBytes: number | null;
  /** Jobs that may have run at the same time; null when it is not known. */
  readonly jobsAtOnce: number | null;
}

export interface RunMachine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly doselapVersion: string;
}

export interface RunCosts {
  /** By job path. */
  readonly jobs: ReadonlyMap<string, JobCostRow>;
  /** Every machine and version that worked at the run, in order, each once. */
  readonly machines: readonly RunMachine[];
}

const cost = z.object({
  wallSeconds: z.number(),
  coreSeconds: z.number(),
  coreBasis: z.enum(["process", "thread", "wall"]),
  peakMemoryBytes: z.number().nullable(),
  jobsAtOnce: z.number(),
});
const jobEvent = z.object({
  kind: z.enum(["job-start", "job-end"]),
  time: z.number(),
  stage: z.string(),
  path: z.string(),
  state: z.string().optional(),
  reused: z.boolean().optional(),
  copiedFrom: z.string().optional(),
  cost: cost.optional(),
});
const startEvent = z.object({
  kind: z.literal("run-start"),
  doselapVersion: z.string(),
  machine: z.object({
    processor: z.string(),
    cores: z.number(),
    memoryBytes: z.number(),
    system: z.string(),
    node: z.string(),
  }),
});

/** The costs of a run folder; null when it has no journal. @throws File when it cannot be read. */
export async function readRunCosts(runDir: string): Promise<RunCosts | null> {
  const file = join(runDir, "events.jsonl");
  try {
    return costsOf(await readFile(file, "utf8"));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw fileError("cannot be read", file, cause);
  }
}

/** The costs that a journal tells. Lines that are no event (the last one of a killed process) say nothing. */
export function costsOf(journal: string): RunCosts {
  const jobs = new Map<string, JobCostRow>();
  const begun = new Map<string, number>();
  /** Jobs that are copies, and of which. */
  const copies = new Map<string, string>();
  const machines = new Map<string, RunMachine>();
  for (const line of journal.split("\n")) {
    const event = parsed(line);
    const start = startEvent.safeParse(event);
    if (start.success) {
      const { machine, doselapVersion } = start.data;
      const row = { ...machine, doselapVersion };
      machines.set(JSON.stringify(row), row);
      // Whatever ran before was ended with its process.
      begun.clear();
    }
    const job = jobEvent.safeParse(event);
    if (!job.success) continue;
    const { kind, time, stage, path, state, reused, copiedFrom, cost: known } = job.data;
    if (kind === "job-start") {
      begun.set(path, time);
      continue;
    }
    const since = begun.get(path);
    begun.delete(path);
    if (state !== "done" || reused === true) continue;
    copies.delete(path);
    if (copiedFrom !== undefined) copies.set(path, copiedFrom);
    if (known !== undefined) jobs.set(path, { stage, path, ...known });
    else if (since !== undefined) jobs.set(path, timedRow(stage, path, (time - since) / 1000));
    else jobs.delete(path);
  }
  // A copy took no time: its files cost what the work that made them did.
  for (const [path, from] of copies) {
    const made = jobs.get(from);
    if (made === undefined) jobs.delete(path);
    else jobs.set(path, { ...made, path });
  }
  return { jobs, machines: [...machines.values()] };
}

/** A journal without costs still has its times. */
function timedRow(stage: string, path: string, wallSeconds: number): JobCostRow {
  return {
    stage,
    path,
    wallSeconds,
    coreSeconds: wallSeconds,
    coreBasis: "wall",
    peakMemoryBytes: null,
    jobsAtOnce: null,
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // No event: see costsOf.
    return undefined;
  }
}

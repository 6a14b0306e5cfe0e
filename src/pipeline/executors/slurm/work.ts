// What a Slurm task does: the jobs of its pack, one after the other, each through the store, so that a task that is started again
// finds what it finished. Its events go to a file of its own; the collection puts them into the journal.

import { appendFile, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DoselapError } from "../../../errors.ts";
import { makeFolder } from "../../../io/make-folder.ts";
import { doselapVersion } from "../../../version.ts";
import { openStageContext } from "../../context.ts";
import type { RunEvent } from "../../events.ts";
import { costMeter } from "../../job-cost.ts";
import { appendToJournal } from "../../journal.ts";
import { thisMachine } from "../../machine.ts";
import type { StageName } from "../../stage.ts";
import { stages } from "../../stages/registry.ts";
import { collectStage } from "../node.ts";
import { runStageJob } from "../../run-job.ts";
import { interrupted } from "../interrupted.ts";
import { jobEndOf } from "../stage-events.ts";
import { missingRecords } from "./late.ts";
import { excusesIn } from "./slurm.ts";
import { markCollected, readSubmission, readTasks } from "./tasks.ts";

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly now: () => number;
  readonly say: (line: string) => void;
  /** Waits; tests give one that does not. */
  readonly wait?: ((ms: number) => Promise<unknown>) | undefined;
}

/** Runs the jobs of one task. Returns how many failed. @throws Usage for a task that is none, Interrupted. */
export async function workTask(
  root: string,
  stage: Exclude<StageName, "plan">,
  task: number,
  { signal, now, say, wait = sleep }: WorkOptions,
): Promise<number> {
  const { trainer, arrays, checkpointMs, threads } = await readTasks(root);
  const ids = arrays.find((array) => array.stage === stage)?.tasks[task];
  if (ids === undefined) {
    throw new DoselapError("Usage", "there is no such task", {
      file: join(root, "slurm/tasks.json"),
      expected: arrays.map((array) => `${array.stage} 0 to ${array.tasks.length - 1}`).join(", "),
      got: `${stage} ${task}`,
    });
  }
  const context = await openStageContext(root, trainer, { checkpointMs, threads });
  const jobs = new Map(stages[stage].jobs(context).map((job) => [job.path, job]));
  const meter = costMeter(now);
  const emit = await journal(join(root, "slurm/events"), `${stage}-${task}`, now);
  // Slurm began this task when those before it had ended; their files may still be on their way. Once for all jobs: what has not
  // come within a minute will not come.
  const needed = ids.flatMap((id) => {
    const job = jobs.get(id);
    return job === undefined ? [] : stages[stage].needs(job, context);
  });
  await missingRecords(root, [...new Set(needed)], { wait, isExcused: excusesIn(context) });
  let failed = 0;
  for (const id of ids) {
    if (signal?.aborted === true) throw interrupted();
    const job = jobs.get(id);
    if (job === undefined) throw new DoselapError("Job", "is no job of this study", { file: id });
    say(`${id}: begins`);
    await emit({ kind: "job-start", stage, path: id });
    const running = meter.start(1);
    const run = await runStageJob(stages[stage], job, context, { signal, now, progress() {} });
    const redone = run.redone === null ? [] : [`${id} was done again: ${run.redone}`];
    for (const text of [...redone, ...run.notes.map((note) => `${id}: ${note}`)]) {
      say(text);
      await emit({ kind: "note", text });
    }
    await emit(jobEndOf({ stage, id }, run, running.end(null)));
    say(`${id}: ${run.reused ? "found finished" : run.state}${run.reason === null ? "" : `, ${run.reason}`}`);
    if (run.state === "failed") failed++;
  }
  return failed;
}

/** Collects all stages of the submission, the report last. */
export async function workCollection(root: string, { now, say, wait = sleep }: WorkOptions): Promise<void> {
  const { trainer, arrays, collect } = await readTasks(root);
  const context = await openStageContext(root, trainer);
  const jobs = arrays.flatMap(({ tasks }) => tasks.flat());
  await missingRecords(root, jobs, { wait, isExcused: excusesIn(context) });
  await mergeEvents(root, now);
  for (const stage of collect) {
    say(`${stage}: collects`);
    await collectStage(stage, context);
  }
  const submission = await readSubmission(root);
  if (submission !== undefined) await markCollected(root, submission);
}

/** Appends events to a file of the task's own: many hosts appending to one would overwrite each other on a network file system. */
async function journal(
  folder: string,
  name: string,
  now: () => number,
): Promise<(event: RunEvent) => Promise<void>> {
  await makeFolder(folder);
  const file = join(folder, `${name}.jsonl`);
  return (event) => appendFile(file, `${JSON.stringify({ time: now(), ...event })}\n`);
}

/** All tasks' events by their times, into events.jsonl; a file that is in is removed, so none comes twice. */
async function mergeEvents(root: string, now: () => number): Promise<void> {
  const folder = join(root, "slurm/events");
  const merged = join(folder, "merged");
  await makeFolder(merged);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".jsonl"));
  const lines: { readonly time: number; readonly text: string }[] = [];
  for (const name of names.toSorted()) {
    // Taken away before it is used: a collection that is killed and begins again counts no cost twice.
    const taken = join(merged, `${name}.${now()}`);
    await rename(join(folder, name), taken);
    for (const text of (await readFile(taken, "utf8")).split("\n")) {
      const time = timeOf(text);
      // The last line of a task that was killed may be half.
      if (time !== undefined) lines.push({ time, text });
    }
  }
  if (lines.length === 0) return;
  lines.sort((a, b) => a.time - b.time);
  const start: RunEvent = { kind: "run-start", doselapVersion, workers: 1, machine: thisMachine() };
  const first = JSON.stringify({ time: lines[0]?.time ?? now(), ...start });
  appendToJournal(root, [first, ...lines.map(({ text }) => text)]);
}

function timeOf(line: string): number | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && "time" in value && typeof value.time === "number")
      return value.time;
  } catch {
    return undefined;
  }
  return undefined;
}

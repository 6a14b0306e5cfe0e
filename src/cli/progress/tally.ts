// How far a stage is, from its events: the share done, what runs, and how long it will take if it goes on as it went.

import type { RunEvent } from "../../pipeline/events.ts";

interface Running {
  readonly fraction: number;
  readonly note: string;
  readonly since: number;
  /** Samples that a network has seen, the first of them at a time. */
  readonly samples: number;
  readonly firstSamples: { readonly count: number; readonly at: number } | undefined;
}

/** One stage; times are milliseconds of any clock. */
export interface Tally {
  title: string;
  jobs: number;
  ended: number;
  /** Of the ended: found finished, which says nothing about how long a job takes. */
  reused: number;
  since: number;
  readonly running: Map<string, Running>;
}

export function newTally(): Tally {
  return { title: "", jobs: 0, ended: 0, reused: 0, since: 0, running: new Map() };
}

export function updateTally(tally: Tally, event: RunEvent, now: number): void {
  if (event.kind === "stage-start") {
    const { title, jobs } = event;
    Object.assign(tally, { title, jobs, ended: 0, reused: 0, since: now });
    tally.running.clear();
  } else if (event.kind === "job-start") {
    tally.running.set(event.path, begun(now));
  } else if (event.kind === "job-progress") {
    const { fraction, note, path, samples = 0 } = event;
    const before = tally.running.get(path) ?? begun(now);
    const first = samples > 0 ? { count: samples, at: now } : undefined;
    // Fewer than before: the network starts again.
    const restarted = before.firstSamples === undefined || samples < before.samples;
    const firstSamples = restarted ? first : before.firstSamples;
    tally.running.set(path, { ...before, fraction, note, samples, firstSamples });
  } else if (event.kind === "job-end") {
    tally.running.delete(event.path);
    tally.ended++;
    if (event.reused) tally.reused++;
  }
}

function begun(since: number): Running {
  return { fraction: 0, note: "", since, samples: 0, firstSamples: undefined };
}

/** The stage in a line, and a line for each job that runs. */
export function tallyLines({ jobs, ended, reused, since, running }: Tally, now: number): string[] {
  const parts = [...running.values()].reduce((sum, { fraction }) => sum + fraction, 0);
  const share = (ended + parts) / Math.max(1, jobs);
  const own = (ended - reused + parts) / Math.max(1, jobs - reused);
  const head = `${Math.floor(100 * share)} %, ${ended} of ${jobs}${leftText(now - since, own)}`;
  const rows = [...running].map(([path, job]) => {
    const words = job.note === "" ? "" : `  ${job.note}`;
    return `${path}${words}${speedText(job, now)}${leftText(now - job.since, job.fraction)}`;
  });
  return [head, ...rows];
}

/** Before this much is done and this long passed, nobody can say. */
const [leastShare, leastMs] = [0.01, 3000];

/** ", 38 samples/s" of a network in training. */
function speedText({ samples, firstSamples: first }: Running, now: number): string {
  if (first === undefined || now - first.at < leastMs) return "";
  return `, ${Number(((1000 * (samples - first.count)) / (now - first.at)).toPrecision(2))} samples/s`;
}

/** ", 4 min left": at the speed so far. Nothing when that is not known yet. */
function leftText(elapsedMs: number, share: number): string {
  if (share < leastShare || elapsedMs < leastMs || share >= 1) return "";
  return `, ${durationText((elapsedMs * (1 - share)) / share)} left`;
}

/** "40 s", "4 min", "2 h 10 min": two digits are known at most. */
function durationText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 || hours >= 10 ? `${hours} h` : `${hours} h ${rest} min`;
}

// How far each stage is, from its events: the share done, what runs, and how long it will take if it goes on as it went. Stages
// overlap: a job starts as soon as what it needs is over.

import type { RunEvent } from "../../pipeline/events.ts";
import type { StageName } from "../../pipeline/stage.ts";

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

/** By stage, of those that have begun. */
export type Tallies = Map<StageName, Tally>;

export function newTallies(): Tallies {
  return new Map();
}

/** The tally of the event's stage; undefined for an event of no stage. */
export function updateTallies(tallies: Tallies, event: RunEvent, now: number): Tally | undefined {
  if (event.kind === "run-start" || event.kind === "note") return undefined;
  if (event.kind === "stage-start") {
    const { title, jobs } = event;
    tallies.set(event.stage, { title, jobs, ended: 0, reused: 0, since: now, running: new Map() });
  }
  const tally = tallies.get(event.stage);
  if (tally === undefined) return undefined;
  if (event.kind === "job-start") {
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
  return tally;
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

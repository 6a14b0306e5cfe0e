// How fast networks learn, for the journal: a record for every tenth of a training job. Logs of jobs hold no clock, for a job
// writes the same bytes again; the journal is where times are.

import type { RunEvent } from "./events.ts";

export interface TrainingSpeed {
  readonly kind: "training-speed";
  readonly path: string;
  /** "epoch 3/5, loss -2.79". */
  readonly note: string;
  /** Share of the job that is done. */
  readonly fraction: number;
  /** That the network has seen, from the start of its training. */
  readonly samples: number;
  /** Since the first report of this training. */
  readonly samplesPerSecond: number;
  /** Until the job ends, if it goes on as since that report. */
  readonly secondsLeft: number;
}

interface Training {
  readonly since: number;
  readonly firstFraction: number;
  readonly firstSamples: number;
  tenth: number;
  samples: number;
}

/** A watcher of one run's events, `time` in ms of any clock: gives a record when a training job has passed another tenth. */
export function watchTrainingSpeed(): (event: RunEvent, time: number) => TrainingSpeed | undefined {
  const trainings = new Map<string, Training>();
  return (event, time) => {
    if (event.kind === "job-end") trainings.delete(event.path);
    if (event.kind !== "job-progress" || event.samples === undefined) return undefined;
    const { path, note, fraction, samples } = event;
    const tenth = Math.floor(10 * fraction);
    const known = trainings.get(path);
    // Fewer than before: the network starts again.
    if (known === undefined || samples < known.samples) {
      trainings.set(path, { since: time, firstFraction: fraction, firstSamples: samples, tenth, samples });
      return undefined;
    }
    known.samples = samples;
    const seconds = (time - known.since) / 1000;
    if (tenth === known.tenth || seconds <= 0) return undefined;
    known.tenth = tenth;
    return {
      kind: "training-speed",
      path,
      note,
      fraction,
      samples,
      samplesPerSecond: (samples - known.firstSamples) / seconds,
      secondsLeft: (seconds * (1 - fraction)) / (fraction - known.firstFraction),
    };
  };
}

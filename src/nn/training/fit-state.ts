// The state of a training between two steps, as bytes: everything that later steps, the log and the choice of the best epoch
// depend on, so that a resumed training ends as an undisturbed one.

import { packState, unpackState } from "../../io/kept-state.ts";
import type { ParameterValues } from "../models/parameters.ts";
import type { EpochRecord } from "./epoch-record.ts";
import type { LearnerCheckpoint } from "./learner.ts";

/** Weights and the epoch after which they were those. */
export interface Snapshot {
  readonly epoch: number;
  readonly parameters: ParameterValues;
}

export interface FitState {
  /** Restarts that there were. */
  readonly attempt: number;
  /** What was logged. */
  readonly lines: readonly string[];
  readonly levels: { readonly [name: string]: number };
  readonly history: readonly EpochRecord[];
  /** Steps done in the epoch after the history's; sum of their losses, largest gradient norm, last rate. */
  readonly steps: number;
  readonly sum: number;
  readonly norm: number;
  readonly rate: number;
  readonly best: (Snapshot & { readonly loss: number }) | undefined;
  /** What `keep` was told last. */
  readonly kept: Snapshot | undefined;
  readonly learner: LearnerCheckpoint;
}

const columns = ["epoch", "loss", "rate", "gradientNorm", "validation", "spread", "deadUnits"] as const;

interface Facts {
  readonly attempt: number;
  readonly lines: readonly string[];
  readonly levels: readonly string[];
  readonly steps: number;
  readonly learnerStep: number;
  readonly bestEpoch: number | null;
  readonly keptEpoch: number | null;
}

export function packFit(state: FitState): Uint8Array {
  const { attempt, lines, levels, history, steps, best, kept, learner } = state;
  const facts: Facts = {
    attempt,
    lines,
    levels: Object.keys(levels),
    steps,
    learnerStep: learner.step,
    bestEpoch: best?.epoch ?? null,
    keptEpoch: kept?.epoch ?? null,
  };
  return packState({
    facts,
    arrays: {
      numbers: Float64Array.of(state.sum, state.norm, state.rate, best?.loss ?? 0),
      levels: Float64Array.from(Object.values(levels)),
      history: Float64Array.from(history.flatMap((record) => columns.map((name) => record[name]))),
      ...named("learner", learner.values),
      ...named("best", best?.parameters ?? {}),
      ...named("kept", kept?.parameters ?? {}),
    },
  });
}

/** The reverse. @throws Format when the bytes are no such state. */
export function unpackFit(bytes: Uint8Array): FitState {
  const { facts: told, arrays } = unpackState(bytes);
  // Written by packFit of the same version: its hash is checked, and the version is part of it.
  const { bestEpoch, keptEpoch, learnerStep, levels: names, ...facts } = told as Facts;
  const [sum, norm, rate, bestLoss] = arrays["numbers"]!;
  const rows = arrays["history"]!;
  const history = Array.from({ length: rows.length / columns.length }, (_, k): EpochRecord => {
    const value = (name: (typeof columns)[number]): number =>
      rows[k * columns.length + columns.indexOf(name)]!;
    return {
      epoch: value("epoch"),
      loss: value("loss"),
      rate: value("rate"),
      gradientNorm: value("gradientNorm"),
      validation: value("validation"),
      spread: value("spread"),
      deadUnits: value("deadUnits"),
    };
  });
  const snapshot = (group: string, epoch: number | null): Snapshot | undefined =>
    epoch === null ? undefined : { epoch, parameters: group32(arrays, group) };
  const best = snapshot("best", bestEpoch);
  return {
    ...facts,
    levels: Object.fromEntries(names.map((name, i) => [name, arrays["levels"]![i]!])),
    history,
    sum: sum!,
    norm: norm!,
    rate: rate!,
    best: best === undefined ? undefined : { ...best, loss: bestLoss! },
    kept: snapshot("kept", keptEpoch),
    learner: { step: learnerStep, values: group32(arrays, "learner") },
  };
}

function named(group: string, values: ParameterValues): { [name: string]: Float32Array } {
  return Object.fromEntries(Object.entries(values).map(([name, data]) => [`${group}:${name}`, data]));
}

function group32(
  arrays: { readonly [name: string]: Float32Array | Float64Array },
  group: string,
): { [name: string]: Float32Array } {
  const own = Object.entries(arrays).filter(([name]) => name.startsWith(`${group}:`));
  return Object.fromEntries(own.map(([name, data]) => [name.slice(group.length + 1), data as Float32Array]));
}

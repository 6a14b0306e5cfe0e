// The engine contract. An engine is a value: a name, a strict options schema, citations, and two functions.

import type { z } from "zod";
import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions } from "../array/scan.ts";
import type { Backend } from "../compute/backend.ts";

/** What an engine is given. Arrays are read only. */
export interface Problem {
  readonly frames: number;
  readonly size: number;
  /** √counts, float32 [M, N, N], DC at (N/2, N/2). */
  readonly diffraction: Float32Array;
  readonly positions: Positions;
  /** Start probe, complex64 [modes, N, N], squared amplitude in counts. */
  readonly probe: Float32Array;
  readonly probeModes: number;
  readonly objectHeight: number;
  readonly objectWidth: number;
  /** Start object; a flat one (amplitude 1, phase 0) when absent. */
  readonly object?: ComplexImage | undefined;
}

export interface EngineContext {
  readonly backend: Backend;
  /** Seeds every random choice of the engine; same seed, same bytes. */
  readonly seed: number;
}

/** State between epochs: what `step` advances. Engines extend it with their scratch. */
export interface EngineState {
  readonly object: ComplexImage;
  /** complex64 [modes, N, N]. */
  readonly probe: Float32Array;
  /** Epochs done. */
  epoch: number;
}

export interface EpochReport {
  /** Relative amplitude misfit: Σ(|ψ|−√n)² / Σn over the epoch, at each frame's visit. */
  readonly error: number;
}

export interface Engine<Options = unknown, State extends EngineState = EngineState> {
  readonly name: string;
  /** One line for `--help` and the docs. */
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /** DOIs. */
  readonly cites: readonly string[];
  init(problem: Problem, options: Options, context: EngineContext): State;
  /** Advances the state by one epoch. @throws Diverged when a field stops being finite. */
  step(state: State): EpochReport;
}

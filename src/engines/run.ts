// Runs an engine to its planned end: epochs, progress, history, abort. The same call serves the command
// line, the study's jobs and the tests.

import { setImmediate } from "node:timers/promises";
import type { ComplexImage } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import type { EngineContext, Problem } from "./engine.ts";
import type { PreparedEngine } from "./registry.ts";

export interface Reconstruction {
  readonly object: ComplexImage;
  /** complex64 [modes, N, N]. */
  readonly probe: Float32Array;
  /** Relative misfit of each epoch. */
  readonly history: readonly number[];
}

export interface EpochEvent {
  /** Epochs done, of `epochs`. */
  readonly epoch: number;
  readonly epochs: number;
  readonly error: number;
}

/** Runs all planned epochs. Gives the event loop a turn between epochs, so that an abort is heard.
 * @throws Diverged from the engine; Interrupted when the signal aborts. */
export async function runEngine(
  engine: PreparedEngine,
  problem: Problem,
  {
    onEpoch,
    signal,
    ...context
  }: EngineContext & {
    onEpoch?: ((event: EpochEvent) => void) | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<Reconstruction> {
  const { state, step } = engine.start(problem, context);
  const history: number[] = [];
  while (history.length < engine.epochs) {
    if (signal?.aborted === true) {
      throw new DoselapError("Interrupted", `${engine.name} was stopped after ${history.length} epochs`);
    }
    const { error } = step();
    history.push(error);
    onEpoch?.({ epoch: history.length, epochs: engine.epochs, error });
    await setImmediate();
  }
  return { object: state.object, probe: state.probe, history };
}

// What is kept of each epoch: its training and its judgement on the held-out frames.

import type { Judgement } from "./judge.ts";

export interface EpochRecord extends Judgement {
  readonly epoch: number;
  readonly loss: number;
  readonly rate: number;
  /** Largest norm of a step's gradient. */
  readonly gradientNorm: number;
}

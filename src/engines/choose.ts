// What held-out frames choose for a link of a run: the epoch after which they are explained best, and the weight of the prior
// when that is left to them.

import { climbAtMost } from "./chain-order.ts";
import type { CommonOptions } from "./options.ts";
import type { Pass } from "./passes.ts";

export interface Choice {
  readonly engine: string;
  /** Epochs after which held-out deviance was lowest; 0 = the start. */
  readonly epoch: number;
  readonly priorWeight: number;
  /** Held-out deviance per pixel at the start and there. */
  readonly startDeviance: number;
  readonly deviance: number;
}

export interface Chosen {
  readonly pass: Pass;
  readonly choice: Choice;
}

/** Weights that "auto" tries, counts per pixel: it climbs from the middle while held-out deviance falls. */
const priorLadder = [0.1, 0.3, 1, 3, 10, 30, 100, 300] as const;
const ladderStart = 4;

/** Runs a link once, or once for each weight that is tried; what `run` gives of the best is kept. */
export async function choose(
  engine: string,
  options: CommonOptions,
  run: (options: CommonOptions) => Promise<Pass>,
): Promise<Chosen> {
  const { priorWeight } = options;
  const attempt = async (weight: number): Promise<Chosen> => {
    const pass = await run(withWeight(options, weight));
    const { epoch } = pass.result;
    const startDeviance = pass.startDeviance ?? NaN;
    const deviance = epoch === 0 ? startDeviance : (pass.reports[epoch - 1]?.heldOutDeviance ?? NaN);
    return { pass, choice: { engine, epoch, priorWeight: weight, startDeviance, deviance } };
  };
  if (typeof priorWeight === "number") return attempt(priorWeight);
  return climb(attempt);
}

/** The options of a fit with a prior of that weight, or with none. */
export function withWeight(options: CommonOptions, priorWeight: CommonOptions["priorWeight"]): CommonOptions {
  return { ...options, priorWeight, prior: priorWeight === 0 ? "none" : options.prior };
}

/** Walks the ladder of prior weights downhill in held-out deviance. */
async function climb(attempt: (weight: number) => Promise<Chosen>): Promise<Chosen> {
  let at = ladderStart;
  let best = await attempt(priorLadder[at]!);
  let visited = 1;
  for (const way of [1, -1]) {
    let moved = false;
    while (visited < climbAtMost && priorLadder[at + way] !== undefined) {
      const next = await attempt(priorLadder[at + way]!);
      visited++;
      if (!(next.choice.deviance < best.choice.deviance)) break;
      best = next;
      at += way;
      moved = true;
    }
    if (moved) break;
  }
  return best;
}

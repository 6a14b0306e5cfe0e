// Learning rates as functions of the step, 1 in the first. The rate is fed to the training graph, so none is part of it.

import { DoselapError } from "../../errors.ts";
import { above0, atLeast0, expectOption, wholeNumber } from "./options.ts";

export type Schedule = (step: number) => number;

/** @throws Range */
export function constantRate(rate: number): Schedule {
  expectOption("rate", rate, atLeast0);
  return () => rate;
}

export interface CosineOptions {
  /** The highest rate, reached in step `warmUpSteps`. */
  readonly highest: number;
  /** The rate in step `totalSteps` and after; 0 by default. */
  readonly last?: number;
  /** Steps of linear rise; 0 by default. */
  readonly warmUpSteps?: number;
  readonly totalSteps: number;
}

/** Linear rise, then half a cosine down. Loshchilov & Hutter 2017, arXiv:1608.03983.
 * @throws Range */
export function cosineRate({ highest, last = 0, warmUpSteps = 0, totalSteps }: CosineOptions): Schedule {
  expectOption("highest", highest, above0);
  expectOption("last", last, {
    allows: (rate) => rate >= 0 && rate <= highest,
    text: `from 0 to ${highest}`,
  });
  expectOption("warmUpSteps", warmUpSteps, wholeNumber);
  expectOption("totalSteps", totalSteps, {
    allows: (steps) => Number.isSafeInteger(steps) && steps > warmUpSteps,
    text: `a whole number above warmUpSteps = ${warmUpSteps}`,
  });
  return (step) => {
    if (step < warmUpSteps) return (highest * step) / warmUpSteps;
    const way = Math.min(1, (step - warmUpSteps) / (totalSteps - warmUpSteps));
    return last + ((highest - last) * (1 + Math.cos(Math.PI * way))) / 2;
  };
}

export interface PlateauOptions {
  readonly highest: number;
  /** What the rate is multiplied with; 0.5 by default. */
  readonly factor?: number;
  /** Losses that are not the lowest so far and are tolerated; the next one lowers the rate. */
  readonly patience: number;
  /** The lowest rate; 0 by default. */
  readonly lowest?: number;
}

/** Plain data: written as JSON and read again, it goes on where it was. */
export interface PlateauState {
  readonly rate: number;
  /** The lowest loss so far; null before the first. */
  readonly best: number | null;
  /** Losses since then. */
  readonly waited: number;
}

/** A rate that is lowered when the validation loss no longer falls: give each loss to `after`. Whatever is lower counts: losses
 * are known but for a constant, of which no share says anything (NN-018).
 * @throws Range */
export function plateauRate(options: PlateauOptions): {
  readonly start: PlateauState;
  after(state: PlateauState, loss: number): PlateauState;
} {
  const { highest, factor = 0.5, patience, lowest = 0 } = options;
  expectOption("highest", highest, above0);
  expectOption("factor", factor, { allows: (value) => value > 0 && value < 1, text: "between 0 and 1" });
  expectOption("patience", patience, wholeNumber);
  expectOption("lowest", lowest, {
    allows: (rate) => rate >= 0 && rate <= highest,
    text: `from 0 to ${highest}`,
  });
  return {
    start: { rate: highest, best: null, waited: 0 },
    after({ rate, best, waited }, loss) {
      if (!Number.isFinite(loss)) {
        throw new DoselapError("Diverged", "the validation loss is no number", { got: String(loss) });
      }
      if (best === null || loss < best) return { rate, best: loss, waited: 0 };
      if (waited < patience) return { rate, best, waited: waited + 1 };
      return { rate: Math.max(lowest, rate * factor), best, waited: 0 };
    },
  };
}

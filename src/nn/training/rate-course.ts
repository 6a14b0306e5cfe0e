// How long a training is, and the learning rate over it, by the option `schedule`: a cosine down to its two-hundredth part,
// constant, or halved when the validation loss no longer falls. All rise in a line first, by `warmUpSteps`.

import { DoselapError } from "../../errors.ts";
import { constantRate, cosineRate, plateauRate } from "../optim/schedules.ts";

export interface RateOptions {
  /** The highest rate. */
  readonly learningRate: number;
  readonly schedule?: "cosine" | "constant" | "plateau" | undefined;
  /** null: 30 for a cosine, at most a fifth of all steps; none for the others. */
  readonly warmUpSteps?: number | null | undefined;
  /** Epochs without a lower validation loss that a plateau tolerates. */
  readonly patience?: number | undefined;
}

export interface CourseOptions extends RateOptions, LengthOptions {}

export interface LengthOptions {
  readonly epochs: number;
  /** Steps at least: an epoch of few items is a few steps, which teach a network nothing. */
  readonly leastSteps?: number | undefined;
}

export interface RateCourse {
  /** Of a step, 1 in the first. */
  rate(step: number): number;
  /** Is told the validation loss of each epoch in turn: with those of a kept state it is where it was then. */
  after(validation: number): void;
}

/** What an epoch goes through. */
export interface EpochItems {
  readonly items: { readonly length: number };
  readonly batchSize: number;
}

export function stepsPerEpoch({ items, batchSize }: EpochItems): number {
  return Math.ceil(items.length / batchSize);
}

/** Epochs that there are: those given, or as many as the least steps need. */
export function epochsOf({ epochs, leastSteps = 0 }: LengthOptions, epoch: EpochItems): number {
  return Math.max(epochs, Math.ceil(leastSteps / stepsPerEpoch(epoch)));
}

/** @throws Range for a warm-up that is as long as the training: a lesson asks before its engine runs. */
export function rateCourse(options: CourseOptions, epoch: EpochItems): RateCourse {
  return courseOver(options, epochsOf(options, epoch) * stepsPerEpoch(epoch));
}

function courseOver(
  { learningRate, schedule = "cosine", warmUpSteps: asked = null, patience = 3 }: RateOptions,
  totalSteps: number,
): RateCourse {
  const warmUpSteps = asked ?? (schedule === "cosine" ? Math.min(30, Math.floor(totalSteps / 5)) : 0);
  if (warmUpSteps >= totalSteps) {
    throw new DoselapError("Range", "the learning rate would rise to the end", {
      key: "warmUpSteps",
      expected: `fewer than the ${totalSteps} steps of the training`,
      got: String(warmUpSteps),
      hint: "Lower warmUpSteps, or raise epochs or leastSteps.",
    });
  }
  const risen = (step: number): number => (step < warmUpSteps ? step / warmUpSteps : 1);
  const [highest, last] = [learningRate, learningRate / 200];
  switch (schedule) {
    case "cosine":
      return { rate: cosineRate({ highest, last, warmUpSteps, totalSteps }), after: () => undefined };
    case "constant": {
      const rate = constantRate(highest);
      return { rate: (step) => risen(step) * rate(step), after: () => undefined };
    }
    case "plateau": {
      const plateau = plateauRate({ highest, patience, lowest: last });
      let state = plateau.start;
      return {
        rate: (step) => risen(step) * state.rate,
        after: (validation) => void (state = plateau.after(state, validation)),
      };
    }
  }
  throw schedule satisfies never;
}

// Options that network arms share, as schema shapes: an arm spreads what it uses into its own strict schema, so that an option
// it does not use is an error. null: the value of the study's `training` section.

import { z } from "zod";

/** What every arm has. */
export const trainingShape = {
  epochs: z
    .number()
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe("Passes over the training groups; null = training.epochs."),
  leastSteps: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      "Steps at least: where the epochs make fewer, because frames are few, there are as many epochs as make these.",
    ),
  batchSize: z
    .number()
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe("Groups per step; null = training.batchSize."),
  learningRate: z
    .number()
    .positive()
    .finite()
    .nullable()
    .default(null)
    .describe("Highest rate of the schedule; null = training.learningRate."),
  schedule: z
    .enum(["cosine", "constant", "plateau"])
    .default("cosine")
    .describe(
      "Course of the learning rate: a cosine down to its 200th part, constant, or halved when validation falls no more.",
    ),
  warmUpSteps: z
    .number()
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      "Steps of linear rise, fewer than all; null = 30 for cosine, at most a fifth of all steps, and none else.",
    ),
  patience: z
    .number()
    .int()
    .min(0)
    .default(3)
    .describe("Epochs without a lower validation loss before a plateau's rate is halved."),
  weightDecay: z.number().min(0).default(1e-4).describe("Decoupled weight decay (AdamW)."),
  clipNorm: z.number().positive().default(1).describe("Largest norm of all gradients together."),
  average: z
    .number()
    .min(0)
    .lt(1)
    .default(0.98)
    .describe("Decay of the running mean of the weights, which is what infers."),
  validationFraction: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.1)
    .describe(
      "Share of the frames, in blocks of the scan, that choose the best epoch and are never trained on; log and report tell where a scan is too small for that.",
    ),
  restarts: z
    .number()
    .int()
    .min(0)
    .max(20)
    .default(2)
    .describe("How often a run whose output does not vary over inputs starts again, with another seed."),
} as const;

/** What the arms have whose network is a U-Net. */
export const widthsShape = {
  widths: z
    .array(z.number().int().positive())
    .min(1)
    .max(5)
    .default([16, 32, 64])
    .describe("Channels of the network's levels, finest first."),
} as const;

/** And what those of them have that learn from photons. */
export const commonShape = {
  ...trainingShape,
  ...widthsShape,
  loss: z
    .enum(["poisson", "anscombe"])
    .default("poisson")
    .describe("poisson: negative log likelihood of the counts. anscombe: variance-stabilised amplitudes."),
} as const;

const common = z.strictObject(trainingShape);
export type CommonOptions = z.infer<typeof common>;

/** Epochs, batch and rate as numbers. */
export interface Schedule {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** The values that hold: the arm's own, or the study's. */
export function scheduleOf({ epochs, batchSize, learningRate }: CommonOptions, study: Schedule): Schedule {
  return {
    epochs: epochs ?? study.epochs,
    batchSize: batchSize ?? study.batchSize,
    learningRate: learningRate ?? study.learningRate,
  };
}

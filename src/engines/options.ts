// Options that engines share, as schema shapes: an engine spreads the groups that it uses into its own strict schema, so
// that an option it does not use is an error. What `describe` says of an option is what help, docs and editors show.

import { z } from "zod";

const pixels = z.number().positive().finite();

/** Every engine. */
export const commonShape = {
  epochs: z
    .number()
    .int()
    .positive()
    .max(100_000)
    .default(60)
    .describe("Passes over all frames; sets every schedule."),
  fixProbe: z.boolean().default(false).describe("True: the probe is known and never updated."),
  probeStartEpoch: z
    .number()
    .int()
    .min(0)
    .default(2)
    .describe("The probe is left alone before this epoch (0-based)."),
  probeStopEpoch: z
    .number()
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe("The probe is left alone from this epoch on; null = never."),
  constrainProbePower: z
    .boolean()
    .default(true)
    .describe(
      "True: after each epoch the probe gets its starting power back; the object takes the inverse factor.",
    ),
  probeError: z
    .number()
    .positive()
    .nullable()
    .default(0.2)
    .describe(
      "Expected relative error of the start probe: where photons are too few to know better, the probe stays near it. null = no prior.",
    ),
  probeSupportPx: pixels
    .nullable()
    .default(null)
    .describe("Radius outside which the probe is zero, px; null = no support."),
  amplitudeMin: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("Lower bound of the object's amplitude, beside the probe as the run has it; null = none."),
  amplitudeMax: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("Upper bound of the object's amplitude, beside the probe as the run has it; null = none."),
  likelihood: z
    .enum(["amplitude", "poisson"])
    .default("poisson")
    .describe("amplitude: Σ(√λ−√n)², the modulus; poisson: Σ(λ − n ln λ), right at low counts."),
  heldOutFraction: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe(
      'Fraction of the frames, one at least, that is left out and only scored: the honest "is this good?" number.',
    ),
  keepBest: z
    .boolean()
    .default(true)
    .describe("True: the epoch with the lowest held-out deviance is the result."),
  refit: z
    .boolean()
    .default(true)
    .describe(
      "True: once the held-out frames have chosen epoch and prior, in every link of a chain, the engine runs again on all frames up to there.",
    ),
  averageLast: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("The result is the mean over this last fraction of the epochs; 0 = the last iterate."),
  prior: z
    .enum(["none", "smoothness", "tv", "l2"])
    .default("smoothness")
    .describe("Prior on the object: smoothness Σ|∇O|², tv Σ|∇O|, l2 Σ|O−1|²."),
  priorWeight: z
    .union([z.number().min(0).finite(), z.literal("auto"), z.literal("noise")])
    .default(20)
    .describe(
      'Its weight, counts per pixel; "auto": by held-out deviance, "noise": 0.9 √(photons per object pixel), for tv.',
    ),
  shrink: z
    .boolean()
    .default(true)
    .describe(
      "True: with a prior, the object is drawn to flat and a refined probe to its start where frames do not tell them from noise.",
    ),
} as const;

/** ε of the Poisson gradient where nothing else is asked for, counts per pixel. */
export const usualDarkCounts = 0.01;

/** Frames of a batch of LSQ-ML where nothing else is asked for and they are many. */
export const usualBatchSize = 32;

/** Engines that go by the gradient of the likelihood at the frames as they are: its floor, and what is fitted beside. */
export const gradientShape = {
  darkCounts: z
    .number()
    .min(0)
    .default(usualDarkCounts)
    .describe(
      "ε of the Poisson gradient, counts per pixel: limits the pull of a count where the model is dark.",
    ),
  floatIntensities: z
    .boolean()
    .default(false)
    .describe(
      "Intensity of each frame fitted as a factor (mean 1) from the probe start on; that of a held-out frame when it is scored.",
    ),
  positionStartEpoch: z
    .number()
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      "First epoch in which scan positions are corrected, those of held-out frames too; null = never.",
    ),
  positionStep: z.number().gt(0).max(2).default(0.5).describe("Fraction of the position step that is taken."),
  positionMaxDriftPx: pixels
    .default(3)
    .describe(
      "A corrected position stays within this distance of the one that the scan gives, px (its length, not per axis), in every link of a chain.",
    ),
  positionAffine: z
    .boolean()
    .default(false)
    .describe(
      "True: corrections are the best affine map of the positions that the scan gives (scale, rotation, shear).",
    ),
} as const;

/** Engines with a step that shrinks on a cosine. */
export const scheduleShape = {
  // A small last step averages the noise that a full one chases (Konijnenberg 2018, doi:10.1016/j.ultramic.2016.12.015).
  finalStepFraction: z
    .number()
    .gt(0)
    .max(1)
    .default(0.1)
    .describe("Steps shrink to this fraction of themselves, on a cosine over the planned epochs."),
} as const;

/** Engines that keep no waves: their probe can be moved and its modes turned between epochs. */
export const gaugeShape = {
  orthogonalizeModes: z
    .boolean()
    .default(true)
    .describe(
      "True: probe modes are made orthogonal and sorted by power after each epoch that refines them.",
    ),
  centerProbe: z
    .boolean()
    .default(false)
    .describe(
      "True: the probe's centre of mass is kept at the centre of its window; the object follows. Far field only.",
    ),
} as const;

const common = z.strictObject(commonShape);
const gradient = z.strictObject(gradientShape);
export type CommonOptions = z.infer<typeof common> &
  Partial<z.infer<typeof gradient>> & {
    readonly finalStepFraction?: number;
    readonly orthogonalizeModes?: boolean;
    readonly centerProbe?: boolean;
  };

/** Whether the probe is refined in any of the first `epochs` epochs. */
export function updatesProbe(
  { fixProbe, probeStartEpoch, probeStopEpoch }: CommonOptions,
  epochs: number,
): boolean {
  return !fixProbe && probeStartEpoch < Math.min(epochs, probeStopEpoch ?? Infinity);
}

/** Names of the options that an engine takes. */
export function keysOf({ options }: { readonly options: z.ZodType }): string[] {
  return options instanceof z.ZodObject ? Object.keys(options.shape) : [];
}

// StudyDesign: the one immutable description of a study. Everything a stage needs is in here, resolved;
// nothing is defaulted later on (F-05, F-06). Read from YAML or a preset, validated once, hashed.

import { z } from "zod";
import { fileSource } from "../../data/file-source.ts";
import { prepareSettings } from "../../prepare/settings.ts";

/** Names of studies and views, which folders are named after. */
export const designNameRule = /^[a-z0-9][a-z0-9-]*$/;

const positive = z.number().positive().finite();
const seed = z.number().int().min(0).max(4294967295);

const phantomObject = z.strictObject({
  kind: z.literal("phantom"),
  phantom: z.enum(["siemens-star", "cells", "circuit", "smooth-phase"]),
  heightPx: z.number().int().min(64).max(16384),
  widthPx: z.number().int().min(64).max(16384),
  /** Amplitude transmission lies in [amplitudeMin, 1]. */
  amplitudeMin: z.number().min(0).max(1),
  /** Phase lies in [0, phaseRangeRad]. */
  phaseRangeRad: z.number().min(0).max(6.2),
  seed,
});
const airyProbe = z.strictObject({
  kind: z.literal("defocused-airy"),
  /** Radius of the aperture in the detector plane, cycles per pixel. */
  apertureCyclesPerPx: positive.max(0.5),
  /** Radius of the defocused spot (geometric), pixels. */
  defocusRadiusPx: z.number().min(0),
});
const gaussianProbe = z.strictObject({
  kind: z.literal("gaussian"),
  fwhmPx: positive,
  /** Quadratic phase at a radius of one fwhm, radians. */
  curvatureRad: z.number(),
});

const scan = z.strictObject({
  kind: z.enum(["raster", "jittered-raster", "fermat", "lissajous", "random"]),
  /** Largest displacement of a jittered raster, as a fraction of the step. */
  jitterFraction: z.number().min(0).max(0.5),
});

const split = z.strictObject({
  axis: z.enum(["x", "y"]),
  /** Where the line lies between the first and the last position. */
  fraction: z.number().gt(0).lt(1),
  /** Distance between the nearest train and test positions; "auto" = N, so that no patch crosses it. */
  guardPx: z.union([z.literal("auto"), z.number().min(0)]),
});

const seeds = z.strictObject({ simulation: seed, grouping: seed, subsampling: seed });

const metrics = z.strictObject({
  /** Gaussian blur before MS-SSIM, pixels; 0 = none. Applied to both images. */
  msSsimSigmaPx: z.number().min(0),
  /** Largest registration shift per axis before an arm is flagged. */
  maxShiftPx: z.number().min(0).max(16),
  registration: z.boolean(),
  /** Pixels along the border of the window that are not compared; as wide as maxShiftPx when left out. */
  guardPx: z.number().int().min(0).max(64).optional(),
  /** false: a linear phase counts as error; it is removed when left out. */
  phaseRamp: z.boolean().optional(),
  /** Metres per object pixel, when the scan does not say or says it wrong: resolutions are then given in nm too. */
  pixelSizeM: z.number().positive().optional(),
  /** true: an isotropic quadratic phase is removed as well; it counts as error when left out. */
  phaseCurvature: z.boolean().optional(),
});

const training = z.strictObject({
  epochs: z.number().int().positive(),
  batchSize: z.number().int().positive(),
  learningRate: positive,
  /** Groups drawn per epoch; null = one per frame. */
  groupCount: z.number().int().positive().nullable(),
  /** Frames kept before grouping; null = all. */
  subsampleCount: z.number().int().positive().nullable(),
});

/** How the scan's file is read when its content leaves that open; each overrides what was detected. */
const read = z.strictObject({
  layout: z.enum(["MHW", "HWM"]).optional(),
  domain: z.enum(["amplitude", "intensity", "counts"]).optional(),
  dc: z.enum(["center", "corner"]).optional(),
  positionOrder: z.enum(["xy", "yx"]).optional(),
});

/** Engine name to its options; each is checked by the engine's own strict schema. */
const engines = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Arm name to its options, for arms that are no engines; each is checked by the arm's own strict schema. */
const methods = z.record(z.string(), z.record(z.string(), z.unknown())).default({});

/** YAML reads an unquoted null as no value; in a list of arms it can only mean the null arm. */
const armName = z.preprocess((value) => (value === null ? "null" : value), z.string());

const common = {
  schemaVersion: z.literal(1),
  name: z.string().regex(designNameRule),
  /** The question the study answers, printed at the head of the report. */
  question: z.string().min(1),
  probeDiameter: z.enum(["second-moment", "fwhm"]),
  /** K: the nearest neighbours a group's other members are chosen from. */
  neighborCount: z.number().int().positive(),
  /** OVERSAMPLING-001: more groups than frames need this to be said. */
  enableOversampling: z.boolean(),
  seeds,
  /** Replicate r uses every seed plus r. */
  replicates: z.number().int().min(1).max(1000),
  /** Arms in the order of the report; the null arm is always scored. */
  arms: z.array(armName).min(1),
  engines,
  methods,
  training,
  metrics,
};

const viewName = z.string().regex(designNameRule);
const gridsize = z.union([z.literal(1), z.literal(2)]);

export const simulatedSchema = z.strictObject({
  ...common,
  kind: z.literal("simulated"),
  /** N: side of a frame. */
  sizePx: z.number().int(),
  object: z.discriminatedUnion("kind", [phantomObject, fileSource]),
  probe: z.discriminatedUnion("kind", [airyProbe, gaussianProbe, fileSource]),
  /** Photons per frame; or null when `fluences` is given. */
  doses: z.array(z.number()).nullable(),
  /** Iso-dose study: photons per object pixel, held constant while overlap varies; else null. */
  fluences: z.array(z.number()).nullable(),
  views: z.record(viewName, z.strictObject({ gridsize, overlap: z.number() })),
  scan,
  split,
  subPixel: z.enum(["bilinear", "fourier"]),
  backgroundPhotonsPerPx: z.number().min(0),
});

export const measuredSchema = z.strictObject({
  ...common,
  kind: z.literal("measured"),
  /** The user's scan; null in the preset until --input names it. */
  input: fileSource.nullable(),
  read,
  /** How a scan is prepared that is no dataset yet. */
  prepare: prepareSettings.optional(),
  /** Fractions of the measured counts that are kept, each in (0, 1]. */
  doseFractions: z.array(z.number()).min(1),
  /** overlap null = every position is kept; else positions are dropped until that overlap is left. */
  views: z.record(viewName, z.strictObject({ gridsize, overlap: z.number().nullable() })),
});

export const designSchema = z.discriminatedUnion("kind", [simulatedSchema, measuredSchema]);

export type SimulatedDesign = z.infer<typeof simulatedSchema>;
export type MeasuredDesign = z.infer<typeof measuredSchema>;
/** A validated design. Treat as deeply readonly: `loadDesign` freezes it. */
export type StudyDesign = z.infer<typeof designSchema>;

// The named designs. Each is whole: every number a study uses stands here, or in a constant above that several share.

import type { MeasuredDesign, SimulatedDesign } from "./schema.ts";

/** Second-moment diameter about 30 px at N = 64. */
const probe = { kind: "defocused-airy", apertureCyclesPerPx: 0.22, defocusRadiusPx: 15 } as const;
const scan = { kind: "jittered-raster", jitterFraction: 0.1 } as const;
const split = { axis: "y", fraction: 0.5, guardPx: "auto" } as const;
const seeds = { simulation: 42, grouping: 123, subsampling: 456 } as const;
const metrics = { msSsimSigmaPx: 1, maxShiftPx: 2, registration: true } as const;
/** Engines of a simulated study know the probe, as the networks do. What is not named is the engine's own default. */
const knownProbe = { fixProbe: true } as const;
/** The best known prior at every dose of the study, of all engines but ML, whose L-BFGS it keeps from its end (ENGINE-030). */
const stillNoise = { ...knownProbe, prior: "tv", priorWeight: "noise" } as const;
/** The probe of a measured scan is a start. */
const unknownProbe = { fixProbe: false } as const;

/** Networks of the quick preset: a quarter of the operations of the full one's. */
const smallNetwork = { widths: [8, 16, 32] };
/** On groups. One a step: four times the steps for a tenth more time. And a third epoch in the sparse view, where 16 groups train:
 * eight steps, as the batches of `training` would make, left half of its networks no better than untrained. */
const groupNetwork = { ...smallNetwork, epochs: 2, leastSteps: 48, batchSize: 1 };

/** The whole study on a small object, in minutes on two cores. */
const quick = {
  schemaVersion: 1,
  kind: "simulated",
  name: "quick",
  question:
    "How few photons and how little overlap are enough, and for which method? A small object, in minutes.",
  sizePx: 64,
  object: {
    kind: "phantom",
    phantom: "cells",
    heightPx: 320,
    widthPx: 192,
    amplitudeMin: 0.6,
    phaseRangeRad: 1.5,
    seed: 7,
  },
  probe,
  probeDiameter: "second-moment",
  doses: [1e3, 1e4, 1e5],
  fluences: null,
  views: {
    baseline: { gridsize: 1, overlap: 0.7 },
    dense: { gridsize: 2, overlap: 0.7 },
    sparse: { gridsize: 2, overlap: 0.2 },
  },
  scan,
  split,
  subPixel: "bilinear",
  backgroundPhotonsPerPx: 0,
  neighborCount: 7,
  enableOversampling: false,
  seeds,
  replicates: 1,
  arms: [
    "pinn",
    "pinn-scan",
    "supervised",
    "epie",
    "rpie",
    "lsqml",
    "ml",
    "chain",
    "hybrid",
    "steps",
    "mean-pattern",
    "null",
  ],
  engines: {
    // As many epochs as slow waves of the phase need: fewer would make weak rivals (ENGINE-057).
    epie: { ...stillNoise, epochs: 120 },
    rpie: { ...stillNoise, epochs: 120 },
    lsqml: { ...stillNoise, epochs: 120 },
    ml: { ...knownProbe, epochs: 80 },
  },
  methods: {
    pinn: groupNetwork,
    supervised: groupNetwork,
    // Two stages: one epoch costs what two of one stage do. A quarter of the epochs of ML: since LSQ-ML has momentum, at most .008
    // of phase SSIM less than with half of them.
    "pinn-scan": { ...smallNetwork, epochs: 1, splits: 1, tilePx: 80, engine: "ml:20+lsqml:60" },
  },
  training: { epochs: 5, batchSize: 4, learningRate: 2e-3, groupCount: null, subsampleCount: null },
  metrics,
} satisfies SimulatedDesign;

/** The fly64 dose/overlap study, made sound: a guard band, measured overlap, three replicates. */
const fly64 = {
  schemaVersion: 1,
  kind: "simulated",
  name: "fly64",
  question:
    "How do dose and scan overlap affect a physics-informed network, a supervised one and iterative engines?",
  sizePx: 64,
  object: {
    kind: "phantom",
    phantom: "cells",
    heightPx: 448,
    widthPx: 448,
    amplitudeMin: 0.6,
    phaseRangeRad: 1.5,
    seed: 7,
  },
  probe,
  probeDiameter: "second-moment",
  doses: [1e3, 1e4, 1e5],
  fluences: null,
  views: {
    baseline: { gridsize: 1, overlap: 0.7 },
    dense: { gridsize: 2, overlap: 0.7 },
    sparse: { gridsize: 2, overlap: 0.2 },
  },
  scan,
  split,
  subPixel: "bilinear",
  backgroundPhotonsPerPx: 0,
  neighborCount: 7,
  enableOversampling: false,
  seeds,
  replicates: 3,
  arms: [
    "pinn",
    "pinn-scan",
    "supervised",
    "supervised-scan",
    "epie",
    "rpie",
    "mpie",
    "dm",
    "raar",
    "lsqml",
    "ml",
    "chain",
    "hybrid",
    "steps",
    "mean-pattern",
    "null",
  ],
  engines: {
    epie: { ...stillNoise, epochs: 100 },
    rpie: { ...stillNoise, epochs: 100 },
    mpie: { ...stillNoise, epochs: 100 },
    dm: stillNoise,
    raar: stillNoise,
    // The larger the scan, the fewer frames of a batch share a pixel: their noise is damped more.
    lsqml: { ...stillNoise, epochs: 100, damping: 0.5 },
    ml: { ...knownProbe, epochs: 100 },
  },
  methods: {},
  training: { epochs: 5, batchSize: 4, learningRate: 2e-3, groupCount: null, subsampleCount: null },
  metrics,
} satisfies SimulatedDesign;

/** Equal damage to the sample: the same photons per object pixel, in few bright frames or in many faint ones. */
const isoDose = {
  schemaVersion: 1,
  kind: "simulated",
  name: "iso-dose",
  question:
    "At equal dose to the sample, is it better to take few bright frames or many faint ones that overlap more?",
  sizePx: 64,
  object: {
    kind: "phantom",
    phantom: "cells",
    heightPx: 320,
    widthPx: 192,
    amplitudeMin: 0.6,
    phaseRangeRad: 1.5,
    seed: 7,
  },
  probe,
  probeDiameter: "second-moment",
  doses: null,
  fluences: [10, 100, 1000],
  views: {
    "o-85": { gridsize: 2, overlap: 0.85 },
    "o-70": { gridsize: 2, overlap: 0.7 },
    "o-60": { gridsize: 2, overlap: 0.6 },
    "o-40": { gridsize: 2, overlap: 0.4 },
    "o-20": { gridsize: 2, overlap: 0.2 },
  },
  scan,
  split,
  subPixel: "bilinear",
  backgroundPhotonsPerPx: 0,
  neighborCount: 7,
  enableOversampling: false,
  seeds,
  replicates: 3,
  arms: ["pinn-scan", "rpie", "lsqml", "ml", "chain", "steps", "null"],
  engines: { rpie: stillNoise, lsqml: stillNoise, ml: knownProbe },
  methods: {},
  training: { epochs: 5, batchSize: 4, learningRate: 2e-3, groupCount: null, subsampleCount: null },
  metrics,
} satisfies SimulatedDesign;

/** The user's own scan, thinned to lower doses and lower overlaps. */
const measured = {
  schemaVersion: 1,
  kind: "measured",
  name: "measured",
  question: "How far could dose and overlap have been cut on this sample?",
  input: null,
  read: {},
  doseFractions: [1, 0.1, 0.01, 0.001],
  views: {
    full: { gridsize: 2, overlap: null },
    "o-70": { gridsize: 2, overlap: 0.7 },
    "o-50": { gridsize: 2, overlap: 0.5 },
    "o-30": { gridsize: 2, overlap: 0.3 },
  },
  probeDiameter: "second-moment",
  neighborCount: 7,
  enableOversampling: false,
  seeds,
  replicates: 1,
  arms: ["lsqml", "rpie", "steps", "null"],
  engines: { lsqml: { ...unknownProbe, epochs: 30 }, rpie: { ...unknownProbe, epochs: 30 } },
  methods: {},
  training: { epochs: 5, batchSize: 4, learningRate: 2e-3, groupCount: null, subsampleCount: null },
  metrics,
} satisfies MeasuredDesign;

export const presets = { quick, fly64, "iso-dose": isoDose, measured } as const;
export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets);

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(presets, name);
}

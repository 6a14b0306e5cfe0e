// CONFIG-001, the bridge: a TrainingConfig written into the flat parameter dictionary that legacy trainers read.
// A dictionary is made fresh for each job and handed on; there is no process-wide one, so no stale value can survive.

import type { ModelConfig, TrainingConfig } from "./config.ts";

/** Legacy parameters of one job. */
export interface LegacyParams {
  readonly cfg: Record<string, unknown>;
}

type FieldNames<Config> = { readonly [Field in keyof Config]: string };

/** Field → legacy key. The type makes a field without a key an error. */
const legacyModelKeys: FieldNames<ModelConfig> = {
  N: "N",
  gridsize: "gridsize",
  modelType: "model_type",
  objectBig: "object.big",
  probeBig: "probe.big",
  probeMask: "probe.mask",
  probeScale: "probe_scale",
  padObject: "pad_object",
  gaussianSmoothingSigma: "gaussian_smoothing_sigma",
};
export const legacyTrainingKeys: FieldNames<Omit<TrainingConfig, "model" | "method" | "provider">> = {
  arm: "arm",
  backend: "backend",
  trainDataFile: "train_data_file_path",
  testDataFile: "test_data_file_path",
  outputDir: "output_prefix",
  nphotons: "nphotons",
  neighborCount: "neighbor_count",
  nGroups: "n_groups",
  nSubsample: "n_subsample",
  enableOversampling: "enable_oversampling",
  groupingSeed: "grouping_seed",
  subsampleSeed: "subsample_seed",
  simulationSeed: "simulation_seed",
  npseed: "npseed",
  batchSize: "batch_size",
  nepochs: "nepochs",
  learningRate: "learning_rate",
  positionsProvided: "positions.provided",
  probeTrainable: "probe.trainable",
  intensityScaleTrainable: "intensity_scale.trainable",
};

/** A new dictionary with the legacy defaults. The bridge overwrites every one that a study controls. */
export function freshParams(): LegacyParams {
  return {
    cfg: {
      N: 128,
      offset: 4,
      gridsize: 2,
      outer_offset_train: null,
      outer_offset_test: null,
      batch_size: 16,
      nepochs: 60,
      n_filters_scale: 2,
      output_prefix: "outputs",
      big_gridsize: 10,
      max_position_jitter: 10,
      sim_jitter_scale: 0,
      default_probe_scale: 0.7,
      mae_weight: 0,
      nll_weight: 1,
      tv_weight: 0,
      realspace_mae_weight: 0,
      realspace_weight: 0,
      nphotons: 1e9,
      nimgs_train: 9,
      nimgs_test: 3,
      data_source: "generic",
      "probe.trainable": false,
      "intensity_scale.trainable": false,
      "positions.provided": false,
      "object.big": true,
      "probe.big": false,
      probe_scale: 10,
      set_phi: false,
      "probe.mask": true,
      pad_object: true,
      model_type: "pinn",
      size: 392,
      amp_activation: "sigmoid",
      h5_path: "wts.h5",
      npseed: 42,
      debug: true,
      gaussian_smoothing_sigma: 0,
      use_xla_translate: true,
    },
  };
}

/** Writes every field of the config under its legacy key; the nested model is flattened. An undefined or null value is
 * skipped, as legacy code expects. */
export function updateLegacyDict(cfg: Record<string, unknown>, config: TrainingConfig): void {
  // No legacy trainer knows the options of our own networks: they reach an external one in config.json.
  const { model, method: _, ...training } = config;
  copyFields(model, legacyModelKeys, cfg);
  copyFields(training, legacyTrainingKeys, cfg);
}

function copyFields<Config extends object>(
  from: Config,
  keys: FieldNames<Config>,
  cfg: Record<string, unknown>,
): void {
  for (const field in keys) {
    const value = from[field];
    if (value !== undefined && value !== null) cfg[keys[field]] = value;
  }
}

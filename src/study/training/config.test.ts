// What reaches the trainer: every control, and what changes when one of them does (F-05, F-06).

import { beforeEach, describe, expect, test } from "vitest";
import { design, tinyJob } from "../../../test/support/training-job.ts";
import type { StudyDesign } from "../design/schema.ts";
import { freshParams, updateLegacyDict } from "./bridge.ts";
import { buildTrainingConfig, type TrainingConfig } from "./config.ts";
import type { TrainingJob } from "./job.ts";

const facts = { sizePx: 64, frames: 512 };
let job: TrainingJob;
beforeEach(async () => {
  ({ job } = await tinyJob({ view: "dense", gridsize: 2, replicate: 1, seed: 43 }));
});

function legacy(config: TrainingConfig): Record<string, unknown> {
  const { cfg } = freshParams();
  updateLegacyDict(cfg, config);
  return cfg;
}

test("every control of the design, the job and the data is in the config", () => {
  expect(buildTrainingConfig(job, design, facts)).toMatchObject({
    model: { N: 64, gridsize: 2, modelType: "pinn" },
    arm: "pinn",
    trainDataFile: job.trainDataPath,
    testDataFile: job.testDataPath,
    outputDir: job.artifactDir,
    nphotons: 1000,
    neighborCount: 7,
    nGroups: 512,
    nSubsample: 512,
    enableOversampling: false,
    // Replicate 1: every seed of the design plus one.
    groupingSeed: 124,
    subsampleSeed: 457,
    simulationSeed: 43,
    npseed: 43,
    batchSize: design.training.batchSize,
    nepochs: design.training.epochs,
    learningRate: design.training.learningRate,
  });
});

test("no step takes more groups than there are", () => {
  const training = { ...design.training, groupCount: 40 };
  const asked = (batchSize: number): number =>
    buildTrainingConfig(job, { ...design, training: { ...training, batchSize } }, facts).batchSize;
  expect([asked(39), asked(40), asked(2_000_000)]).toEqual([39, 40, 40]);
});

describe("changing a control changes the config and the legacy parameters", () => {
  const { training, seeds } = design;
  const perturbed: readonly [name: string, changed: StudyDesign, key: string, value: unknown][] = [
    ["K", { ...design, neighborCount: 9 }, "neighbor_count", 9],
    ["groupCount", { ...design, training: { ...training, groupCount: 100 } }, "n_groups", 100],
    ["subsampleCount", { ...design, training: { ...training, subsampleCount: 200 } }, "n_subsample", 200],
    ["epochs", { ...design, training: { ...training, epochs: 3 } }, "nepochs", 3],
    ["batchSize", { ...design, training: { ...training, batchSize: 32 } }, "batch_size", 32],
    ["learningRate", { ...design, training: { ...training, learningRate: 0.1 } }, "learning_rate", 0.1],
    ["enableOversampling", { ...design, enableOversampling: true }, "enable_oversampling", true],
    ["seeds.grouping", { ...design, seeds: { ...seeds, grouping: 9 } }, "grouping_seed", 10],
    ["seeds.subsampling", { ...design, seeds: { ...seeds, subsampling: 9 } }, "subsample_seed", 10],
  ];
  test.each(perturbed)("%s", (_name, changed, key, value) => {
    const before = buildTrainingConfig(job, design, facts);
    const after = buildTrainingConfig(job, changed, facts);
    expect(after).not.toEqual(before);
    expect(legacy(before)[key]).not.toEqual(value);
    expect(legacy(after)[key]).toEqual(value);
  });

  const perturbedJobs: readonly [keyof TrainingJob, Partial<TrainingJob>, string, unknown][] = [
    ["dose", { dose: 5000 }, "nphotons", 5000],
    ["gridsize", { gridsize: 1 }, "gridsize", 1],
    ["arm", { arm: "supervised" }, "model_type", "supervised"],
    ["seed", { seed: 44 }, "simulation_seed", 44],
    ["seed", { seed: 44 }, "npseed", 44],
    ["trainDataPath", { trainDataPath: "/a" }, "train_data_file_path", "/a"],
    ["testDataPath", { testDataPath: "/b" }, "test_data_file_path", "/b"],
    ["artifactDir", { artifactDir: "/c" }, "output_prefix", "/c"],
  ];
  test.each(perturbedJobs)("the job's %s", (_name, change, key, value) => {
    expect(legacy(buildTrainingConfig(job, design, facts))[key]).not.toEqual(value);
    expect(legacy(buildTrainingConfig({ ...job, ...change }, design, facts))[key]).toEqual(value);
  });

  test("the data's N and number of frames", () => {
    const after = legacy(buildTrainingConfig(job, design, { sizePx: 32, frames: 100 }));
    expect(after).toMatchObject({ N: 32, n_groups: 100, n_subsample: 100 });
  });

  test("the backend", () => {
    expect(legacy(buildTrainingConfig(job, design, { ...facts, backend: "builtin" }))["backend"]).toBe(
      "builtin",
    );
  });
});

describe("options of the network arm", () => {
  const withOptions = (arm: string, options: object): TrainingConfig =>
    buildTrainingConfig({ ...job, arm }, { ...design, methods: { [arm]: { ...options } } }, facts);

  test("defaults are filled in, and what the design says is kept", () => {
    expect(buildTrainingConfig(job, design, facts).method).toMatchObject({ stages: 1, restarts: 2 });
    expect(withOptions("pinn", { steps: 3 }).method).toMatchObject({ steps: 3, stages: 1 });
    expect(withOptions("pinn-scan", { splits: 9 }).method).toMatchObject({ splits: 9, framesPerTile: 12 });
  });

  test("epochs, batch size and rate of an arm stand before those of the training section", () => {
    const own = withOptions("supervised", { epochs: 7, batchSize: 2, learningRate: 0.5 });
    expect(own).toMatchObject({ nepochs: 7, batchSize: 2, learningRate: 0.5 });
    const { epochs: nepochs, batchSize } = design.training;
    expect(withOptions("supervised", { epochs: null })).toMatchObject({ nepochs, batchSize });
  });

  test("a probe that trains is told, to log and legacy trainers", () => {
    for (const arm of ["pinn", "supervised"]) {
      const told = (probe: string) => withOptions(arm, { probe });
      expect([told("fixed"), told("trained")].map(({ probeTrainable }) => probeTrainable)).toEqual([
        false,
        true,
      ]);
      expect(legacy(told("trained"))).toHaveProperty(["probe.trainable"], true);
    }
    // Networks without the option keep the scan's.
    expect(withOptions("pinn-scan", {})).toMatchObject({ probeTrainable: false });
  });

  test("options of another arm change nothing", () => {
    const other = buildTrainingConfig(job, { ...design, methods: { supervised: { epochs: 7 } } }, facts);
    expect(other).toEqual(buildTrainingConfig(job, design, facts));
  });
});

test("what computes is in the config when it is not the processor, and no legacy parameter", () => {
  const cuda = buildTrainingConfig(job, design, { ...facts, provider: "cuda" });
  const cpu = buildTrainingConfig(job, design, { ...facts, provider: "cpu" });
  expect(cuda).toEqual({ ...cpu, provider: "cuda" });
  expect(cpu).not.toHaveProperty("provider");
  expect(legacy(cuda)).toEqual(legacy(cpu));
});

test("no value is left for a trainer's own defaults", () => {
  const { model, ...training } = buildTrainingConfig(job, design, facts);
  for (const value of [...Object.values(model), ...Object.values(training)])
    expect(value ?? "absent").not.toBe("absent");
});

test("the config is frozen, and its parts too", () => {
  const config = buildTrainingConfig(job, design, facts);
  for (const part of [config, config.model, config.method]) expect(Object.isFrozen(part)).toBe(true);
});

test("groups are drawn from the subsample when their number is not given", () => {
  const changed = { ...design, training: { ...design.training, subsampleCount: 200 } };
  expect(buildTrainingConfig(job, changed, facts).nGroups).toBe(200);
});

describe("what does not fit is refused", () => {
  const cases: readonly [name: string, Partial<TrainingJob>, Partial<StudyDesign["training"]>, RegExp][] = [
    ["a seed of no replicate", { seed: 45 }, {}, /expected 42 to 44, got 45/],
    ["a seed before the first", { seed: 41 }, {}, /expected 42 to 44, got 41/],
    [
      "an arm that is not trained",
      { arm: "rpie" },
      {},
      /is not a network arm; expected pinn, .*supervised.*, got rpie/,
    ],
    ["a subsample larger than the scan", {}, { subsampleCount: 513 }, /expected at most 512, got 513/],
    [
      "more groups than frames",
      {},
      { groupCount: 513 },
      /expected at most 512, got 513 \[OVERSAMPLING-001\]/,
    ],
  ];
  test.each(cases)("%s", (_name, change, training, message) => {
    const changed = { ...design, training: { ...design.training, ...training } };
    expect(() => buildTrainingConfig({ ...job, ...change }, changed, facts)).toThrow(message);
  });

  test("K below C", () => {
    expect(() => buildTrainingConfig(job, { ...design, neighborCount: 3 }, facts)).toThrow(
      "OVERSAMPLING-001",
    );
  });

  test("more groups than frames are allowed when oversampling is said", () => {
    const training = { ...design.training, groupCount: 2000 };
    expect(buildTrainingConfig(job, { ...design, enableOversampling: true, training }, facts).nGroups).toBe(
      2000,
    );
  });
});

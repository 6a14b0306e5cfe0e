// The bridge against the published name map, which is written down here a second time.

import { beforeEach, describe, expect, test } from "vitest";
import { design, tinyJob } from "../../../test/support/training-job.ts";
import { freshParams, updateLegacyDict } from "./bridge.ts";
import { buildTrainingConfig, type TrainingConfig } from "./config.ts";

let config: TrainingConfig;
beforeEach(async () => {
  const { job } = await tinyJob();
  config = buildTrainingConfig(job, design, { sizePx: 64, frames: 512 });
});

/** The published name map of the legacy bridge. Every field it does not name keeps its name, in snake case. */
const namedFields: readonly [field: string, key: string][] = [
  ["objectBig", "object.big"],
  ["probeBig", "probe.big"],
  ["probeMask", "probe.mask"],
  ["probeTrainable", "probe.trainable"],
  ["intensityScaleTrainable", "intensity_scale.trainable"],
  ["positionsProvided", "positions.provided"],
  ["outputDir", "output_prefix"],
  ["trainDataFile", "train_data_file_path"],
  ["testDataFile", "test_data_file_path"],
];

/** Without the options of our own networks, which no legacy trainer knows. */
function flat({ model, ...training }: TrainingConfig): { [field: string]: unknown } {
  const fields = Object.entries({ ...model, ...training });
  return Object.fromEntries(fields.filter(([field]) => field !== "method"));
}

describe("the bridge writes each field under its legacy name", () => {
  test.each(namedFields)("%s → %s", (field, key) => {
    const cfg: Record<string, unknown> = {};
    updateLegacyDict(cfg, config);
    expect(flat(config)).toHaveProperty([field]);
    expect(cfg[key]).toBe(flat(config)[field]);
    expect(Object.hasOwn(cfg, field)).toBe(false);
  });

  test("every other field keeps its name in snake case, the nested model flattened", () => {
    const cfg: Record<string, unknown> = {};
    updateLegacyDict(cfg, config);
    const renamed = new Map(namedFields);
    const expected = Object.entries(flat(config)).map(([field, value]): [string, unknown] => [
      renamed.get(field) ?? field.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]);
    expect(cfg).toEqual(Object.fromEntries(expected));
    expect(Object.keys(cfg)).not.toContain("model");
    expect(Object.keys(cfg)).not.toContain("method");
  });
});

test("legacy defaults that would bite are all overwritten", () => {
  const { cfg } = freshParams();
  const biting = {
    N: 128,
    gridsize: 2,
    nepochs: 60,
    batch_size: 16,
    nphotons: 1e9,
    output_prefix: "outputs",
    "probe.big": false,
    probe_scale: 10,
    "probe.mask": true,
    "positions.provided": false,
    "intensity_scale.trainable": false,
  };
  expect(cfg).toMatchObject(biting);
  updateLegacyDict(cfg, config);
  const left = Object.entries(biting).filter(([key, value]) => cfg[key] === value);
  expect(left).toEqual([]);
});

test("a field without a value leaves the dictionary as it is", () => {
  const cfg: Record<string, unknown> = { n_groups: "kept" };
  // A config that was read from JSON may lack what the type promises.
  const read: TrainingConfig = JSON.parse(
    JSON.stringify({ ...config, nGroups: undefined, nSubsample: null }),
  );
  updateLegacyDict(cfg, read);
  expect(cfg["n_groups"]).toBe("kept");
  expect(Object.hasOwn(cfg, "n_subsample")).toBe(false);
});

test("every dictionary is new", () => {
  const first = freshParams();
  updateLegacyDict(first.cfg, config);
  first.cfg["stale"] = true;
  expect(freshParams().cfg).not.toHaveProperty("stale");
  expect(freshParams().cfg["nphotons"]).toBe(1e9);
});

test("execution-only settings have no place in it", () => {
  const { cfg } = freshParams();
  updateLegacyDict(cfg, config);
  for (const key of Object.keys(cfg))
    expect(key).not.toMatch(/thread|worker|timeout|grace|accelerator|device|command/i);
});

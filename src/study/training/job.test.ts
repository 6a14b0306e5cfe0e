// A training job: which fields are accepted, and what each refusal says.

import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { design, tinyJob } from "../../../test/support/training-job.ts";
import { createTrainingJob } from "./job.ts";

test("a job holds its fields and is frozen", async () => {
  const { job } = await tinyJob({ dose: 1e4, view: "dense", gridsize: 2 });
  expect(job).toMatchObject({ dose: 1e4, view: "dense", gridsize: 2, arm: "pinn", seed: 42 });
  expect(Object.isFrozen(job)).toBe(true);
  expect(() => Object.assign(job, { dose: 1 })).toThrow(TypeError);
});

test("a view that the design does not have is refused, with the nearest one that it has", async () => {
  const { job } = await tinyJob();
  expect(() => createTrainingJob({ ...job, view: "densse", gridsize: 2 }, design)).toThrow(
    /expected one of baseline, dense, sparse, got densse.*"dense"/,
  );
});

test.each(["toString", "constructor"])("the inherited name %s is no view", async (view) => {
  const { job } = await tinyJob();
  expect(() => createTrainingJob({ ...job, view }, design)).toThrow(/does not belong to the design/);
});

test.each([
  { view: "baseline", gridsize: 2, expected: 1 },
  { view: "dense", gridsize: 1, expected: 2 },
  { view: "sparse", gridsize: 1, expected: 2 },
  { view: "sparse", gridsize: 3, expected: 2 },
])("gridsize $gridsize of view $view breaks OVERSAMPLING-001", async ({ view, gridsize, expected }) => {
  const { job } = await tinyJob();
  const make = (): unknown => createTrainingJob({ ...job, view, gridsize }, design);
  expect(make).toThrow(`expected gridsize ${expected}, got gridsize ${gridsize} [OVERSAMPLING-001]`);
});

test.each(["trainDataPath", "testDataPath"] as const)("a missing file is named: %s", async (which) => {
  const { job } = await tinyJob();
  await rm(job[which]);
  const make = (): unknown => createTrainingJob(job, design);
  expect(make).toThrow(expect.objectContaining({ _tag: "File" }));
  expect(make).toThrow(job[which]);
});

test("a folder does not pass for a data file", async () => {
  const { job, root } = await tinyJob();
  expect(() => createTrainingJob({ ...job, trainDataPath: root }, design)).toThrow(root);
});

test.each([0, -1, Number.NaN, Infinity])("a dose of %d photons is refused", async (dose) => {
  const { job } = await tinyJob();
  expect(() => createTrainingJob({ ...job, dose }, design)).toThrow(
    expect.objectContaining({ _tag: "Range" }),
  );
});

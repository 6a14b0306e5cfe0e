// The matrix of training jobs, built on hand-made cells with real files.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { cell, design, fly64Cells, temporaryFolder } from "../../../test/support/training-job.ts";
import { cellPath } from "../cell.ts";
import { presets } from "../design/presets.ts";
import { buildTrainingJobs, trainedArms, type SkipEvent } from "./build.ts";

/** Only the presence of a data file matters here. */
async function touch(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "");
}

describe("buildTrainingJobs matrix", () => {
  let root: string;
  let places: { dataRoot: string; artifactRoot: string };
  const cells = fly64Cells();

  beforeEach(async () => {
    root = await temporaryFolder();
    places = { dataRoot: join(root, "data"), artifactRoot: join(root, "train") };
    for (const each of cells) {
      for (const file of ["train.npz", "test.npz"]) await touch(join(places.dataRoot, cellPath(each), file));
    }
  });

  test("3 doses × 3 views of the reference preset are 9 jobs", () => {
    const jobs = buildTrainingJobs({ design, cells, ...places });
    expect(
      jobs.map(({ dose, view, gridsize, arm, seed }) => `${dose} ${view} g${gridsize} ${arm} ${seed}`),
    ).toEqual([
      "1000 baseline g1 pinn 42",
      "1000 dense g2 pinn 42",
      "1000 sparse g2 pinn 42",
      "10000 baseline g1 pinn 42",
      "10000 dense g2 pinn 42",
      "10000 sparse g2 pinn 42",
      "100000 baseline g1 pinn 42",
      "100000 dense g2 pinn 42",
      "100000 sparse g2 pinn 42",
    ]);
    expect(jobs.every((job) => Object.isFrozen(job))).toBe(true);
  });

  test("paths are made of dose, view, gridsize, arm and seed", () => {
    const job = buildTrainingJobs({ design, cells, ...places }).find(({ view }) => view === "dense");
    expect(job).toMatchObject({
      trainDataPath: join(root, "data/dose_1000/dense/seed_42/train.npz"),
      testDataPath: join(root, "data/dose_1000/dense/seed_42/test.npz"),
      artifactDir: join(root, "train/dose_1000/dense/gs2/pinn/seed_42"),
      logPath: join(root, "train/dose_1000/dense/gs2/pinn/seed_42/train.log"),
    });
  });

  test("arms and seeds multiply the matrix, and no two jobs share a folder", () => {
    const jobs = buildTrainingJobs({
      design,
      cells,
      ...places,
      arms: ["pinn", "supervised"],
      seeds: [42, 43, 44],
    });
    expect(jobs).toHaveLength(9 * 2 * 3);
    expect(new Set(jobs.map(({ artifactDir }) => artifactDir)).size).toBe(54);
  });

  test("a missing view is an error that names the file", async () => {
    const missing = join(places.dataRoot, "dose_1000/sparse/seed_42/test.npz");
    await rm(missing);
    expect(() => buildTrainingJobs({ design, cells, ...places })).toThrow(missing);
  });

  test("with allowMissingViews a missing view becomes a skip event and the others stay", async () => {
    await rm(join(places.dataRoot, "dose_10000/sparse"), { recursive: true });
    const skipEvents: SkipEvent[] = [];
    const jobs = buildTrainingJobs({ design, cells, ...places, allowMissingViews: true, skipEvents });
    expect(jobs).toHaveLength(8);
    expect(skipEvents).toEqual([
      {
        dose: 1e4,
        view: "sparse",
        reason: "dose_10000/sparse/seed_42/train.npz and dose_10000/sparse/seed_42/test.npz missing",
      },
    ]);
  });

  test("allowMissingViews excuses missing data only, not a view of another design", () => {
    const foreign = [cell({ view: "foreign", gridsize: 2 })];
    const skipEvents: SkipEvent[] = [];
    const options = { design, ...places, allowMissingViews: true, skipEvents };
    expect(buildTrainingJobs({ ...options, cells: foreign })).toEqual([]);
    expect(skipEvents).toHaveLength(1);
    expect(() => buildTrainingJobs({ ...options, cells: [cell({ view: "baseline", gridsize: 2 })] })).toThrow(
      "OVERSAMPLING-001",
    );
  });

  test("the same call gives the same jobs and writes nothing", async () => {
    const first = buildTrainingJobs({ design, cells, ...places });
    expect(buildTrainingJobs({ design, cells, ...places })).toEqual(first);
    // rm without `force` fails on a folder that was never made.
    await expect(rm(places.artifactRoot, { recursive: true })).rejects.toThrow("ENOENT");
  });

  test("a measured study trains on the scan that it reconstructs", async () => {
    const full = cell({ view: "full", gridsize: 2 });
    await touch(join(places.dataRoot, cellPath(full), "scan.npz"));
    const [job] = buildTrainingJobs({
      design: { ...presets.measured, arms: ["pinn", "lsqml"] },
      cells: [full],
      ...places,
    });
    expect(job?.trainDataPath).toBe(join(root, "data/dose_1000/full/seed_42/scan.npz"));
    expect(job?.testDataPath).toBe(job?.trainDataPath);
  });
});

const nowhere = { dataRoot: "/nowhere", artifactRoot: "/nowhere" };

test.each(["rpie", "null", "pin"])("%s is no network arm of the design", (arm) => {
  const make = (): unknown => buildTrainingJobs({ design, cells: [], ...nowhere, arms: [arm] });
  expect(make).toThrow(/expected one of pinn, pinn-scan, supervised/);
});

test("a seed that no cell has is an error that lists those there are", () => {
  const make = (): unknown => buildTrainingJobs({ design, cells: fly64Cells(), ...nowhere, seeds: [7] });
  expect(make).toThrow(/expected one of 42, 43, 44, got 7/);
});

test("a design without network arms has no training jobs", () => {
  const iterative = { ...presets.fly64, arms: ["rpie", "null"] };
  expect(trainedArms(iterative)).toEqual([]);
  expect(buildTrainingJobs({ design: iterative, cells: fly64Cells(), ...nowhere })).toEqual([]);
});

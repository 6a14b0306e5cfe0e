// A tiny study on disk for tests of training jobs: one cell's data files, and a job on them.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { ndarray, type AnyArray } from "../../src/array/ndarray.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { cellPath, type Cell } from "../../src/study/cell.ts";
import { presets } from "../../src/study/design/presets.ts";
import type { StudyDesign } from "../../src/study/design/schema.ts";
import { trainingJobFields } from "../../src/study/training/build.ts";
import { createTrainingJob, type TrainingJob } from "../../src/study/training/job.ts";

export const design: StudyDesign = presets.fly64;

/** N, M and the object frame of the tiny data: all different, so that one taken for another shows. */
export const tiny = { sizePx: 8, frames: 6, objectShape: [24, 20] } as const;

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "doselap-training-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function cell(fields: Partial<Cell> = {}): Cell {
  return {
    dose: 1e3,
    doseIndex: 0,
    view: "baseline",
    gridsize: 1,
    overlap: 0.7,
    stepPx: 7,
    fluence: 20,
    replicate: 0,
    seed: 42,
    ...fields,
  };
}

/** All cells of the fly64 preset, made by hand. */
export function fly64Cells(): Cell[] {
  const views = [
    { view: "baseline", gridsize: 1, overlap: 0.7 },
    { view: "dense", gridsize: 2, overlap: 0.7 },
    { view: "sparse", gridsize: 2, overlap: 0.2 },
  ] as const;
  return [1e3, 1e4, 1e5].flatMap((dose, doseIndex) =>
    views.flatMap((view) =>
      [0, 1, 2].map((replicate) => cell({ dose, doseIndex, ...view, replicate, seed: 42 + replicate })),
    ),
  );
}

export async function writeDataFile(path: string, arrays: { [name: string]: AnyArray } = {}): Promise<void> {
  const { sizePx: n, frames: m, objectShape } = tiny;
  await mkdir(dirname(path), { recursive: true });
  await writeNpz(path, {
    diffraction: ndarray("float32", [m, n, n], new Float32Array(m * n * n).fill(1)),
    objectGuess: ndarray(
      "complex64",
      objectShape,
      new Float32Array(2 * objectShape[0] * objectShape[1]).fill(1),
    ),
    ...arrays,
  });
}

/** Writes reconstruction.npz-like files for commands to copy into place. */
export async function writeObject(
  path: string,
  { shape = tiny.objectShape, value = 0.5 }: { shape?: readonly number[]; value?: number } = {},
): Promise<void> {
  const size = shape.reduce((product, length) => product * length, 1);
  await mkdir(dirname(path), { recursive: true });
  await writeNpz(path, { objectGuess: ndarray("complex64", shape, new Float32Array(2 * size).fill(value)) });
}

/** A job whose two data files are there, in a folder of its own that goes when the test is over. */
export async function tinyJob(
  fields: Partial<Cell> = {},
  { arm = "pinn", root }: { arm?: string; root?: string } = {},
): Promise<{ root: string; job: TrainingJob; objectFile: string }> {
  const folder = root ?? (await temporaryFolder());
  const made = cell(fields);
  const data = join(folder, "data", cellPath(made));
  await writeDataFile(join(data, "train.npz"));
  await writeDataFile(join(data, "test.npz"));
  const objectFile = join(folder, "object.npz");
  await writeObject(objectFile);
  const places = { dataRoot: join(folder, "data"), artifactRoot: join(folder, "train") };
  const job = createTrainingJob(
    trainingJobFields(made, arm, { ...places, dataFiles: { train: "train.npz", test: "test.npz" } }),
    design,
  );
  return { root: folder, job, objectFile };
}

/** The error of a promise that must reject. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
}

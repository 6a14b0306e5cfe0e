// A training job on a tiny data set in a temporary folder: what both examples start from.

import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createTrainingJob,
  ndarray,
  presets,
  writeNpz,
  type StudyDesign,
  type TrainingJob,
} from "../../src/index.ts";

export const design: StudyDesign = presets.fly64;

/** Makes the job of dose 1000, view baseline, gridsize 1, hands it to `use`, and removes its folder at the end. */
export async function withTinyJob(use: (job: TrainingJob, root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "doselap-example-"));
  try {
    const artifactDir = join(root, "train", "dose_1000", "baseline", "gs1", "pinn", "seed_42");
    const job = createTrainingJob(
      {
        dose: 1e3,
        view: "baseline",
        gridsize: 1,
        trainDataPath: await writeFrames(join(root, "data"), "train.npz"),
        testDataPath: await writeFrames(join(root, "data"), "test.npz"),
        artifactDir,
        logPath: join(artifactDir, "train.log"),
        arm: "pinn",
        seed: design.seeds.simulation,
      },
      design,
    );
    await use(job, root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Six empty frames of 64 × 64 pixels on a flat object: enough for a job that trains nothing. */
async function writeFrames(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeNpz(path, {
    diffraction: ndarray("float32", [6, 64, 64], new Float32Array(6 * 64 * 64)),
    objectGuess: ndarray("complex64", [96, 96], new Float32Array(2 * 96 * 96).fill(1)),
  });
  return path;
}

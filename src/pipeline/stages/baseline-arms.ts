// The arms that neither learn nor iterate to an end: gradient steps alone, and the object of the mean training frame.

import { join } from "node:path";
import type { ComplexImage } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import type { Dataset } from "../../data/dataset.ts";
import { readDataset } from "../../data/read.ts";
import { asBright, forGivenProbe } from "../../nn/physics/as-bright.ts";
import { gradientSteps } from "../../nn/physics/gradient-steps.ts";
import { meanPatternObject } from "../../nn/physics/mean-pattern.ts";
import { shrunken } from "../../nn/physics/shrunken.ts";
import { cellPath, type Cell } from "../../study/cell.ts";
import { stepsOptions } from "../../study/methods.ts";
import { problemOf } from "../../study/problem.ts";
import { trainingDataFiles } from "../../study/training/build.ts";
import type { StageContext } from "../context.ts";

export interface BaselineResult {
  readonly object: ComplexImage;
  readonly summary: { readonly [key: string]: unknown };
}

/** The object of a baseline arm on the scored scan's frame. */
export async function baselineObject(
  baseline: "steps" | "mean-pattern",
  scored: Dataset,
  cell: Cell,
  { design, root, threads }: StageContext,
): Promise<BaselineResult> {
  const backend = openBackend({ kernels: "simd", threads });
  const { problem, amplitude } = asBright(problemOf(scored));
  // As networks' objects are: else what they must beat would lose by its noise alone (NN-009).
  const closed = (object: ComplexImage): ComplexImage =>
    forGivenProbe(shrunken(object, problem, { backend, seed: cell.seed }), amplitude);
  if (baseline === "steps") {
    const options = stepsOptions(design.methods, cell.dose);
    const object = closed(gradientSteps(problem, { ...options, backend }).object);
    return { object, summary: { start: "flat object, calibrated probe", options } };
  }
  const file = trainingDataFiles(design).train;
  const { dataset } = await readDataset(join(root, "data", cellPath(cell), file));
  const object = closed(meanPatternObject({ diffraction: dataset.diffraction, scored: problem }, backend));
  return { object, summary: { start: "mean training frame", frames: dataset.frames } };
}

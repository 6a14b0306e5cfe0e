// The arms that neither learn nor iterate to an end: gradient steps alone, and the object of the mean training frame.

import { join } from "node:path";
import type { ComplexImage } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import { backgroundOf } from "../../data/background.ts";
import type { Dataset } from "../../data/dataset.ts";
import { readDataset } from "../../data/read.ts";
import { forGivenProbe } from "../../engines/fitted-light.ts";
import type { Problem } from "../../engines/problem.ts";
import { calibrated, type Inferred } from "../../nn/inference/calibrated.ts";
import { gradientSteps } from "../../nn/physics/gradient-steps.ts";
import { meanPatternObject } from "../../nn/physics/mean-pattern.ts";
import { shrunken } from "../../nn/physics/shrunken.ts";
import type { ScanTask } from "../../nn/training/scan-task.ts";
import { cellPath, type Cell } from "../../study/cell.ts";
import { stepsOptions } from "../../study/methods.ts";
import { fittedProblem } from "../../study/scan-task.ts";
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
  { design, root, threads }: Pick<StageContext, "design" | "root" | "threads">,
): Promise<BaselineResult> {
  const backend = openBackend({ kernels: "simd", threads });
  const { problem, fit } = fittedProblem(scored);
  const { seed } = cell;
  // As networks' objects are: else what they must beat would lose by its noise or contrast alone (NN-009, NN-016).
  async function closed(objectOf: (asked: Problem) => ComplexImage): Promise<BaselineResult> {
    const task = {
      problem,
      dosePhotons: cell.dose,
      backgroundPhotonsPerPx: backgroundOf(scored.metadata),
      lightFit: fit,
    };
    const solve = ({ problem: asked }: ScanTask): Promise<Inferred> =>
      Promise.resolve({
        object: shrunken(objectOf(asked), asked, { backend, seed }),
        probe: asked.probe,
      });
    const { object, contrast, why } = await calibrated(task, solve, { backend, seed });
    return {
      object: forGivenProbe(object, fit, scored.size),
      summary: why === undefined ? { contrast } : { notCalibrated: why },
    };
  }
  if (baseline === "steps") {
    const options = stepsOptions(design.methods, cell.dose);
    const { object, summary } = await closed((asked) => gradientSteps(asked, { ...options, backend }).object);
    return { object, summary: { start: "flat object, calibrated probe", options, ...summary } };
  }
  const file = trainingDataFiles(design).train;
  const { dataset } = await readDataset(join(root, "data", cellPath(cell), file));
  // The scored photons have no part in it but to judge it: it is one and the same whatever share of them is asked.
  const mean = meanPatternObject({ diffraction: dataset.diffraction, scored: problem }, backend);
  const { object, summary } = await closed(() => mean);
  return { object, summary: { start: "mean training frame", frames: dataset.frames, ...summary } };
}

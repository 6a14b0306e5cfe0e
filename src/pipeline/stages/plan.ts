// plan: the matrix, the geometry and the estimates; and, once, what every later job starts from: the object and the probe of
// a simulation, or the measured scan as canonical DATA-001.

import { join } from "node:path";
import { writeDataset } from "../../data/write.ts";
import { ndarray } from "../../array/ndarray.ts";
import { writeJson } from "../../io/atomic.ts";
import { writeNpz } from "../../io/npz.ts";
import type { SimulatedDesign } from "../../study/design/schema.ts";
import { loadObject, loadProbe } from "../../study/design/sources.ts";
import { planStudy } from "../../study/plan.ts";
import { measuredSource } from "../../study/measured-source.ts";
import { readStudyScan } from "../../study/study-scan.ts";
import type { RunContext } from "../context.ts";
import type { Stage } from "../stage.ts";
import { writePreparation } from "./preparation.ts";

/** Relative path of the measured scan inside the run folder. */
export const sourceFile = "plan/source.npz";

export const planStage: Stage<RunContext> = {
  name: "plan",
  title: "plan the study",
  inMainThread: () => true,
  jobs: () => [{ stage: "plan", path: "plan", cell: null, arm: null }],
  needs: () => [],
  async inputs() {
    return { kind: "ready", values: {} };
  },
  async work(_job, { design, trainer }, folder, { signal }) {
    if (design.kind === "simulated") {
      const plan = await planStudy(design);
      await writeJson(join(folder, "plan.json"), plan);
      await writeSources(design, folder);
      return { summary: { cells: plan.cells.length, notes: [], warnings: plan.warnings } };
    }
    const { dataset, format, prepared, warnings } = await readStudyScan(design, {
      trainsOutside: trainer.runner === "command",
      signal,
    });
    const plan = await planStudy(design, measuredSource(dataset));
    await writeDataset(join(folder, "source.npz"), dataset);
    await writeJson(join(folder, "plan.json"), plan);
    if (prepared !== undefined) await writePreparation(folder, { design, prepared });
    const detection = [
      `read as ${format.name}`,
      ...format.detected,
      ...format.overridden.map((said) => `as told: ${said}`),
    ];
    return {
      summary: {
        cells: plan.cells.length,
        format,
        notes: detection,
        warnings: [...warnings, ...plan.warnings],
      },
    };
  },
  async finish() {
    // plan.json is the manifest.
  },
};

/** The true object and the uncalibrated probe: every job reads these, so the run folder is whole without the user's files. */
async function writeSources(design: SimulatedDesign, folder: string): Promise<void> {
  const object = await loadObject(design);
  const { modes, size, data } = await loadProbe(design);
  await writeNpz(join(folder, "object.npz"), {
    objectGuess: ndarray("complex64", [object.height, object.width], object.data),
  });
  await writeNpz(join(folder, "probe.npz"), {
    probeGuess: ndarray("complex64", modes === 1 ? [size, size] : [modes, size, size], data),
  });
}

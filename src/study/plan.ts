// The plan of a study: its cells, the scan of each view, photons, the job matrix with estimates, and warnings. It refuses only
// what cannot be done at all; what is merely unwise is a warning. Same design, same plan.

import { DoselapError } from "../errors.ts";
import type { SimulatedDesign, StudyDesign } from "./design/schema.ts";
import type { MeasuredSource } from "./measured-source.ts";
import { planMeasured } from "./plan-measured.ts";
import { scanOf, type PlannedScan } from "./plan-scan.ts";
import { planSimulated } from "./plan-simulated.ts";
import type { StudyPlan } from "./plan-types.ts";

/** Plans the study. A measured one needs its scan; a simulated one reads the files its design names.
 * @throws Design for what cannot be done: a split without enough frames for a group, two doses in one folder, …. */
export async function planStudy(design: StudyDesign, source?: MeasuredSource): Promise<StudyPlan> {
  if (design.kind === "simulated") return planSimulated(design);
  if (source === undefined) {
    throw new DoselapError("Design", "a measured study cannot be planned without its scan", {
      key: "input",
      hint: "Name it with --input, or as `input` in the study file.",
    });
  }
  return planMeasured(design, source);
}

/** The positions of one view and replicate of a planned study.
 * @throws Range for a view that the plan does not have. */
export function plannedScan(
  design: SimulatedDesign,
  plan: StudyPlan,
  view: string,
  replicate: number,
): PlannedScan {
  const stepPx = plan.views.find((planned) => planned.view === view)?.stepPx;
  if (stepPx === undefined || stepPx === null) {
    throw new DoselapError("Range", `the plan has no scan for view "${view}"`, {
      key: "view",
      expected: plan.views.map((planned) => planned.view).join(", "),
      got: view,
    });
  }
  return scanOf(
    design,
    { objectHeightPx: plan.objectHeightPx, objectWidthPx: plan.objectWidthPx, stepPx },
    replicate,
  );
}

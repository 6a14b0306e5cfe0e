// The reference of a measured study: the first engine arm's reconstruction of the fullest data, same replicate.

import { DoselapError } from "../../errors.ts";
import { armDefinition } from "../arms.ts";
import type { Cell } from "../cell.ts";
import type { StudyDesign } from "../design/schema.ts";

/** The cell with the highest dose and, at that dose, every position kept (else the highest overlap). */
export function referenceCell(cells: readonly Cell[], replicate: number): Cell {
  const candidates = cells.filter((cell) => cell.replicate === replicate);
  const [best] = candidates.toSorted((a, b) => b.dose - a.dose || (b.overlap ?? 1) - (a.overlap ?? 1));
  if (best === undefined) throw new DoselapError("Range", `replicate ${replicate} has no cell`);
  return best;
}

/** @throws Design when no engine is among the arms. */
export function referenceEngineArm({ arms }: StudyDesign): string {
  const arm = arms.find((name) => armDefinition(name).kind === "engine");
  if (arm === undefined) {
    throw new DoselapError("Design", "a measured study needs an engine for its reference", {
      key: "arms",
      expected: "at least one engine arm, such as rpie",
      got: arms.join(", "),
    });
  }
  return arm;
}

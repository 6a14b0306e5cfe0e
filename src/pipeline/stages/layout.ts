// Which data files a cell has, and which of them reconstruction sees.

import type { StudyDesign } from "../../study/design/schema.ts";

/** Files the views are made of. */
export function dataFiles(design: StudyDesign): readonly string[] {
  return design.kind === "simulated" ? ["train.npz", "test.npz"] : ["scan.npz"];
}

/** The frames that every arm reconstructs. */
export function scoredFile(design: StudyDesign): string {
  return design.kind === "simulated" ? "test.npz" : "scan.npz";
}

/** The two thinned halves of a measured cell: reconstructed apart, for an FRC that needs no reference. */
export const halfFiles = ["half-a.npz", "half-b.npz"] as const;

/** All arms that are reconstructed: the design's, and the null arm in any case. */
export function scoredArms({ arms }: StudyDesign): readonly string[] {
  return arms.includes("null") ? arms : [...arms, "null"];
}

// Networks that a design names and cannot train, whatever its data are.

import { isNetworkArm, networkArms } from "../../nn/arms/registry.ts";
import type { StudyDesign } from "../design/schema.ts";
import { missingObjects } from "./study-objects.ts";

/** Why no job of the network is run; undefined where jobs are. */
export function skippedByDesign(network: string, design: StudyDesign): string | undefined {
  if (!isNetworkArm(network)) return undefined;
  const { needsLabels, options } = networkArms[network];
  if (design.kind === "measured" && needsLabels) return "no labels";
  const missing = missingObjects({ ...options.parse(design.methods[network] ?? {}) }, design);
  return missing.length === 0
    ? undefined
    : `no objects to learn from: ${missing.join(", ")} of methods.${network} not given`;
}

// The arrays of a finished dataset (src/data reads those): nothing is left to prepare, and no raster is to be seen in them.

import type { ArrayTree } from "../tree.ts";

/** What a dataset is, in words; undefined for a tree that is none. */
export function datasetIn({
  container,
  arrays,
}: Pick<ArrayTree, "container" | "arrays">): string | undefined {
  if (container !== "NPZ") return undefined;
  const has = (...names: readonly string[]): boolean =>
    names.every((name) => arrays.some(({ path }) => path === `/${name}`));
  if (has("data", "probe", "scan")) return "data, probe and scan are there: tike's test layout";
  const isOurs = (has("diffraction") || has("diff3d")) && has("xcoords", "ycoords");
  return isOurs ? "diffraction, xcoords and ycoords are there: DATA-001" : undefined;
}

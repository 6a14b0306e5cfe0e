// A report's input made up in memory: a synthetic study with flat pictures.

import { flatImage } from "../../src/array/ndarray.ts";
import type { RunData } from "../../src/report/run-data.ts";
import { syntheticResult, type SyntheticOptions } from "./synthetic-run.ts";

const size = { heightPx: 24, widthPx: 30 };

/** What the sections are given, with flat images: quick to draw. */
export function reportData(options: SyntheticOptions): RunData {
  const result = syntheticResult({ ...size, doses: [1e4], viewNames: ["sparse"], ...options });
  const image = flatImage(size.heightPx, size.widthPx);
  const images = result.cells.map((cell) => {
    const arms = cell.arms.filter(({ state }) => state === "done").map(({ arm }) => [arm, image] as const);
    const mask = new Uint8Array(size.heightPx * size.widthPx).fill(1);
    return [cell.path, { target: { name: "truth" as const, image }, mask, arms: new Map(arms) }] as const;
  });
  return { result, images: new Map(images), costs: null };
}

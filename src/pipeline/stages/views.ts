// views: the groups of each cell and its measured overlap. Overlap is measured here, never enforced.

import { join } from "node:path";
import { readDataset } from "../../data/read.ts";
import { writeJson } from "../../io/atomic.ts";
import { writeNpz } from "../../io/npz.ts";
import { ndarray } from "../../array/ndarray.ts";
import { takePositions } from "../../array/scan.ts";
import { cellPath } from "../../study/cell.ts";
import { groupFrames } from "../../study/views/grouping.ts";
import { measureOverlap } from "../../study/views/overlap-metrics.ts";
import { subsampleFrames } from "../../study/views/subsample.ts";
import { splitLeakage } from "../../study/views/split.ts";
import { writeManifest } from "../manifest.ts";
import type { Stage } from "../stage.ts";
import { upstreamFiles } from "../upstream.ts";
import { dataFiles } from "./layout.ts";

export const viewsStage: Stage = {
  name: "views",
  title: "group the frames and measure overlap",
  inMainThread: () => false,
  jobs: ({ plan }) =>
    plan.cells.map((cell) => ({
      stage: "views",
      path: `views/${cellPath(cell)}`,
      cell,
      arm: null,
    })),
  needs: ({ cell }) => [`data/${cellPath(cell!)}`],
  async inputs({ cell }, context) {
    const values = await upstreamFiles(
      context,
      `data/${cellPath(cell!)}`,
      "generate",
      dataFiles(context.design),
    );
    return { kind: "ready", values: { cell, ...values } };
  },
  async work({ cell }, { design, root, plan }, folder) {
    const { gridsize, replicate } = cell!;
    const bundle: Record<string, unknown> = {};
    const scans: Record<string, Awaited<ReturnType<typeof readDataset>>["dataset"]> = {};
    for (const file of dataFiles(design)) {
      const split = file.replace(".npz", "");
      const { dataset } = await readDataset(join(root, "data", cellPath(cell!), file));
      scans[split] = dataset;
      const rows = subsampleFrames(
        dataset.frames,
        design.training.subsampleCount,
        design.seeds.subsampling + replicate,
      );
      const positions = takePositions(dataset.positions, rows);
      const grouped = groupFrames(positions, {
        gridsize,
        neighborCount: design.neighborCount,
        groupCount: design.training.groupCount,
        seed: design.seeds.grouping + replicate,
        enableOversampling: design.enableOversampling,
      });
      // Group members are frame rows of the data file, whatever was subsampled.
      const members = Int32Array.from(grouped.groups, (row) => rows[row]!);
      await writeNpz(join(folder, `groups_${split}.npz`), {
        groups: ndarray("int32", [grouped.count, grouped.groupSize], members),
        frames: ndarray("int32", [rows.length], rows),
      });
      bundle[split] = {
        output_path: `groups_${split}.npz`,
        ...measureOverlap({
          positions,
          groups: grouped.groups,
          gridsize,
          neighborCount: design.neighborCount,
          probeDiameterPx: plan.probeDiameterPx,
          totalFrames: dataset.frames,
          subsamplingSeed: design.seeds.subsampling + replicate,
        }),
      };
    }
    const { train, test } = scans;
    if (design.kind === "simulated" && train !== undefined && test !== undefined) {
      const { axis } = design.split;
      bundle["leakage"] = splitLeakage(train.positions, test.positions, {
        axis,
        sizePx: train.size,
      });
    }
    await writeJson(join(folder, "metrics_bundle.json"), bundle);
    return { summary: bundle };
  },
  finish: (outcomes, context) => writeManifest("views/manifest.json", outcomes, context),
};

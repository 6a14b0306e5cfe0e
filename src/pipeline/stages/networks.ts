// Why an arm's network may not be there.

import { join } from "node:path";
import { z } from "zod";
import type { Metadata } from "../../data/dataset.ts";
import { readMetadata } from "../../data/metadata.ts";
import { readDataset } from "../../data/read.ts";
import { openNpz } from "../../io/npz.ts";
import { armPath, cellPath, type Cell } from "../../study/cell.ts";
import { networkOf } from "../../study/network-of.ts";
import { isNearField, shiftsByFourier } from "../../study/scan-task.ts";
import { trainingDataFiles } from "../../study/training/build.ts";
import { isFile } from "../../study/training/job.ts";
import { runnerOf } from "../../study/training/runners/registry.ts";
import { skippedByDesign } from "../../study/training/skipped-by-design.ts";
import type { StageContext } from "../context.ts";
import { obstacleTo, readRecord } from "../record.ts";

/** Why the training of a network on a cell is skipped; undefined when it is run. */
export async function trainingSkip(
  network: string,
  cell: Cell,
  { design, trainer, root }: StageContext,
): Promise<string | undefined> {
  const availability = runnerOf(trainer.runner).availability(network);
  if (!availability.available) return availability.reason;
  const byDesign = skippedByDesign(network, design);
  if (byDesign !== undefined) return byDesign;
  // An external trainer may know such optics; ours does not.
  if (trainer.runner !== "builtin" || design.kind !== "measured") return undefined;
  const scan = join(root, "data", cellPath(cell), trainingDataFiles(design).train);
  return isFile(scan) ? unknownOptics(scan) : undefined;
}

/** What our networks do not know of a scan's optics. */
async function unknownOptics(scan: string): Promise<string | undefined> {
  const metadata = await metadataOf(scan);
  if (isNearField(metadata)) return "near field";
  // Only positions can tell, and few files say that they shift so.
  const maybe = metadata["subPixel"] === "fourier";
  return maybe && shiftsByFourier((await readDataset(scan)).dataset) ? "Fourier shifts" : undefined;
}

async function metadataOf(path: string): Promise<Metadata> {
  const file = await openNpz(path);
  try {
    return (await readMetadata(file)).metadata;
  } finally {
    await file.close();
  }
}

const externally = z.object({
  config: z.object({ backend: z.string().refine((backend) => backend !== "builtin") }),
  result: z.object({ metrics: z.object({ trainer: z.string().optional() }).optional() }),
});

/** Who trained the network of an arm when it was not our own trainer (POLICY-002): the name the program gives itself, or that it
 * is one. */
export async function externalTrainer(
  arm: string,
  cell: Cell,
  { design, root }: Pick<StageContext, "design" | "root">,
): Promise<string | undefined> {
  const network = networkOf(arm, design);
  if (network === undefined) return undefined;
  const trained = await readRecord(join(root, "train", armPath(cell, network)));
  const summary = externally.safeParse(trained?.state === "done" ? trained.summary : undefined);
  return summary.success ? (summary.data.result.metrics?.trainer ?? "external program") : undefined;
}

export interface Absence {
  readonly state: "failed" | "skipped";
  readonly reason: string;
}

/** Why an arm has no reconstruction at all: what stands in its place, or what its network's training says. */
export async function absenceOf(arm: string, cell: Cell, context: StageContext): Promise<Absence> {
  const obstacle = await obstacleTo(context.root, `reconstruct/${armPath(cell, arm)}`);
  if (obstacle !== undefined) return { state: "failed", reason: obstacle };
  const network = networkOf(arm, context.design);
  if (network === undefined) return { state: "skipped", reason: "not reconstructed" };
  const trained = await readRecord(join(context.root, "train", armPath(cell, network)));
  const whose = network === arm ? "" : `${network}: `;
  if (trained?.state === "failed")
    return { state: "failed", reason: `${whose}training failed: ${trained.reason ?? "no reason given"}` };
  if (trained?.state === "done") return { state: "skipped", reason: "not reconstructed" };
  return {
    state: "skipped",
    reason: `${whose}${(await trainingSkip(network, cell, context)) ?? "not trained"}`,
  };
}

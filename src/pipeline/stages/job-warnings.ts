// What the jobs behind an arm's image have to say of it, in plain words: an engine whose misfit rose again, a network that no
// epoch made better than it started, or that had to start again. Such an arm has finished and has a score; its reader must know how it came by it.

import { join } from "node:path";
import { z } from "zod";
import { readJson } from "../../io/json.ts";
import { armPath, type Cell } from "../../study/cell.ts";
import { networkOf } from "../../study/network-of.ts";
import type { StageContext } from "../context.ts";
import { type JobRecord, readRecord } from "../record.ts";

/** An engine under a prior ends above its lowest misfit, by up to a tenth in the presets: half as much again is another thing. */
const mostRise = 1.5;

const historyHint = "Delete this job's folder and run again.";
const history = z.object({
  reconstructions: z.object({ reconstruction: z.object({ misfit: z.array(z.number()) }) }),
});
const training = z.object({
  result: z.object({
    metrics: z.object({
      bestEpoch: z.number().optional(),
      chosenOn: z.string().optional().catch(undefined),
      // Of our own trainer: another's may mean anything.
      restarts: z.number().int().positive().optional().catch(undefined),
      seed: z.number().optional().catch(undefined),
    }),
  }),
});

/** Warnings for the arm of a cell. @param record of its reconstruct job. @throws File, Format for a broken history. */
export async function jobWarnings(
  { arm, cell, record }: { arm: string; cell: Cell; record: JobRecord | undefined },
  { design, root }: Pick<StageContext, "design" | "root">,
): Promise<string[]> {
  const network = networkOf(arm, design);
  const trained =
    network === undefined ? undefined : await readRecord(join(root, "train", armPath(cell, network)));
  // An external trainer need not say which epoch was best.
  const summary = training.safeParse(trained?.summary);
  const { bestEpoch, chosenOn, restarts, seed } = summary.success
    ? summary.data.result.metrics
    : { bestEpoch: undefined, chosenOn: undefined, restarts: undefined, seed: undefined };
  const file = join(root, "reconstruct", armPath(cell, arm), "history.json");
  const misfit =
    record?.outputs["history.json"] === undefined
      ? []
      : (await readJson(file, history, historyHint)).reconstructions.reconstruction.misfit;
  return [
    ...(bestEpoch === 0 ? [untrainedText(network!)] : []),
    ...(chosenOn === "training frames" ? [chosenText(network!)] : []),
    ...(restarts === undefined || seed === undefined ? [] : [restartedText(network!, { restarts, seed })]),
    ...misfitWarnings(misfit),
  ];
}

function untrainedText(network: string): string {
  return `training made ${network} no better than it started (its best epoch is 0): what is scored is the untrained network`;
}

function chosenText(network: string): string {
  return `the scan was too small to hold frames back: the epoch of ${network} was chosen on frames that it was trained on, which cannot tell learning from memory`;
}

function restartedText(network: string, { restarts, seed }: { restarts: number; seed: number }): string {
  const times = restarts === 1 ? "once" : `${restarts} times`;
  return `${network} collapsed to a constant ${times} and was trained again from another start (seed ${seed}): what is scored is that run`;
}

/** @param misfit by epoch. */
export function misfitWarnings(misfit: readonly number[]): string[] {
  const last = misfit.at(-1);
  if (last === undefined || misfit.length < 2) return [];
  const lowest = Math.min(...misfit);
  if (last <= mostRise * lowest && last <= misfit[0]!) return [];
  const digits = (value: number): string => String(Number(value.toPrecision(3)));
  const risen = last > misfit[0]! ? `began at ${digits(misfit[0]!)}` : `had been down to ${digits(lowest)}`;
  return [
    `it diverged: the misfit of its last epoch is ${digits(last)} and ${risen}; fewer epochs or a smaller step may help`,
  ];
}

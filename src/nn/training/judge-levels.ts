// What a lesson's levels cost, on its validation batches and on its training batches: a training loss is compared with the latter.
// Photons are split anew each epoch, so a level of training is the mean of two epochs' batches, and how far these lie apart tells
// how far chance moves such a mean.

import { loadGraph } from "../runtime/load-graph.ts";
import type { Feeds, Runtime, Session } from "../runtime/runtime.ts";
import type { EpochRecord } from "./epoch-record.ts";
import type { Judge } from "./judge.ts";
import type { Tensor } from "../graph/tensor.ts";

export interface Levels {
  readonly [name: string]: number;
}

/** The parts of a lesson that are compared with. */
interface Compared {
  readonly levels: readonly {
    readonly name: string;
    readonly loss?: Tensor | undefined;
    batch(index: number): Feeds;
    readonly training?: ((round: number, index: number) => Feeds) | undefined;
  }[];
  readonly validationBatches: number;
  readonly items: Int32Array;
  readonly batchSize: number;
}

const trainingPrefix = "training ";

/** Where the levels hold how far chance moves the truth's level of training: three standard deviations of a difference. */
export const noiseKey = "noise of training truth";

/** Levels by name; those of training behind a prefix, because the state of a training keeps them together. */
export async function judgeLevels(
  { levels, validationBatches, items, batchSize }: Compared,
  judge: Judge,
  {
    runtime,
    threads,
    log,
  }: { readonly runtime: Runtime; readonly threads: number; readonly log: (line: string) => void },
): Promise<{ [name: string]: number }> {
  const found: Record<string, number> = {};
  const trained: string[] = [];
  for (const { name, loss, batch, training } of levels) {
    const own = loss === undefined ? undefined : await loadGraph(runtime, { outputs: { loss } }, { threads });
    const cost = async (feeds: Feeds): Promise<number> =>
      own === undefined ? judge.loss({ ...judge.zeros, ...feeds }) : lossOf(own, feeds);
    try {
      found[name] = mean(await each(validationBatches, (index) => cost(batch(index))));
      log(`level: ${name} ${found[name].toFixed(6)}`);
      if (training === undefined) continue;
      const batches = Math.ceil(items.length / batchSize);
      const [one, two] = [
        await each(batches, (index) => cost(training(1, index))),
        await each(batches, (index) => cost(training(2, index))),
      ];
      const level = mean([mean(one), mean(two)]);
      found[trainingPrefix + name] = level;
      trained.push(`training level: ${name} ${level.toFixed(6)}`);
      if (name === "truth") found[noiseKey] = 3 * spreadOfMean(one, two);
    } finally {
      await own?.release();
    }
  }
  trained.forEach((line) => log(line));
  return found;
}

/** The levels of validation and those of training. */
export function apart(told: Levels): { readonly levels: Levels; readonly trainingLevels: Levels } {
  const names = Object.entries(told).filter(([name]) => name !== noiseKey);
  const isTraining = (name: string): boolean => name.startsWith(trainingPrefix);
  return {
    levels: Object.fromEntries(names.filter(([name]) => !isTraining(name))),
    trainingLevels: Object.fromEntries(
      names
        .filter(([name]) => isTraining(name))
        .map(([name, value]) => [name.slice(trainingPrefix.length), value]),
    ),
  };
}

/** Lines for an epoch whose losses lie below the truth's: what is fitted then is noise. */
export function belowTruth(
  { epoch, loss, validation }: Pick<EpochRecord, "epoch" | "loss" | "validation">,
  {
    levels,
    trainingLevels,
    noise,
  }: { readonly levels: Levels; readonly trainingLevels: Levels; readonly noise: number },
): string[] {
  const line = (what: string, value: number, truth: number): string =>
    `below truth: fitting noise (epoch ${epoch}, ${what} ${value.toFixed(6)} below ${truth.toFixed(6)})`;
  const [judged, trained] = [levels["truth"], trainingLevels["truth"]];
  return [
    ...(trained !== undefined && loss < trained - noise ? [line("loss", loss, trained)] : []),
    ...(judged !== undefined && validation < judged ? [line("validation", validation, judged)] : []),
  ];
}

/** Standard deviation of the difference between the mean of another draw and the mean of these two. */
function spreadOfMean(one: readonly number[], two: readonly number[]): number {
  const differences = one.map((value, i) => value - two[i]!);
  const centre = mean(differences);
  // Each difference has twice the variance of one draw, the mean of two draws half of it: 3/2 of one draw's.
  const variance = mean(differences.map((value) => (value - centre) ** 2)) / 2;
  return Math.sqrt((1.5 * variance) / one.length);
}

async function each(count: number, cost: (index: number) => Promise<number>): Promise<number[]> {
  const costs: number[] = [];
  // One after the other: batches share their arrays.
  for (let index = 0; index < count; index++) costs.push(await cost(index));
  return costs;
}

/** The sum first: the division rounds once. */
function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

async function lossOf(session: Session, feeds: Feeds): Promise<number> {
  const taken = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
  return (await session.run(Object.fromEntries(taken)))["loss"]![0]!;
}

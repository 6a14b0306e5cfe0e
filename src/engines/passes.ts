// How a run of engines goes on after a kill. It is a sequence of passes, one engine over its epochs, and what comes next depends
// on their outcomes alone: a resumed run is led through the same sequence, is given the passes that were over, and goes on
// inside the one that was not.

import { packState, unpackState, type StateKeeper } from "../io/kept-state.ts";
import type { Checkpoint, EngineResult, EpochReport } from "./iterate.ts";

/** A pass that is over. */
export interface Pass {
  readonly result: EngineResult;
  /** Held-out deviance of the start; null without held-out frames. */
  readonly startDeviance: number | null;
  readonly reports: readonly EpochReport[];
}

/** A pass as it was in the middle. */
export interface OpenPass {
  readonly checkpoint: Checkpoint;
  readonly reports: readonly EpochReport[];
}

export interface Passes {
  /** What is known of the next pass from before; undefined when it never ran. */
  next(): { readonly over: Pass } | { readonly open: OpenPass } | undefined;
  /** Takes in a pass that is over. */
  end(pass: Pass): void;
  isDue(): boolean;
  /** Keeps all passes and the running one. */
  keep(running: OpenPass): Promise<void>;
}

/** The passes that were kept, if any. One object serves all runs of a job, in their order.
 * @throws Format when what was kept is no such state. */
export async function openPasses(keeper: StateKeeper): Promise<Passes> {
  const found = await keeper.load();
  const before = found === undefined ? { passes: [], open: undefined } : unpackPasses(found);
  const passes: Pass[] = [];
  return {
    next() {
      const over = before.passes[passes.length];
      if (over !== undefined) return { over };
      const { open } = before;
      before.open = undefined;
      return open === undefined ? undefined : { open };
    },
    end: (pass) => void passes.push(pass),
    isDue: () => keeper.isDue(),
    keep: (open) => keeper.save(packPasses(passes, open)),
  };
}

interface Facts {
  readonly passes: readonly { height: number; width: number; epoch: number; startDeviance: number | null }[];
  readonly open: { readonly engine: string; readonly epoch: number };
}

function packPasses(passes: readonly Pass[], { checkpoint, reports }: OpenPass): Uint8Array {
  const facts: Facts = {
    passes: passes.map(({ result: { object, epoch }, startDeviance }) => ({
      height: object.height,
      width: object.width,
      epoch,
      startDeviance,
    })),
    open: { engine: checkpoint.engine, epoch: checkpoint.epoch },
  };
  const own = Object.entries(checkpoint.arrays).map(([name, array]) => [`open.${name}`, array] as const);
  const over = passes.flatMap(({ result: { object, probe, positions, scales }, reports: rows }, k) => [
    [`${k}.object`, object.data] as const,
    [`${k}.probe`, probe] as const,
    [`${k}.x`, positions.x] as const,
    [`${k}.y`, positions.y] as const,
    [`${k}.scales`, scales] as const,
    [`${k}.reports`, packReports(rows)] as const,
  ]);
  const arrays = Object.fromEntries([...over, ...own, ["reports", packReports(reports)] as const]);
  return packState({ facts, arrays });
}

function unpackPasses(bytes: Uint8Array): { passes: Pass[]; open: OpenPass | undefined } {
  const { facts: told, arrays } = unpackState(bytes);
  // Written by packPasses of the same version: its hash is checked, and the version is part of it.
  const facts = told as Facts;
  const passes = facts.passes.map(({ height, width, epoch, startDeviance }, k): Pass => ({
    result: {
      object: { height, width, data: arrays[`${k}.object`] as Float32Array },
      probe: arrays[`${k}.probe`] as Float32Array,
      positions: { x: arrays[`${k}.x`] as Float64Array, y: arrays[`${k}.y`] as Float64Array },
      scales: arrays[`${k}.scales`] as Float32Array,
      epoch,
    },
    startDeviance,
    reports: unpackReports(arrays[`${k}.reports`]!),
  }));
  const own = Object.entries(arrays)
    .filter(([name]) => name.startsWith("open."))
    .map(([name, array]) => [name.slice("open.".length), array] as const);
  const open = {
    checkpoint: { ...facts.open, arrays: Object.fromEntries(own) },
    reports: unpackReports(arrays["reports"]!),
  };
  return { passes, open };
}

const numbersPerReport = 5;

function packReports(reports: readonly EpochReport[]): Float64Array {
  return Float64Array.from(
    reports.flatMap(({ epoch, error, deviance, heldOutDeviance }) => [
      epoch,
      error,
      deviance,
      heldOutDeviance === null ? 0 : 1,
      heldOutDeviance ?? 0,
    ]),
  );
}

function unpackReports(numbers: ArrayLike<number>): EpochReport[] {
  return Array.from({ length: numbers.length / numbersPerReport }, (_, k) => {
    const [epoch, error, deviance, isScored, heldOut] = Array.from(
      { length: numbersPerReport },
      (_each, i) => numbers[k * numbersPerReport + i]!,
    );
    return {
      epoch: epoch!,
      error: error!,
      deviance: deviance!,
      heldOutDeviance: isScored === 1 ? heldOut! : null,
    };
  });
}

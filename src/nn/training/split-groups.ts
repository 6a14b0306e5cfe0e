// Groups that train and groups that choose the epoch, without a frame in common: a network that is judged by a frame it was
// trained on is praised for what it has memorised. Groups that hold frames of both are left out.

import { DoselapError } from "../../errors.ts";
import { membersOf, type GroupTable } from "./groups.ts";
import type { ScanTask } from "./scan-task.ts";
import { splitByBlocks } from "./validation.ts";

/** Some train, others choose. */
export const leastGroups = 2;

export interface GroupSplit {
  readonly training: Int32Array;
  readonly validation: Int32Array;
  /** Where every two groups leave none without their frames: then all train and all choose. */
  readonly chosenOn?: "training frames" | undefined;
}

export interface SplitContext {
  readonly seed: number;
  readonly log?: ((line: string) => void) | undefined;
}

/** Groups of frames in blocks that are held back choose (validation.ts), those without such a frame train. Where no two groups
 * lie in the blocks whole, groups around the blocks' frames choose, then two that lie closest, and what shares a frame with them
 * does not train. @throws Range for a single group. */
export function splitGroups(
  { problem: { positions, size } }: ScanTask,
  table: GroupTable,
  { validationFraction }: { readonly validationFraction: number },
  { seed, log }: SplitContext,
): GroupSplit {
  const { groups, groupSize, count } = table;
  if (count < leastGroups) {
    throw new DoselapError("Range", "one group cannot both train and choose", {
      key: "training.groupCount",
      expected: `at least ${leastGroups} groups`,
      got: String(count),
      hint: "Make more groups, or keep more frames.",
    });
  }
  const { validation: frames } = splitByBlocks(positions, {
    fraction: validationFraction,
    blockPx: size,
    seed,
  });
  const held = new Set(frames);
  const all = Int32Array.from({ length: count }, (_, group) => group);
  const whole = all.filter((group) => shared(table, group, held) === groupSize);
  const around = all.filter((group) => held.has(groups[group * groupSize]!));
  const without = (chosen: Int32Array, used: ReadonlySet<number>): GroupSplit => ({
    training: all.filter((group) => shared(table, group, used) === 0),
    validation: chosen,
  });
  const splits = [
    without(whole, held),
    without(around, framesOf(table, around)),
    ...Array.from(all, (group) => {
      const two = pairAt(table, group);
      return without(two, framesOf(table, two));
    }).slice(0, mostPairs),
  ];
  // One group alone cannot tell whether outputs vary.
  const found = splits.findIndex(({ training, validation }) => training.length > 0 && validation.length > 1);
  const split = splits[found];
  if (split === undefined) {
    log?.(
      `validation: no two of the ${count} groups leave one without their frames: the epoch is chosen on training frames`,
    );
    return { training: all, validation: all, chosenOn: "training frames" };
  }
  const { training, validation } = split;
  const mixed = count - training.length - validation.length;
  if (found > 0) {
    log?.(
      `validation: too few groups lie in the blocks that are held back: ${validation.length} choose, ${training.length} without a frame of theirs train, ${mixed} with frames of both do neither`,
    );
  }
  return split;
}

/** Where so many pairs leave nothing to train on, others hardly will. */
const mostPairs = 64;

/** A group and the one that shares most frames with it, but not all. */
function pairAt(table: GroupTable, group: number): Int32Array {
  const own = framesOf(table, Int32Array.of(group));
  let [best, most] = [group, -1];
  for (let other = 0; other < table.count; other++) {
    const common = shared(table, other, own);
    if (other !== group && common > most && common < own.size) [best, most] = [other, common];
  }
  return best === group ? Int32Array.of(group) : Int32Array.of(group, best).sort();
}

function framesOf(table: GroupTable, chosen: Int32Array): Set<number> {
  return new Set(Array.from(chosen).flatMap((group) => Array.from(membersOf(table, group))));
}

function shared(table: GroupTable, group: number, frames: ReadonlySet<number>): number {
  return membersOf(table, group).reduce((sum, frame) => sum + (frames.has(frame) ? 1 : 0), 0);
}

// What one look at all frames tells: whether they are whole numbers, where their light is, how much there is. Taken frame by
// frame, so that frames in memory and frames in a file give the same facts to the last bit.

import type { NumberArray } from "../array/cast.ts";

export interface FrameFacts {
  /** No value has a fraction. */
  readonly isWhole: boolean;
  /** Some value is above 1. */
  readonly exceedsOne: boolean;
  /** Mean over the frames of Σ values. */
  readonly meanSum: number;
  /** Mean over the frames of Σ values², each rounded to float32 first: counts when the values are amplitudes. */
  readonly meanPower: number;
  /** Shares of the mean pattern within N/8 of the middle and of the (wrapped) corner. */
  readonly centre: number;
  readonly corner: number;
}

export interface FrameLook {
  /** Takes in the N×N values of the next frame. */
  add(values: NumberArray): void;
  facts(): FrameFacts;
}

export function lookAtFrames(size: number): FrameLook {
  const mean = new Float64Array(size * size);
  let [frames, isWhole, exceedsOne, sum, power] = [0, true, false, 0, 0];
  return {
    add(values) {
      let own = 0;
      for (let i = 0; i < mean.length; i++) {
        const value = values[i]!;
        isWhole &&= Number.isInteger(value);
        exceedsOne ||= value > 1;
        mean[i] = mean[i]! + value;
        sum += value;
        own += Math.fround(value) ** 2;
      }
      frames++;
      power += own;
    },
    facts: () => ({
      isWhole,
      exceedsOne,
      meanSum: sum / frames,
      meanPower: power / frames,
      ...sharesOf(mean, size),
    }),
  };
}

/** The facts of frames in memory, [M, N, N]. */
export function factsOf(data: NumberArray, size: number): FrameFacts {
  const look = lookAtFrames(size);
  const pixels = size * size;
  for (let at = 0; at < data.length; at += pixels) look.add(data.subarray(at, at + pixels));
  return look.facts();
}

function sharesOf(mean: Float64Array, size: number): { centre: number; corner: number } {
  const reach = Math.max(1, size / 8);
  const half = Math.floor(size / 2);
  let [total, centre, corner] = [0, 0, 0];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const value = mean[y * size + x]!;
      total += value;
      if (Math.abs(y - half) <= reach && Math.abs(x - half) <= reach) centre += value;
      if (Math.min(y, size - y) <= reach && Math.min(x, size - x) <= reach) corner += value;
    }
  }
  return total > 0 ? { centre: centre / total, corner: corner / total } : { centre: 0, corner: 0 };
}

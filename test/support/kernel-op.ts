// What the tables of kernel methods share: a row, and the frame that it is tried on.
// Slots, wave slots and count slots differ from the frame on purpose.

import type { ScanSession } from "../../src/compute/session.ts";
import type { Scene } from "./kernel-scene.ts";
import { modeOf, naivePatch } from "./naive-scan.ts";

export type Numbers = ArrayLike<number>;

/** What came out. With `scale` every number is judged by its own: signed sums can be small by cancellation. */
export interface Outcome {
  readonly [name: string]: { readonly values: Numbers; readonly scale?: Numbers };
}

export interface KernelOp {
  readonly name: string;
  apply(session: ScanSession, scene: Scene): Outcome;
  expected(scene: Scene): { readonly [name: string]: Numbers };
}

export const [slot, waveSlot, frame] = [1, 3, 2] as const;

export function gatherAt(session: ScanSession, scene: Scene, at: number = frame): void {
  session.kernels.gather(slot, scene.x[at]!, scene.y[at]!);
}

/** The part of a stack of complex fields that begins at field `at`. */
export function fieldsAt({ size }: Scene, stack: Float32Array, at: number, count: number): Float32Array {
  const numbers = 2 * size * size;
  return stack.slice(at * numbers, (at + count) * numbers);
}

export function sums(values: Numbers, scale: Numbers): { values: Numbers; scale: Numbers } {
  return { values, scale };
}

export const flat = (waves: readonly Numbers[]): Float64Array =>
  Float64Array.from(waves.flatMap((wave) => Array.from(wave)));
export const patchOf = (scene: Scene, at: number = frame): Float64Array =>
  naivePatch(scene, scene.object, scene.x[at]!, scene.y[at]!);
export const stepOf = (scene: Scene, at: number = frame): Float64Array =>
  naivePatch(scene, scene.objectStep, scene.x[at]!, scene.y[at]!);
export const modesOf = (scene: Scene, stack: Numbers, at = 0): Float64Array[] =>
  Array.from({ length: scene.modes }, (_, m) => modeOf(scene, stack, at * scene.modes + m));

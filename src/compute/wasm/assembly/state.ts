// AssemblyScript. What one instance knows: sizes and the places of its scratch. WebAssembly globals belong to the
// instance, so threads that share one memory do not share these.

import { setPlan } from "./transform";

/** N. */
export let size: i32 = 0;
/** K. */
export let modes: i32 = 0;
/** 0 uint8, 1 uint16, 2 float32. */
export let countType: i32 = 2;
/** Offsets of the digit-reversed rows within a strip, int32 [2N], periodic. */
export let places: usize = 0;
/** Work strips, one per mode and set, `stripPitch` bytes apart. */
export let stripStart: usize = 0;
export let stripPitch: usize = 0;
/** Scratch fields, one per mode and set, `fieldBytes` apart; their strips `fieldPitch` apart. */
export let fieldStart: usize = 0;
export let fieldPitch: usize = 0;
export let fieldBytes: usize = 0;
/** A complex [N, N] patch for directions. */
export let patchStart: usize = 0;
/** Two lines of N + 8 complex numbers; then the next two. */
export let lineStart: usize = 0;
/** Six lines of 256 numbers for a chunk of detector pixels, see constrain.ts. */
export let chunkLines: usize = 0;
/** Vectors that stay the same for a frame: those of constrain.ts, those of pie.ts. */
export let numbers: usize = 0;
/** The transfer function in the order of the second sweep, scaled by 1/N²; 0 in the far field. */
export let transferStart: usize = 0;

export function open(n: i32, k: i32, type: i32, plan: usize, stages: i32, placesAt: usize): void {
  size = n;
  modes = k;
  countType = type;
  places = placesAt;
  setPlan(plan, stages);
}

export function setScratch(strips: usize, stripBytes: usize, fields: usize, patch: usize, line: usize, transfer: usize): void {
  stripStart = strips;
  stripPitch = stripBytes;
  fieldStart = fields;
  fieldPitch = (<usize>size << 6) + 512;
  fieldBytes = fieldPitch * (size >> 3);
  patchStart = patch;
  lineStart = line;
  chunkLines = line + (<usize>size << 4) + 128;
  numbers = chunkLines + 6 * 1024;
  transferStart = transfer;
}

// AssemblyScript. One-dimensional transforms down the rows of an L1-resident strip: N rows of 64 bytes, eight columns
// as [4 re][4 im][4 re][4 im]. Forward is decimation in frequency and leaves the rows digit-reversed; inverse is its
// adjoint and takes them so: no permutation between the two. Neither is scaled.
// The plan is written by plan.ts into the thread's scratch: one record of 16 bytes per stage
// (radix, m = rows between the points of a butterfly, blocks, address of the twiddles), the last with m = 1.
// Twiddles: float32 pairs w^{pk}, k = 1 … r−1, for p = 1 … m−1.
// Measured on Zen 4, Node 20: split parts 49.9 µs for the stages of one direction at N = 256, interleaved ones 65.4;
// 4·4·4 instead of 8·8 (which spills) 7.2 µs instead of 8.1 for a whole transform at N = 64. Stages run at four fifths
// of what two adders per cycle allow.

import * as dif from "./dif";
import * as dit from "./dit";
import { size } from "./state";

let firstStage: usize = 0;
let lastStage: usize = 0;

export function setPlan(address: usize, stages: i32): void {
  firstStage = address;
  lastStage = address + 16 * (stages - 1);
}

/** Transforms x forward; the result is in y, x is used up (x = y is fine). */
export function forward(x: usize, y: usize): void {
  for (let stage = firstStage; stage < lastStage; stage += 16) {
    const radix = load<i32>(stage);
    const m = load<i32>(stage, 4);
    const blocks = load<i32>(stage, 8);
    const w = load<usize>(stage, 12);
    if (radix === 4) difFirst4(x, m, blocks, w);
    else if (radix === 3) difFirst3(x, m, blocks, w);
    else difFirst5(x, m, blocks, w);
  }
  if (load<i32>(lastStage) === 4) difLast4(x, y);
  else difLast8(x, y);
}

/** Transforms x back into y. x stays as it is unless x = y. */
export function inverse(x: usize, y: usize): void {
  if (load<i32>(lastStage) === 4) ditLast4(x, y);
  else ditLast8(x, y);
  for (let stage = lastStage; stage > firstStage; ) {
    stage -= 16;
    const radix = load<i32>(stage);
    const m = load<i32>(stage, 4);
    const blocks = load<i32>(stage, 8);
    const w = load<usize>(stage, 12);
    if (radix === 4) ditFirst4(y, m, blocks, w);
    else if (radix === 3) ditFirst3(y, m, blocks, w);
    else ditFirst5(y, m, blocks, w);
  }
}

function difFirst4(a: usize, m: i32, blocks: i32, twiddles: usize): void {
  const s = <usize>m << 6;
  const end = twiddles + 24 * (m - 1);
  for (let block = 0; block < blocks; block++) {
    let b = a + s;
    let c = b + s;
    let d = c + s;
    dif.first4(a, b, c, d, 0, 0, false);
    dif.first4(a, b, c, d, 32, 0, false);
    for (let w = twiddles; w < end; w += 24) {
      a += 64;
      b += 64;
      c += 64;
      d += 64;
      dif.first4(a, b, c, d, 0, w, true);
      dif.first4(a, b, c, d, 32, w, true);
    }
    a += 64 + 3 * s;
  }
}

function difFirst3(a: usize, m: i32, blocks: i32, twiddles: usize): void {
  const s = <usize>m << 6;
  const end = twiddles + 16 * (m - 1);
  for (let block = 0; block < blocks; block++) {
    let b = a + s;
    let c = b + s;
    dif.first3(a, b, c, 0, 0, false);
    dif.first3(a, b, c, 32, 0, false);
    for (let w = twiddles; w < end; w += 16) {
      a += 64;
      b += 64;
      c += 64;
      dif.first3(a, b, c, 0, w, true);
      dif.first3(a, b, c, 32, w, true);
    }
    a += 64 + 2 * s;
  }
}

function difFirst5(a: usize, m: i32, blocks: i32, twiddles: usize): void {
  const s = <usize>m << 6;
  const end = twiddles + 32 * (m - 1);
  for (let block = 0; block < blocks; block++) {
    let b = a + s;
    let c = b + s;
    let d = c + s;
    let e = d + s;
    dif.first5(a, b, c, d, e, 0, 0, false);
    dif.first5(a, b, c, d, e, 32, 0, false);
    for (let w = twiddles; w < end; w += 32) {
      a += 64;
      b += 64;
      c += 64;
      d += 64;
      e += 64;
      dif.first5(a, b, c, d, e, 0, w, true);
      dif.first5(a, b, c, d, e, 32, w, true);
    }
    a += 64 + 4 * s;
  }
}

function difLast4(x: usize, y: usize): void {
  for (const end = x + (<usize>size << 6); x < end; x += 256) {
    dif.last4(x, y, 0);
    dif.last4(x, y, 32);
    y += 256;
  }
}

function difLast8(x: usize, y: usize): void {
  for (const end = x + (<usize>size << 6); x < end; x += 512) {
    dif.last8(x, y, 0);
    dif.last8(x, y, 32);
    y += 512;
  }
}

function ditFirst4(a: usize, m: i32, blocks: i32, twiddles: usize): void {
  const s = <usize>m << 6;
  const end = twiddles + 24 * (m - 1);
  for (let block = 0; block < blocks; block++) {
    let b = a + s;
    let c = b + s;
    let d = c + s;
    dit.first4(a, b, c, d, 0, 0, false);
    dit.first4(a, b, c, d, 32, 0, false);
    for (let w = twiddles; w < end; w += 24) {
      a += 64;
      b += 64;
      c += 64;
      d += 64;
      dit.first4(a, b, c, d, 0, w, true);
      dit.first4(a, b, c, d, 32, w, true);
    }
    a += 64 + 3 * s;
  }
}

function ditFirst3(a: usize, m: i32, blocks: i32, twiddles: usize): void {
  const s = <usize>m << 6;
  const end = twiddles + 16 * (m - 1);
  for (let block = 0; block < blocks; block++) {
    let b = a + s;
    let c = b + s;
    dit.first3(a, b, c, 0, 0, false);
    dit.first3(a, b, c, 32, 0, false);
    for (let w = twiddles; w < end; w += 16) {
      a += 64;
      b += 64;
      c += 64;
      dit.first3(a, b, c, 0, w, true);
      dit.first3(a, b, c, 32, w, true);
    }
    a += 64 + 2 * s;
  }
}

function ditFirst5(a: usize, m: i32, blocks: i32, twiddles: usize): void {
  const s = <usize>m << 6;
  const end = twiddles + 32 * (m - 1);
  for (let block = 0; block < blocks; block++) {
    let b = a + s;
    let c = b + s;
    let d = c + s;
    let e = d + s;
    dit.first5(a, b, c, d, e, 0, 0, false);
    dit.first5(a, b, c, d, e, 32, 0, false);
    for (let w = twiddles; w < end; w += 32) {
      a += 64;
      b += 64;
      c += 64;
      d += 64;
      e += 64;
      dit.first5(a, b, c, d, e, 0, w, true);
      dit.first5(a, b, c, d, e, 32, w, true);
    }
    a += 64 + 4 * s;
  }
}

function ditLast4(x: usize, y: usize): void {
  for (const end = x + (<usize>size << 6); x < end; x += 256) {
    dit.last4(x, y, 0);
    dit.last4(x, y, 32);
    y += 256;
  }
}

function ditLast8(x: usize, y: usize): void {
  for (const end = x + (<usize>size << 6); x < end; x += 512) {
    dit.last8(x, y, 0);
    dit.last8(x, y, 32);
    y += 512;
  }
}

// The 2-D transform of the WebAssembly kernels as an Fft2; scale and order are parts of its two sweeps.
// Fields elsewhere are copied in and out (about a tenth of the transform's time); `field` of a plan is in the
// kernels' memory and is transformed in place without copies.

import type { Fft2, Fft2Options } from "../backend.ts";
import { checkField, fftForm } from "../fft-form.ts";
import { instantiateKernels, pageBytes, reservedBytes } from "./binary.ts";
import { planFft, writePlan } from "./plan.ts";
import { placeScratch } from "./scratch.ts";

export interface WasmFft2 extends Fft2 {
  /** One N×N field in the kernels' memory, complex64: pass it to the transforms to save the copies. */
  readonly field: Float32Array;
}

export interface WasmFft2Options extends Fft2Options {
  readonly size: number;
  /** A binary without shared memory. */
  readonly module: WebAssembly.Module;
}

/** @throws Range when the kernels have no transform of this size, Usage for an unknown option. */
export function openWasmFft2({ size, module, ...options }: WasmFft2Options): WasmFft2 {
  const plan = planFft(size);
  const form = fftForm(size, options);
  const scratch = placeScratch(plan, { modes: 1, nearField: false, subPixel: "bilinear" }, reservedBytes);
  const numbers = 2 * size * size;
  const bytes = scratch.end + 4 * numbers;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const exports = instantiateKernels(module, memory);
  writePlan(plan, memory.buffer, scratch);
  exports.open(size, 1, 2, scratch.plan, plan.radices.length, scratch.places);
  exports.setScratch(scratch.strips, scratch.stripBytes, scratch.fields, scratch.patch, scratch.line, 0);
  const field = new Float32Array(memory.buffer, scratch.end, numbers);

  function transform(given: Float32Array, offset: number, scale: number, back: 0 | 1): void {
    checkField(given, offset, size);
    const inside = given.buffer === field.buffer;
    const at = inside ? given.byteOffset + 4 * offset : field.byteOffset;
    if (!inside) copy(given, offset, field, 0, numbers);
    exports.fft2(at, at, back, scale, form.center, form.center);
    if (!inside) copy(field, 0, given, offset, numbers);
  }
  return {
    size,
    field,
    forward: (given, offset = 0) => transform(given, offset, form.forward, 0),
    inverse: (given, offset = 0) => transform(given, offset, form.inverse, 1),
    adjoint: (given, offset = 0) => transform(given, offset, form.adjoint, 1),
  };
}

/** Copies numbers without a view of them when both arrays are taken whole. */
function copy(from: Float32Array, fromAt: number, to: Float32Array, toAt: number, count: number): void {
  const whole = fromAt === 0 && from.length === count;
  to.set(whole ? from : from.subarray(fromAt, fromAt + count), toAt);
}

// The 2-D transform of the WebAssembly kernels as an Fft2: unitary, natural order, DC at [0, 0] or in the middle.
// Fields elsewhere are copied in and out (about a tenth of the transform's time); `field` of a plan is in the
// kernels' memory and is transformed in place without copies.

import type { Fft2 } from "../backend.ts";
import { DoselapError } from "../../errors.ts";
import { instantiateKernels, pageBytes, reservedBytes } from "./binary.ts";
import { planFft, writePlan } from "./plan.ts";
import { placeScratch } from "./scratch.ts";

export interface WasmFft2 extends Fft2 {
  /** One N×N field in the kernels' memory, complex64: pass it to `forward` or `inverse` to save the copies. */
  readonly field: Float32Array;
}

export interface WasmFft2Options {
  readonly size: number;
  /** A binary without shared memory. */
  readonly module: WebAssembly.Module;
  /** DC at [N/2, N/2] on both sides. */
  readonly centred?: boolean;
}

/** @throws Range when the kernels have no transform of this size. */
export function openWasmFft2({ size, module, centred = false }: WasmFft2Options): WasmFft2 {
  const plan = planFft(size);
  const scratch = placeScratch(plan, { modes: 1, nearField: false, subPixel: "bilinear" }, reservedBytes);
  const numbers = 2 * size * size;
  const bytes = scratch.end + 4 * numbers;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const exports = instantiateKernels(module, memory);
  writePlan(plan, memory.buffer, scratch);
  exports.open(size, 1, 2, scratch.plan, plan.radices.length, scratch.places);
  exports.setScratch(scratch.strips, scratch.stripBytes, scratch.fields, scratch.patch, scratch.line, 0);
  const field = new Float32Array(memory.buffer, scratch.end, numbers);
  const shift = centred ? size / 2 : 0;

  function transform(given: Float32Array, offset: number, back: 0 | 1): void {
    if (offset < 0 || offset + numbers > given.length) {
      throw new DoselapError("Shape", `a ${size}×${size} field does not fit at offset ${offset}`, {
        expected: `at least ${offset + numbers} numbers`,
        got: String(given.length),
      });
    }
    const inside = given.buffer === field.buffer;
    const at = inside ? given.byteOffset + 4 * offset : field.byteOffset;
    if (!inside) copy(given, offset, field, 0, numbers);
    exports.fft2(at, at, back, 1 / size, shift, shift);
    if (!inside) copy(field, 0, given, offset, numbers);
  }
  return {
    size,
    field,
    forward: (given, offset = 0) => transform(given, offset, 0),
    inverse: (given, offset = 0) => transform(given, offset, 1),
  };
}

/** Copies numbers without a view of them when both arrays are taken whole. */
function copy(from: Float32Array, fromAt: number, to: Float32Array, toAt: number, count: number): void {
  const whole = fromAt === 0 && from.length === count;
  to.set(whole ? from : from.subarray(fromAt, fromAt + count), toAt);
}

// The WebAssembly transform in place in its own memory, and the sides that it refuses. What it shares with every transform
// is in test/contracts/transform.contract.test.ts.

import { describe, expect, test } from "vitest";
import { randomField } from "../../../test/support/fields.ts";
import { DoselapError } from "../../errors.ts";
import { hasRelaxedSimd } from "./binary.ts";
import { openWasmFft2 } from "./fft.ts";
import { compileKernels } from "./node-binary.ts";
import { isKernelSize } from "./plan.ts";

const variants = [
  { name: "simd", module: compileKernels({ relaxed: false, shared: false }) },
  ...(hasRelaxedSimd()
    ? [{ name: "relaxed", module: compileKernels({ relaxed: true, shared: false }) }]
    : []),
];

describe.each(variants)("$name", ({ module }) => {
  test("a field in the kernels' memory gives the bytes that a copied one gives", () => {
    const fft = openWasmFft2({ size: 32, module });
    const field = randomField(1024, 4);
    const copied = field.slice();
    fft.forward(copied);
    fft.field.set(field);
    fft.forward(fft.field);
    expect(fft.field.slice()).toEqual(copied);
  });
});

const [{ module }] = variants as [(typeof variants)[number]];

test.each([7, 12, 30, 56, 2048])("side %i is refused with the sizes there are", (size) => {
  expect(isKernelSize(size)).toBe(false);
  expect(() => openWasmFft2({ size, module })).toThrow(DoselapError);
  expect(() => openWasmFft2({ size, module })).toThrow(/no transform of this size/);
});

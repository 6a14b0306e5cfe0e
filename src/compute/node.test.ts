// Opening the numeric core in Node: names, sizes, threads and memory are checked before anything is done.

import { describe, expect, test } from "vitest";
import { naiveDft2, randomField, relativeError } from "../../test/support/fields.ts";
import { isDoselapError, type DoselapError } from "../errors.ts";
import { openBackend } from "./node.ts";
import { hasRelaxedSimd } from "./wasm/binary.ts";

const shape = {
  size: 16,
  modes: 2,
  frames: 10,
  objectHeight: 40,
  objectWidth: 50,
  slots: 4,
  waveSlots: 10,
  countSlots: 10,
  countType: "uint16",
  nearField: false,
  subPixel: "bilinear",
} as const;

function failureOf(run: () => unknown): DoselapError {
  try {
    run();
  } catch (error) {
    if (isDoselapError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("openBackend", () => {
  test("says what computes, and on how many threads", () => {
    expect(openBackend({ kernels: "reference" }).name).toBe("reference");
    expect(openBackend({ kernels: "simd", threads: 2 }).name).toBe("wasm simd ×2 threads");
    const auto = openBackend();
    expect(auto.name).toBe(hasRelaxedSimd() ? "wasm relaxed" : "wasm simd");
    expect(auto.threads).toBe(1);
  });

  test.each([0, -1, 1.5, Number.NaN, 257])("refuses %s threads", (threads) => {
    const error = failureOf(() => openBackend({ threads }));
    expect(error._tag).toBe("Range");
    expect(error.message).toMatch(/threads: .*whole number from 1 to 256, got/);
  });

  test("refuses kernels that do not exist and lists those that do", () => {
    const named: { kernels: "simd" } = JSON.parse('{"kernels":"avx"}');
    const error = failureOf(() => openBackend(named));
    expect(error._tag).toBe("Usage");
    expect(error.message).toMatch(/expected auto, reference, simd or relaxed, got avx/);
  });

  test("relaxed kernels open where the engine has them, and are refused elsewhere with a way out", () => {
    if (hasRelaxedSimd()) {
      expect(openBackend({ kernels: "relaxed" }).name).toBe("wasm relaxed");
    } else {
      const error = failureOf(() => openBackend({ kernels: "relaxed" }));
      expect(error._tag).toBe("Compute");
      expect(error.message).toMatch(/does not run relaxed kernels.*"auto"/);
    }
  });
});

describe("frame sizes", () => {
  test("that WebAssembly does not have are refused with sizes that work", () => {
    const backend = openBackend({ kernels: "simd" });
    for (const run of [
      () => backend.openScan({ ...shape, size: 20 }),
      () => backend.scanBytes({ ...shape, size: 20 }),
      () => backend.fft2(20),
    ]) {
      const error = failureOf(run);
      expect(error._tag).toBe("Range");
      expect(error.message).toMatch(/multiple of 8 up to 1024 .* such as 64/);
    }
  });

  test("fall back to the plain kernels with auto, and the name for that size says so", () => {
    const backend = openBackend({ kernels: "auto" });
    expect(backend.nameFor(20)).toBe("reference");
    expect(backend.nameFor(16)).toBe(backend.name);
    expect(backend.openScan({ ...shape, size: 20 }).shape.size).toBe(20);
  });

  test.each(["reference", "auto"] as const)("that no kernels have are refused (%s)", (kernels) => {
    for (const size of [0, 15, 22, 7.5]) {
      expect(failureOf(() => openBackend({ kernels }).openScan({ ...shape, size }))._tag).toBe("Range");
    }
  });
});

describe("memory", () => {
  test.each(["reference", "simd"] as const)("a budget is kept to the byte (%s)", (kernels) => {
    const bytes = openBackend({ kernels }).scanBytes(shape);
    expect(openBackend({ kernels, memoryBudgetBytes: bytes }).openScan(shape).shape.threads).toBe(1);
    const tight = openBackend({ kernels, memoryBudgetBytes: bytes - 1 });
    const error = failureOf(() => tight.openScan(shape));
    expect(error._tag).toBe("Range");
    expect(error.message).toContain(`expected at most ${bytes - 1} bytes, got ${bytes}`);
  });

  test("what is taken is what was announced, up to a page of WebAssembly", () => {
    for (const kernels of ["reference", "simd"] as const) {
      const backend = openBackend({ kernels });
      const taken = backend.openScan(shape).views.object.buffer.byteLength;
      expect(taken).toBeGreaterThanOrEqual(backend.scanBytes(shape));
      expect(taken - backend.scanBytes(shape)).toBeLessThan(65536);
    }
  });

  test("more than WebAssembly addresses is refused with the bytes that were wanted", () => {
    const backend = openBackend({ kernels: "simd", threads: 2 });
    const large = { ...shape, size: 1024, waveSlots: 1000 };
    const error = failureOf(() => backend.openScan(large));
    expect(error._tag).toBe("Range");
    expect(error.message).toContain(`at most 4294967296 bytes, got ${backend.scanBytes(large)}`);
  });

  test.each([1, 2])(
    "what the machine does not give is refused with the bytes that were wanted",
    (threads) => {
      const backend = openBackend({ kernels: "reference", threads });
      const huge = { ...shape, objectHeight: 1e7, objectWidth: 1e7 };
      const error = failureOf(() => backend.openScan(huge));
      expect(error._tag).toBe("Range");
      expect(error.message).toContain(`expected ${backend.scanBytes(huge)} bytes`);
    },
  );

  test("threads are allowed for in what is announced", () => {
    const [one, three] = [1, 3].map((threads) => openBackend({ kernels: "simd", threads }).scanBytes(shape));
    expect(three).toBeGreaterThan(one!);
  });
});

test("the transform of a backend is the unitary DFT, whatever the kernels", () => {
  const field = randomField(24 * 24, 1);
  for (const kernels of ["reference", "simd"] as const) {
    const transformed = field.slice();
    openBackend({ kernels }).fft2(24).forward(transformed);
    // Five float32 stages each way at most.
    expect(relativeError(transformed, naiveDft2(field, 24, -1))).toBeLessThan(1e-6);
  }
});

// The kinds of kernels a backend can be made of: the plain ones, and WebAssembly with plain or relaxed SIMD.

import { DoselapError, messageOf } from "../errors.ts";
import type { Fft2, Fft2Options } from "./backend.ts";
import { planMemory, type KernelMemory, type MemoryPlan } from "./kernel-memory.ts";
import { hasReferenceFft, referenceFft2 } from "./reference-fft.ts";
import type { ScanShape } from "./scan-memory.ts";
import { hasRelaxedSimd, hasSimd, pageBytes, reservedBytes } from "./wasm/binary.ts";
import { openWasmFft2 } from "./wasm/fft.ts";
import { kernelBytes } from "./wasm/kernels.ts";
import { isKernelSize, kernelSizes } from "./wasm/plan.ts";

/** auto: relaxed SIMD where it runs, SIMD elsewhere, and the plain kernels for sizes that those do not have. */
export type KernelName = "auto" | "reference" | "simd" | "relaxed";

/** What computes: one kind of kernels, ready to be opened. */
export interface KernelKind {
  readonly name: "reference" | "wasm simd" | "wasm relaxed";
  /** Whether frames of N×N can be computed. */
  supports(size: number): boolean;
  /** The sizes that it supports, in words. */
  readonly sizes: string;
  /** @throws Range when N is not supported, Usage for an unknown option. */
  fft2(size: number, options?: Fft2Options): Fft2;
  /** Where everything lies. @throws Range when N is not supported. */
  plan(shape: ScanShape): MemoryPlan;
  /** Most bytes that a memory can have. */
  readonly mostBytes: number;
  /** @throws Range when the memory is not to be had. */
  allocate(plan: MemoryPlan): KernelMemory;
}

/** Gives the compiled binary for a memory that is shared, or not. */
export type ModuleSource = (variant: { relaxed: boolean; shared: boolean }) => WebAssembly.Module;

/** WebAssembly addresses are 32 bits. */
const mostPages = 65536;

/** What a name means on this machine. @throws Usage for an unknown name, Compute for kernels that do not run here. */
export function whichKernels(name: KernelName): "reference" | "simd" | "relaxed" {
  switch (name) {
    case "auto":
      return hasRelaxedSimd() ? "relaxed" : hasSimd() ? "simd" : "reference";
    case "reference":
      return name;
    case "simd":
    case "relaxed":
      if (name === "simd" ? hasSimd() : hasRelaxedSimd()) return name;
      throw new DoselapError("Compute", `this JavaScript engine does not run ${name} kernels`, {
        key: "kernels",
        hint: 'Take "auto": it picks what runs here.',
      });
  }
  name satisfies never;
  throw new DoselapError("Usage", "there are no such kernels", {
    key: "kernels",
    expected: "auto, reference, simd or relaxed",
    got: String(name),
  });
}

export const referenceKind: KernelKind = {
  name: "reference",
  supports: (size) => size % 2 === 0 && hasReferenceFft(size),
  sizes: "even, without prime factors above 5",
  fft2: referenceFft2,
  plan(shape) {
    if (shape.size % 2 === 0) return planMemory(shape, { reserved: 0, scratch: 0 });
    throw new DoselapError("Range", "frames must have an even side", {
      key: "N",
      expected: "an even number of pixels",
      got: String(shape.size),
    });
  },
  mostBytes: Infinity,
  allocate: ({ layout, bytes }) =>
    orRefused(bytes, () => ({
      buffer: layout.shape.threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes),
    })),
};

export function wasmKind(relaxed: boolean, moduleOf: ModuleSource): KernelKind {
  /** A plan has a memory of its own; nothing stays in it between calls. */
  const plans = new Map<string, Fft2>();
  return {
    name: relaxed ? "wasm relaxed" : "wasm simd",
    supports: isKernelSize,
    sizes: kernelSizes,
    fft2(size, options = {}) {
      const key = `${size} ${JSON.stringify(options)}`;
      const plan =
        plans.get(key) ?? openWasmFft2({ ...options, size, module: moduleOf({ relaxed, shared: false }) });
      plans.set(key, plan);
      return plan;
    },
    plan: (shape) => planMemory(shape, { reserved: reservedBytes, scratch: kernelBytes(shape) }),
    mostBytes: mostPages * pageBytes,
    allocate({ layout, bytes }) {
      const pages = Math.ceil(bytes / pageBytes);
      if (pages > mostPages) {
        throw new DoselapError("Range", "the reconstruction does not fit into the memory of WebAssembly", {
          expected: `at most ${mostPages * pageBytes} bytes`,
          got: String(bytes),
          hint: "Set a memory budget, so that frames are read when they are needed, or use a smaller batch.",
        });
      }
      const shared = layout.shape.threads > 1;
      const module = moduleOf({ relaxed, shared });
      const limits = { initial: pages, maximum: pages };
      const memory = orRefused(bytes, () => new WebAssembly.Memory({ ...limits, shared }));
      return { buffer: memory.buffer, wasm: { module, memory } };
    },
  };
}

function orRefused<Memory>(bytes: number, allocate: () => Memory): Memory {
  try {
    return allocate();
  } catch (cause) {
    throw new DoselapError("Range", `no memory for the reconstruction: ${messageOf(cause)}`, {
      expected: `${bytes} bytes`,
      cause,
      hint: "Set a memory budget, or use fewer probe modes, a smaller object or a smaller batch.",
    });
  }
}

// The memory that the kernels of all threads share, and how a thread opens its own kernels on it.
// Layout: [the binary's own] [arrays of the scan] [work queue] [scratch of thread 0] [scratch of thread 1] …

import { openReferenceKernels } from "./reference-kernels.ts";
import type { ScanKernels } from "./scan-kernels.ts";
import { planScan, type ScanLayout, type ScanShape, type ScanViews } from "./scan-memory.ts";
import { instantiateKernels } from "./wasm/binary.ts";
import { openWasmKernels } from "./wasm/kernels.ts";
import { queueBytes } from "./work-queue.ts";

/** A memory and what computes on it. Threads get it as it is. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
  /** Absent: the plain kernels. */
  readonly wasm?: { readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory };
}

/** Where everything lies; the same for all threads. */
export interface MemoryPlan {
  readonly layout: ScanLayout;
  readonly queueOffset: number;
  /** Scratch of thread t begins at scratchOffset + t·scratchBytes. */
  readonly scratchOffset: number;
  readonly scratchBytes: number;
  readonly bytes: number;
}

const line = 64;

/** Plans a memory of which the first `reserved` bytes belong to the kernels' binary and `scratch` to each thread. */
export function planMemory(
  shape: ScanShape,
  { reserved, scratch }: { readonly reserved: number; readonly scratch: number },
): MemoryPlan {
  const layout = planScan(shape, reserved);
  const queueOffset = layout.bytes;
  const scratchOffset = queueOffset + queueBytes(shape.threads);
  const scratchBytes = Math.ceil(scratch / line) * line;
  const bytes = scratchOffset + shape.threads * scratchBytes;
  return { layout, queueOffset, scratchOffset, scratchBytes, bytes };
}

/** The kernels of one thread, 0 … threads − 1. */
export function openKernels(
  { wasm }: KernelMemory,
  { layout, scratchOffset, scratchBytes }: MemoryPlan,
  views: ScanViews,
  thread: number,
): ScanKernels {
  if (wasm === undefined) return openReferenceKernels(layout.shape, views);
  return openWasmKernels({
    exports: instantiateKernels(wasm.module, wasm.memory),
    layout,
    views,
    scratchOffset: scratchOffset + thread * scratchBytes,
  });
}

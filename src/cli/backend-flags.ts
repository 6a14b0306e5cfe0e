// Flags that choose the numeric core: kernels, threads, memory.

import { openBackend } from "../compute/node.ts";
import type { SizedBackend } from "../compute/scan-backend.ts";
import { parseCount, parsePath } from "./flags.ts";

export interface BackendFlags {
  readonly kernels: "auto" | "simd" | "relaxed" | "reference";
  readonly threads: number;
  readonly memory?: number;
  readonly scratch?: string;
}

/** A budget in megabytes, of what `brief` says: {@link budgetOf} reads it. */
export function memoryFlag(brief: string) {
  return { kind: "parsed", parse: parseCount, optional: true, placeholder: "MB", brief } as const;
}

export const backendFlags = {
  kernels: {
    kind: "enum",
    values: ["auto", "simd", "relaxed", "reference"],
    default: "simd",
    brief: "simd: the same bytes on every machine; relaxed: faster where products are fused",
  },
  threads: {
    kind: "parsed",
    parse: parseCount,
    default: "1",
    placeholder: "T",
    brief: "Threads that share batches of frames; the result is the same",
  },
  memory: memoryFlag(
    "Most memory beside Node's own 150 MB; frames that do not fit stay on disc and are read when needed",
  ),
  scratch: {
    kind: "parsed",
    parse: parsePath,
    optional: true,
    placeholder: "DIR",
    brief: "Folder for the decompressed copy that a compressed scan on disc needs (default: the system's)",
  },
} as const;

export function backendOf({ kernels, threads }: Pick<BackendFlags, "kernels" | "threads">): SizedBackend {
  return openBackend({ kernels, threads });
}

/** Name of the kernels for frames of that size, without the threads: they change no byte of the file that says it. */
export function kernelsFor({ kernels }: BackendFlags, size: number): string {
  return openBackend({ kernels, threads: 1 }).nameFor(size);
}

/** The budget in bytes. */
export function budgetOf({ memory }: Pick<BackendFlags, "memory">): number | undefined {
  return memory === undefined ? undefined : memory * 1_000_000;
}

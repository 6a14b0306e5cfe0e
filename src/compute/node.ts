// Opens the numeric core in Node: picks kernels, and runs them on worker threads when more than one is asked for.

import { referenceKind, wasmKind, whichKernels, type KernelName, type ModuleSource } from "./kernel-kinds.ts";
import { startNodeThread } from "./node-thread.ts";
import { assembleBackend, checkThreads, type SizedBackend } from "./scan-backend.ts";
import { compileKernels } from "./wasm/node-binary.ts";

export interface BackendOptions {
  readonly kernels?: KernelName | undefined;
  /** 1 = the calling thread alone. */
  readonly threads?: number | undefined;
  /** The most that the memory of one reconstruction may take. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Ends the threads of all sessions when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws Range for a number of threads that is none, Usage for an unknown name, Compute for kernels that do not run
 * here. */
export function openBackend(options: BackendOptions = {}): SizedBackend {
  const { kernels = "auto", threads = 1, memoryBudgetBytes, signal } = options;
  checkThreads(threads);
  const which = whichKernels(kernels);
  return assembleBackend({
    kind: which === "reference" ? referenceKind : wasmKind(which === "relaxed", compiledOnce()),
    fallback: kernels === "auto" ? referenceKind : undefined,
    threads,
    memoryBudgetBytes,
    signal,
    startThread: (start) => startNodeThread(start),
  });
}

/** Compiles each binary when it is first asked for. */
function compiledOnce(): ModuleSource {
  const modules = new Map<boolean, WebAssembly.Module>();
  return (variant) => {
    const module = modules.get(variant.shared) ?? compileKernels(variant);
    modules.set(variant.shared, module);
    return module;
  };
}

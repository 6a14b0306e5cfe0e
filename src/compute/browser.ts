// Opens the numeric core in a browser: fetches the binaries, and runs them on module workers where the page may share
// memory (cross-origin isolation: COOP same-origin, COEP require-corp). Elsewhere one thread does it all and `note`
// says why. Several threads wait for each other, which a window must not do: open the backend in a dedicated worker.
// Browsers start the threads of a session while its caller gives the event loop turns, as runEngine does after epochs.

import { DoselapError, messageOf } from "../errors.ts";
import { referenceKind, wasmKind, whichKernels, type KernelName, type ModuleSource } from "./kernel-kinds.ts";
import type { PoolThread } from "./pool.ts";
import { assembleBackend, checkThreads, type SizedBackend } from "./scan-backend.ts";
import { kernelUrl } from "./wasm/binary.ts";
import type { ThreadStart } from "./worker-loop.ts";

export interface BrowserBackendOptions {
  readonly kernels?: KernelName | undefined;
  readonly threads?: number | undefined;
  /** Where the build lies, ending in a slash: this module's own build unless a bundler has moved it. */
  readonly baseUrl?: string | URL | undefined;
  readonly memoryBudgetBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BrowserBackend extends SizedBackend {
  /** Why fewer threads run than were asked for. */
  readonly note: string | undefined;
}

/** @throws Range for a number of threads that is none, Usage for an unknown name, Compute for kernels that do not run
 * here, File for a binary that cannot be fetched. */
export async function openBrowserBackend(options: BrowserBackendOptions = {}): Promise<BrowserBackend> {
  const { kernels = "auto", threads: wanted = 1, memoryBudgetBytes, signal } = options;
  const baseUrl = options.baseUrl ?? new URL("../", import.meta.url);
  checkThreads(wanted);
  const note = wanted === 1 ? undefined : whyOneThread();
  const threads = note === undefined ? wanted : 1;
  const which = whichKernels(kernels);
  const relaxed = which === "relaxed";
  const entry = new URL("compute/browser-worker.js", baseUrl);
  const backend = assembleBackend({
    kind:
      which === "reference"
        ? referenceKind
        : wasmKind(relaxed, await fetchModules(relaxed, threads, baseUrl)),
    fallback: kernels === "auto" ? referenceKind : undefined,
    threads,
    memoryBudgetBytes,
    signal,
    startThread: (start) => startBrowserThread(start, entry),
  });
  return { ...backend, note };
}

function whyOneThread(): string | undefined {
  if (!globalThis.crossOriginIsolated) {
    return "one thread: the page is not cross-origin isolated, so memory cannot be shared";
  }
  if ("document" in globalThis) return "one thread: a window must not wait; open the backend in a worker";
  return undefined;
}

/** Fetches what `threads` need; transforms have a memory of their own, which is never shared. */
async function fetchModules(relaxed: boolean, threads: number, baseUrl: string | URL): Promise<ModuleSource> {
  const variants = threads === 1 ? [false] : [false, true];
  const modules = await Promise.all(variants.map((shared) => fetchModule({ relaxed, shared }, baseUrl)));
  return ({ shared }) => modules[shared ? 1 : 0]!;
}

async function fetchModule(
  variant: { relaxed: boolean; shared: boolean },
  baseUrl: string | URL,
): Promise<WebAssembly.Module> {
  const file = kernelUrl(variant).pathname.split("/").at(-1)!;
  const url = new URL(`compute/wasm/${file}`, baseUrl);
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    throw new DoselapError("File", `the compiled kernels cannot be loaded: ${messageOf(cause)}`, {
      file: url.href,
      cause,
      hint: "Serve the folder dist/, or say with `baseUrl` where its contents lie.",
    });
  }
}

/** Starts a thread that serves one session. It loads its modules while the caller works. */
function startBrowserThread(start: ThreadStart, entry: URL): PoolThread {
  const worker = new Worker(entry, { type: "module", name: `doselap ${start.thread}` });
  let problem: string | undefined;
  worker.addEventListener("error", (event) => {
    problem = event.message === "" ? `${entry.href} did not load` : event.message;
  });
  worker.postMessage(start);
  return {
    // Browsers do not tell without the event loop; a caller that waits for too long gives up by itself.
    ended: () => false,
    problem: () => problem,
    end: () => worker.terminate(),
  };
}

// Runs models in a browser with onnxruntime-web, which is loaded when a runtime is opened and not before. WebAssembly is
// the provider that is tested; WebGPU was never run on a real device. The library computes on as many threads as it was
// started with, so the first model of a page decides; without cross-origin isolation it is one.

import { DoselapError, messageOf } from "../../errors.ts";
import { checkThreadCount } from "./check.ts";
import { openOrtSession, type OrtLibrary } from "./ort-session.ts";
import { checkProbe, probeModel } from "./probe.ts";
import type { Runtime } from "./runtime.ts";

export interface WebLibrary extends OrtLibrary {
  readonly env: { readonly wasm: { numThreads?: number } };
}

export interface WebRuntimeOptions {
  readonly provider?: "wasm" | "webgpu" | undefined;
  /** Imports the library where no bundler or import map resolves its name, as in the workers of a plain page:
   * `() => import("/lib/ort.wasm.bundle.min.mjs")`. Its .wasm file lies beside it. */
  readonly library?: (() => Promise<WebLibrary>) | undefined;
}

/** @throws Compute when onnxruntime-web cannot be loaded. Loading a model also throws it when the provider does not
 * compute here, and for another number of threads than that of the first model. */
export async function openWebRuntime(options: WebRuntimeOptions = {}): Promise<Runtime> {
  const { provider = "wasm", library: importLibrary = libraries[provider] } = options;
  const library = await loaded(importLibrary);
  const shared = { library, provider, writesInPlace: false } as const;
  let proven: Promise<number> | undefined;

  /** Starts the library and proves the provider; gives the number of threads. */
  async function prove(threads: number): Promise<number> {
    library.env.wasm.numThreads = threads;
    try {
      await checkProbe(await openOrtSession(probeModel(), { ...shared, threads }), provider);
    } catch (cause) {
      throw new DoselapError("Compute", `${provider} does not compute here: ${messageOf(cause)}`, {
        key: "provider",
        cause,
        hint:
          provider === "wasm"
            ? "Serve the .wasm file beside the library."
            : "Take wasm, which needs no device.",
      });
    }
    return threads;
  }

  return {
    name: "onnxruntime-web",
    provider,
    async load(model, { threads: wanted = 1, ...rest } = {}) {
      checkThreadCount(wanted);
      const threads = globalThis.crossOriginIsolated ? wanted : 1;
      proven ??= prove(threads);
      const started = await proven.catch((error: unknown) => {
        proven = undefined;
        throw error;
      });
      if (started !== threads) {
        throw new DoselapError("Compute", "onnxruntime-web is running on another number of threads", {
          key: "threads",
          expected: `${started}, as for the first model of the page`,
          got: String(threads),
        });
      }
      return openOrtSession(model, { ...shared, ...rest, threads });
    },
  };
}

const libraries = {
  wasm: () => import("onnxruntime-web/wasm"),
  webgpu: () => import("onnxruntime-web/webgpu"),
} satisfies { [provider: string]: () => Promise<WebLibrary> };

async function loaded(importLibrary: () => Promise<WebLibrary>): Promise<WebLibrary> {
  try {
    return await importLibrary();
  } catch (cause) {
    throw new DoselapError("Compute", `onnxruntime-web cannot be loaded: ${messageOf(cause)}`, {
      cause,
      hint: "Install onnxruntime-web where the page's bundler finds it, or say with `library` how to import it.",
    });
  }
}

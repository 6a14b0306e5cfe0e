// Runs models in Node with onnxruntime-node, which is loaded when a runtime is opened and not before. The processor is
// the provider that is tested; WebGPU was run on a software device alone, CUDA was never run.

import { DoselapError, isDoselapError, messageOf } from "../../errors.ts";
import { findBlockChannels } from "./blocks.ts";
import { openOrtSession, type OrtLibrary } from "./ort-session.ts";
import { checkProbe, probeModel } from "./probe.ts";
import type { Runtime } from "./runtime.ts";

export interface NodeLibrary extends OrtLibrary {
  listSupportedBackends(): readonly { readonly name: string; readonly bundled: boolean }[];
}

/** What networks may be computed on in Node. */
export const nodeProviders = ["cpu", "cuda", "webgpu"] as const;
export type NodeProvider = (typeof nodeProviders)[number];

export interface NodeRuntimeOptions {
  readonly provider?: NodeProvider | undefined;
  readonly library?: (() => Promise<NodeLibrary>) | undefined;
  /** Find out whether images are computed faster in blocks of channels (runtime/blocks.ts). Off by default: numbers then
   * differ in their last digits from those of other processors, and a model in blocks runs on this kind of processor alone. */
  readonly blocks?: boolean | undefined;
}

/** @throws Compute when onnxruntime-node is not installed or has no binary for this machine, and when the provider does
 * not compute here. */
export async function openNodeRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const { provider = "cpu", library: importLibrary = importQuietly, blocks = false } = options;
  const library = await loaded(importLibrary);
  const shared = { library, provider, writesInPlace: true } as const;
  try {
    await checkProbe(await openOrtSession(probeModel(), shared), provider);
  } catch (cause) {
    if (!isDoselapError(cause, "Compute")) throw cause;
    const names = library
      .listSupportedBackends()
      .map(({ name, bundled }) => (bundled ? name : `${name} (not bundled)`));
    throw new DoselapError("Compute", `${provider} does not compute here: ${cause.message}`, {
      key: "provider",
      expected: `a provider with its device and driver; this build knows ${names.join(", ")}`,
      got: provider,
      cause,
      hint: provider === "cpu" ? "Reinstall onnxruntime-node." : "Take cpu, which needs neither.",
    });
  }
  const load: Runtime["load"] = (model, loadOptions = {}) =>
    openOrtSession(model, { ...shared, ...loadOptions });
  // Other processors have no such kernels, and their builds were never tried.
  const asked = blocks && provider === "cpu" && process.arch === "x64";
  const blockChannels = asked ? await findBlockChannels({ load }) : undefined;
  return { name: "onnxruntime-node", provider, blockChannels, load };
}

/** What fails outside of a session is thrown, too, and not written to standard error. The library looks at this once, when its
 * first session is made. */
async function importQuietly(): Promise<NodeLibrary> {
  const library = await import("onnxruntime-node");
  library.env.logLevel = "fatal";
  return library;
}

async function loaded(importLibrary: () => Promise<NodeLibrary>): Promise<NodeLibrary> {
  try {
    return await importLibrary();
  } catch (cause) {
    const machine = `${process.platform} ${process.arch}`;
    throw new DoselapError("Compute", `onnxruntime-node does not load on ${machine}: ${messageOf(cause)}`, {
      cause,
      hint: "Networks need it: npm install onnxruntime-node. It has binaries for linux and win32 on x64 and arm64, and for darwin on arm64.",
    });
  }
}

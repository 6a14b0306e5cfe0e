// Opening a dataset that may be larger than memory: everything but the frames is read, the frames are looked at once, and
// then they are in memory or read from the file when they are needed.

import type { FrameReader } from "../array/frame-reader.ts";
import { openNpz } from "../io/npz.ts";
import { defaultMaxArrayBytes } from "../io/source.ts";
import { streamOpener, type AccessCost, type StreamOptions } from "./frame-stream.ts";
import { loadScan, type ReadOptions, type ReadResult } from "./read.ts";

export interface OpenOptions extends ReadOptions, Pick<StreamOptions, "choose" | "signal"> {
  /** Folder for temporary files: what a compressed file holds is written there once. Absent: the system's, and bzip2 is
   * decompressed in memory. */
  readonly scratch?: string | undefined;
}

export interface OpenedDataset extends ReadResult<Float32Array | FrameReader> {
  readonly access: { readonly kind: "load" | "stream"; readonly cost: AccessCost };
  /** Ends reading: frames that stayed in the file cannot be read any more. */
  close(): Promise<void>;
}

/** Opens an NPZ dataset as {@link readDataset} does, with the same checks, but lets frames stay in the file. Close it.
 * @throws File, Format, Contract as readDataset does; File when `scratch` has no room; Interrupted; what `choose` throws. */
export async function openDataset(
  path: string,
  { scratch, choose, signal, ...options }: OpenOptions,
): Promise<OpenedDataset> {
  const npz = await openNpz(path, { ...options.limits, unwrapIn: scratch });
  const { maxArrayBytes = defaultMaxArrayBytes } = options.limits ?? {};
  const opener = streamOpener({ choose, scratch, maxArrayBytes, signal });
  const close = async (): Promise<void> => {
    await opener.close();
    await npz.close();
  };
  try {
    const result = await loadScan(npz, options, opener);
    const access = opener.access()!;
    if (access.kind === "stream") return { ...result, access, close };
    await close();
    return { ...result, access, close: () => Promise.resolve() };
  } catch (cause) {
    await close();
    throw cause;
  }
}

// Reading a dataset: the layout is recognised by content, made canonical, and held against the contract.

import type { FrameReader } from "../array/frame-reader.ts";
import { DoselapError } from "../errors.ts";
import { openNpz, type NpzFile } from "../io/npz.ts";
import type { ReadLimits } from "../io/source.ts";
import type { Scan } from "./dataset.ts";
import { inMemory, type FrameOpener } from "./frame-stack.ts";
import type { FormatInfo, FormatOptions } from "./formats/format.ts";
import { detectFormat } from "./formats/registry.ts";
import { hasViolations, violationError } from "./violation.ts";

export interface ReadOptions extends FormatOptions {
  /** Bounds on memory. */
  readonly limits?: ReadLimits | undefined;
}

export interface ReadResult<Frames extends Float32Array | FrameReader = Float32Array> {
  readonly dataset: Scan<Frames>;
  /** Which layout the file has and how that was told. */
  readonly format: FormatInfo;
  /** What was skipped, dropped or looks suspicious; show them. */
  readonly warnings: readonly string[];
}

/** Reads an NPZ dataset (also bzip2-compressed): DATA-001 and its older forms, or tike's test layout.
 * @throws File when it cannot be read, Format when its bytes are damaged, Contract when it breaks DATA-001. */
export async function readDataset(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const npz = await openNpz(path, options.limits);
  try {
    return await loadScan(npz, options, inMemory);
  } finally {
    await npz.close();
  }
}

/** The scan of an open file, its frames where the opener puts them. @throws Format, Contract. */
export async function loadScan<Frames extends Float32Array | FrameReader>(
  npz: NpzFile,
  options: FormatOptions,
  open: FrameOpener<Frames>,
): Promise<ReadResult<Frames>> {
  const format = detectFormat(npz.names);
  if (format === undefined) {
    throw new DoselapError("Contract", "is not a dataset", {
      file: npz.file,
      expected: "diffraction, xcoords, ycoords, probeGuess and objectGuess; or tike's data, probe and scan",
      got: npz.names.length === 0 ? "no arrays" : npz.names.join(", "),
      finding: "DATA-001",
    });
  }
  const { violations, warnings, build, ...loaded } = await format.load(npz, options, open);
  if (hasViolations(violations)) throw violationError(violations);
  return { dataset: build(), format: loaded.format, warnings };
}

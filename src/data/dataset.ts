// The in-memory ptychography dataset of the DATA-001 contract. Readers produce it, the validator
// checks it, simulation and thinning make it, engines consume it.

import type { FrameReader } from "../array/frame-reader.ts";
import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions, Probe } from "../array/scan.ts";

/** What a dataset's `_metadata` says. Only the named keys are interpreted; all others are carried along. */
export interface Metadata {
  readonly [key: string]: unknown;
  /** Append-only list of everything that was done, oldest first. */
  readonly provenance?: readonly ProvenanceEntry[];
}

export interface ProvenanceEntry {
  /** What was done: "simulate", "thin", "convert", "split", … */
  readonly operation: string;
  readonly parameters: { readonly [key: string]: unknown };
}

/** One scan: M frames of N×N, which are in memory or read when they are needed. */
export interface Scan<Frames extends Float32Array | FrameReader> {
  readonly frames: number;
  readonly size: number;
  /** √counts, float32 [M, N, N], DC at index (N/2, N/2); or what reads them. */
  readonly diffraction: Frames;
  readonly positions: Positions;
  /** Calibrated probe: the mean over the scan of Σ|P·O|² is the dose in photons. */
  readonly probe: Probe;
  /** Full object frame: truth when simulated, else whatever the file carries (flat when it has none). */
  readonly object: ComplexImage;
  /** Which scan a row belongs to, int64 in files; zeros when absent. */
  readonly scanIndex: Int32Array;
  /** Object patches per frame, complex64 [M, N, N], when the file carries them. */
  readonly patches?: Float32Array | undefined;
  /** Detector pixels that measured nothing, uint8 [N, N], not 0 = masked, when the file knows them. */
  readonly mask?: Uint8Array | undefined;
  readonly metadata: Metadata;
}

/** A scan in memory. */
export type Dataset = Scan<Float32Array>;

/** The same metadata with one more provenance entry at the end. */
export function withProvenance(metadata: Metadata, entry: ProvenanceEntry): Metadata {
  return { ...metadata, provenance: [...(metadata.provenance ?? []), entry] };
}

// The compute backend contract: what engines, simulation and metrics may ask of the numeric core.
// `reference.ts` is the short and obviously correct implementation that every faster one is held against.

import type { ScanSession } from "./session.ts";
import type { ScanShape } from "./scan-memory.ts";

/** In-place 2-D transform of one N×N complex field, float32 interleaved (re, im), DC at [0, 0].
 * Unitary (1/N on both directions), forward kernel e^{−2πi(kx·x+ky·y)/N}. Owns its scratch: not re-entrant. */
export interface Fft2 {
  readonly size: number;
  forward(field: Float32Array, offset?: number): void;
  inverse(field: Float32Array, offset?: number): void;
}

/** What needs transforms alone: the forward model. */
export interface Transforms {
  /** "reference", "wasm" or "wasm ×T threads", with the kernels' instruction set. */
  readonly name: string;
  /** A plan for N×N transforms; N any positive integer the backend supports. @throws Range otherwise. */
  fft2(size: number): Fft2;
}

export interface Backend extends Transforms {
  /** Threads that a scan's tasks run on. */
  readonly threads: number;
  /** Bytes that {@link openScan} will take. */
  scanBytes(shape: Omit<ScanShape, "threads">): number;
  /** Most bytes that it can address for frames of N×N. */
  mostScanBytes(size: number): number;
  /** Memory and kernels for one reconstruction. Dispose it: threads live as long as it does.
   * @throws Range when N is not supported or the memory cannot be had. */
  openScan(shape: Omit<ScanShape, "threads">): ScanSession;
}

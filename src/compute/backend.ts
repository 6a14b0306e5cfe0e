// The compute backend contract: what engines, simulation and metrics may ask of the numeric core.
// `reference.ts` is the short and obviously correct implementation that every faster one is held against.

import type { ScanSession } from "./session.ts";
import type { ScanShape } from "./scan-memory.ts";

/** How a transform scales and orders its fields. */
export interface Fft2Options {
  /** "unitary", the default: 1/N in every direction, so that power is kept and `inverse` is `adjoint`. "backward", as
   * numpy does without a word: plain sums forward, 1/N² in the inverse. */
  readonly normalization?: "unitary" | "backward" | undefined;
  /** Where DC and x = 0 are, on both sides: "fft", the default, at [0, 0]; "centred" at [⌊N/2⌋, ⌊N/2⌋], as
   * numpy's fftshift(fft2(ifftshift(f))). */
  readonly order?: "fft" | "centred" | undefined;
}

/** 2-D transform in place of one N×N complex field: complex64 [N, N], a Float32Array of 2N² numbers (re, im) in C order,
 * `offset` numbers behind the start of the array; what lies around it stays as it is. The forward kernel is
 * e^{−2πi(kx·x+ky·y)/N}. Options cost no further pass over the field. Owns its scratch: not re-entrant.
 * Every call throws Shape when the field does not fit. */
export interface Fft2 {
  readonly size: number;
  forward(field: Float32Array, offset?: number): void;
  /** Undoes `forward`, whatever the normalization. */
  inverse(field: Float32Array, offset?: number): void;
  /** ⟨forward a, b⟩ = ⟨a, adjoint b⟩: what a gradient needs. Plain sums with e^{+2πi…} under "backward". */
  adjoint(field: Float32Array, offset?: number): void;
}

/** What needs transforms alone: the forward model. */
export interface Transforms {
  /** "reference", "wasm" or "wasm ×T threads", with the kernels' instruction set. */
  readonly name: string;
  /** A plan for N×N transforms. The reference has every product of 2, 3 and 5, WebAssembly the multiples of 8 up to 1024
   * among them. @throws Range for another N, Usage for an unknown option. */
  fft2(size: number, options?: Fft2Options): Fft2;
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

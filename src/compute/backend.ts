// The compute backend contract: what engines, simulation and metrics may ask of the numeric core.
// `reference.ts` is the short and obviously correct implementation that every faster one is held against.

/** In-place 2-D transform of one N×N complex field, float32 interleaved (re, im), DC at [0, 0].
 * Unitary (1/N on both directions), forward kernel e^{−2πi(kx·x+ky·y)/N}. Owns its scratch: not re-entrant. */
export interface Fft2 {
  readonly size: number;
  forward(field: Float32Array, offset?: number): void;
  inverse(field: Float32Array, offset?: number): void;
}

export interface Backend {
  readonly name: string;
  /** A plan for N×N transforms; N any positive integer the backend supports. @throws Range otherwise. */
  fft2(size: number): Fft2;
}

// The kernel contract: what is done to one frame, on the arrays of scan-memory.ts. `reference-kernels.ts` is the plain
// twin that every faster implementation is held against; a thread opens one instance for itself.
//   ψ_m = P_m·O_r,  Ψ_m = F ψ_m (unitary, e^{−2πi k·x/N}),  I = Σ_m|Ψ_m|²,  λ = scale·I + background
//   χ_m = F⁻¹[(f−1) Ψ_m]: the change of the exit wave that the data ask for,
//     amplitude:  f − 1 = √(n/λ) − 1         (modulus projection; gradient of Σ(√λ−√n)²)
//     poisson:    f − 1 = ½ (n − λ)/(λ + ε)  (gradient of ½Σ(λ − n ln λ), tempered where λ < ε; no bias: 0 on average at
//               the truth; the same step as amplitude near the solution)
//   masked pixels: f = 1. λ below 1e-20 counts as 1e-20.
// Near field: F is replaced by F⁻¹·T·F with |T| = 1, and frames lie in real space.
// The patch O_r = A O at (x, y) is a copy at whole pixels. Between them: bilinear, or (shape.subPixel "fourier") the window
// at the nearest pixel shifted as in fourier-shift.ts; there the adjoint is the shift back (`align`), then the sum.

import type { BatchKernels } from "./batch-kernels.ts";

export type Likelihood = "amplitude" | "poisson";

export interface KernelSettings {
  readonly likelihood: Likelihood;
  /** ε, counts per pixel: keeps a Poisson gradient finite where the model is dark. */
  readonly darkCounts: number;
}

/** Numbers of one serial PIE update, read from `params` at these places. */
export const pieParam = { alpha: 0, beta: 1, objectStep: 2, probeStep: 3, probePeak: 4 } as const;

/** Sums over a batch and their steps are in batch-kernels.ts. */
export interface ScanKernels extends BatchKernels {
  /** Sets likelihood and ε for all later calls of this instance. */
  configure(settings: KernelSettings): void;
  /** Stores a frame: `counts` float32 [N, N], far field: DC at (N/2, N/2); negative = masked.
   * Values that an integer count type cannot hold must have been refused before. */
  loadCounts(countSlot: number, counts: Float32Array): void;
  /** Stores the background, float32 [N, N], in the layout of frames as given to `loadCounts`. */
  loadBackground(counts: Float32Array): void;
  /** patches[slot] = O_r. Returns max|O_r|².
   * The position must lie inside: the caller has checked it once. */
  gather(slot: number, x: number, y: number): number;
  /** waves[waveSlot] = χ of the frame whose patch is in `slot`; fills misfit, deviance, intensity and counts of the frame's
   * stats. */
  correct(slot: number, waveSlot: number, countSlot: number, frame: number): void;
  /** DM and RAAR, waves[waveSlot] holds ψ: ψ ← P·O_r + relax·χ(ξ), ξ = 2 P·O_r − ψ, with the modulus projection
   * for `amplitude` and for `poisson` its proximal form f = (1 + √(1 + 8n/λ))/4 on λ = scale·I(ξ) + background.
   * gradients[slot] = Σ_m P_m*ψ_m of the new ψ. Stats as in `correct`, but of P·O_r only when `relax` is 0:
   * otherwise misfit and deviance are those of ξ. */
  reflect(slot: number, waveSlot: number, countSlot: number, frame: number, relax: number): void;
  /** gradients[slot] = Σ_m P_m*·waves[waveSlot, m]: of a kept wave, with the probe as it is now. */
  gradient(slot: number, waveSlot: number): void;
  /** Stats of the frame alone: no wave changes. */
  score(slot: number, countSlot: number, frame: number): void;
  /** gradients[slot] ← shifted from (x, y) back onto whole pixels: once per frame, before bands of it are added.
   * Nothing to do for bilinear patches and at whole pixels. */
  align(slot: number, x: number, y: number): void;
  /** Five sums for the optimal steps of LSQ-ML into `out`: with a_m = P_m·ΔO_r (ΔO = objectStep at x, y),
   * b_m = ΔP_m·O_r (ΔP = probeStep): Σ|a|², Σ|b|², Re Σ a*b, Re Σ a*χ, Re Σ b*χ; χ = waves[waveSlot]. */
  stepSums(slot: number, waveSlot: number, x: number, y: number, out: Float64Array, offset: number): void;
  /** Slope and Fisher curvature of the negative log likelihood along (ΔO, ΔP) into `out`: δ_m = P_m·ΔO_r + ΔP_m·O_r,
   * I₁ = 2·scale·Re Σ_m Ψ_m*·Fδ_m: slope Σ I₁(λ − n)/(λ + ε), curvature Σ I₁²/(λ + ε)   (poisson);
   * slope Σ I₁(1 − √(n/λ)), curvature Σ I₁²/(2λ)   (amplitude, of Σ(√λ−√n)²). Masked pixels count nothing. */
  curve(
    slot: number,
    countSlot: number,
    frame: number,
    x: number,
    y: number,
    out: Float64Array,
    offset: number,
  ): void;
  /** Four sums for a position step into `out`: with g_x, g_y the central differences of patches[slot] (one-sided at its
   * edges): Re Σ (P_m g_x)*χ_m, Re Σ (P_m g_y)*χ_m, Σ|P_m g_x|², Σ|P_m g_y|². For a Fourier shift as well: its own derivative
   * costs two transforms and found no better positions (1e4 to 1e7 photons). */
  shiftSums(slot: number, waveSlot: number, out: Float64Array, offset: number): void;
  /** One serial PIE visit, in place: gather at (x, y), χ, then
   *   O_r += objectStep Σ_m P_m*χ_m / ((1−α)Σ|P|² + α·probePeak)          (scattered with the adjoint of A)
   *   P_m += probeStep O_r*χ_m / ((1−β)|O_r|² + β max|O_r|²)              (old O_r; skipped when probeStep is 0)
   * `probePeak` = max Σ_m|P_m|² is read from params and kept up to date there. Uses slot 0, waveSlot 0. */
  pie(countSlot: number, frame: number, x: number, y: number): void;
}

// The kernel contract for batches: sums over the frames of a batch, the steps that are made of them, and what LSQ-ML needs
// to know of those steps. Part of scan-kernels.ts; bands of object rows can be summed by different threads.
// Steps are S/(w + floor) for a sum S and its weight w; where the weight is 0 nothing moves (a Fourier shift rings there).
// With ΔO and ΔP made of sums over the batch, four of the five sums of its best steps are sums over pixels:
//   Σ_j Re⟨P A_jΔO, χ_j⟩ = Re⟨ΔO, Σ_j A_j*P*χ_j⟩,   Σ_j Re⟨ΔP A_jO, χ_j⟩ = Re⟨ΔP, Σ_j (A_jO)*χ_j⟩,
//   Σ_j ‖ΔP A_jO‖² = ⟨|ΔP|², Σ_j |A_jO|²⟩, and frames tell Σ|P|²|A_jΔO|² and Re Σ P*ΔP (A_jΔO)*A_jO, whatever the modes.

export interface BatchKernels {
  /** probeLight = Σ_m|P_m|²: whenever the probe has changed, before `addLight` and `crossSums`. */
  measureProbe(): void;
  /** objectSum += A* of the gradient that lies aligned in `slot`, for object rows rowStart ≤ row < rowEnd alone. */
  addGradient(slot: number, x: number, y: number, rowStart: number, rowEnd: number): void;
  /** The same for Σ_m P_m*·waves[waveSlot, m] that is not stored. Not between pixels of a Fourier shift. */
  addWave(waveSlot: number, x: number, y: number, rowStart: number, rowEnd: number): void;
  /** objectWeight += probeLight at (x, y) with bilinear weights, in a band of rows: the diagonal of A*|P|²A. For a Fourier
   * shift that is |P|² smeared by a squared Dirichlet kernel; bilinear weights keep its sum, its centre and its sign for no
   * transform, and a weight scales steps, it moves no solution. */
  addLight(x: number, y: number, rowStart: number, rowEnd: number): void;
  /** Largest objectWeight of pixels from ≤ i < to of [H, W]. */
  lightPeak(from: number, to: number): number;
  /** probeSum[m] += O_r*·waves[waveSlot, m] and probeWeight += |O_r|² for pixels from ≤ i < to of [N, N]. */
  addProbe(slot: number, waveSlot: number, from: number, to: number): void;
  /** O += step·objectSum/(keep·objectWeight + floor) for pixels from ≤ i < to; sum and weight are left empty. */
  applyObject(from: number, to: number, step: number, keep: number, floor: number): void;
  /** objectStep = objectSum/(objectWeight + floor) likewise. Returns Re Σ ΔO*·objectSum. */
  directObject(from: number, to: number, floor: number): number;
  /** O += step·ΔO for pixels from ≤ i < to. */
  moveObject(from: number, to: number, step: number): void;
  /** P_m += step·probeSum_m/(keep·probeWeight + damping·max probeWeight); sums and weight are left empty. */
  applyProbe(step: number, keep: number, damping: number): void;
  /** probeStep_m = probeSum_m/(probeWeight + damping·max probeWeight), probeCross = Σ_m P_m*·ΔP_m; sums and weight are left
   * empty. Two sums into `out`: Σ_m|ΔP_m|²·probeWeight, Re Σ_m ΔP_m*·probeSum_m. */
  directProbe(damping: number, out: Float64Array, offset: number): void;
  /** P += step·ΔP. */
  moveProbe(step: number): void;
  /** Two sums of a frame whose patch is in `slot` into `out`: Σ probeLight·|ΔO_r|² and Re Σ probeCross·ΔO_r*·O_r. */
  crossSums(slot: number, x: number, y: number, out: Float64Array, offset: number): void;
}

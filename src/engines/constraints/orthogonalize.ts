// Orthogonal probe modes, sorted by power. Incoherent modes are defined up to a unitary mixture that leaves Σ_m|P_m·O|²
// unchanged in every pixel; the mutually orthogonal one is unique (Thibault & Menzel 2013, doi:10.1038/nature11806).
// One-sided Jacobi: pairs of modes are turned until all inner products vanish.

const sweepsAtMost = 30;
/** Cosine between two modes below which they count as orthogonal: float32 rounding over N² products. */
const orthogonal = 1e-7;

/** Turns the modes in place; complex64 [K, N, N]. */
export function orthogonalizeModes(probe: Float32Array, modes: number): void {
  const numbers = probe.length / modes;
  for (let sweep = 0, turned = true; turned && sweep < sweepsAtMost; sweep++) {
    turned = false;
    for (let p = 0; p < modes; p++) {
      for (let q = p + 1; q < modes; q++)
        turned = turnPair(probe, p * numbers, q * numbers, numbers) || turned;
    }
  }
  sortByPower(probe, modes);
}

/** Makes two modes orthogonal. False when they were. */
function turnPair(probe: Float32Array, p: number, q: number, numbers: number): boolean {
  let [pp, qq, re, im] = [0, 0, 0, 0];
  for (let i = 0; i < numbers; i += 2) {
    const ar = probe[p + i]!;
    const ai = probe[p + i + 1]!;
    const br = probe[q + i]!;
    const bi = probe[q + i + 1]!;
    pp += ar * ar + ai * ai;
    qq += br * br + bi * bi;
    re += ar * br + ai * bi;
    im += ar * bi - ai * br;
  }
  const overlap = Math.hypot(re, im);
  if (overlap <= orthogonal * Math.sqrt(pp * qq)) return false;
  const angle = 0.5 * Math.atan2(2 * overlap, pp - qq);
  const c = Math.cos(angle);
  // e^{iφ} of the inner product <p, q>.
  const sr = (Math.sin(angle) * re) / overlap;
  const si = (Math.sin(angle) * im) / overlap;
  for (let i = 0; i < numbers; i += 2) {
    const ar = probe[p + i]!;
    const ai = probe[p + i + 1]!;
    const br = probe[q + i]!;
    const bi = probe[q + i + 1]!;
    probe[p + i] = c * ar + sr * br + si * bi;
    probe[p + i + 1] = c * ai + sr * bi - si * br;
    probe[q + i] = c * br - (sr * ar - si * ai);
    probe[q + i + 1] = c * bi - (sr * ai + si * ar);
  }
  return true;
}

function sortByPower(probe: Float32Array, modes: number): void {
  const numbers = probe.length / modes;
  const sorted = Array.from({ length: modes }, (_, m) => {
    const mode = probe.slice(m * numbers, (m + 1) * numbers);
    return { mode, power: mode.reduce((sum, value) => sum + value * value, 0) };
  }).sort((a, b) => b.power - a.power);
  for (const [m, { mode }] of sorted.entries()) probe.set(mode, m * numbers);
}

// Roots of unity of the same bits in every JavaScript engine. Math.sin and Math.cos differ between versions of V8 in the last bit
// (COMPUTE-001); sums, products and quotients do not. Taylor series on [0, π/4], where symmetry brings every angle: what is left
// away is below 1e-18.

/** e^{−2πi k/n} for k = 0 … n−1, interleaved. */
export function unitRoots(n: number): Float64Array {
  const roots = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    // The angle is π·(turn/n), folded to [0, π], then [0, π/2]; beyond π/4 sine and cosine change places.
    const below = 2 * k <= n;
    const half = below ? 2 * k : 2 * (n - k);
    const left = 2 * half > n;
    const turn = left ? n - half : half;
    const swap = 4 * turn > n;
    const angle = Math.PI * (swap ? (n - 2 * turn) / (2 * n) : turn / n);
    const [cos, sin] = swap ? [sine(angle), cosine(angle)] : [cosine(angle), sine(angle)];
    roots[2 * k] = left ? -cos : cos;
    roots[2 * k + 1] = below && sin !== 0 ? -sin : sin;
  }
  return roots;
}

const order = 10;

/** Σ (−1)^j x^{2j} / (2j)!, from the smallest term. */
function cosine(x: number): number {
  let sum = 1;
  for (let j = order; j >= 1; j--) sum = 1 - (x * x * sum) / ((2 * j - 1) * 2 * j);
  return sum;
}

function sine(x: number): number {
  let sum = 1;
  for (let j = order; j >= 1; j--) sum = 1 - (x * x * sum) / (2 * j * (2 * j + 1));
  return x * sum;
}

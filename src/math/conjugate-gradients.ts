// Conjugate gradients for A x = g, A symmetric and positive semidefinite, g in its range, from x = 0.
// Hestenes & Stiefel 1952, doi:10.6028/jres.049.044; preconditioned as in Saad, Iterative Methods for Sparse Linear Systems,
// 2nd ed. (2003), algorithm 9.1.

export interface LinearSystem {
  /** out = A v. */
  readonly apply: (v: Float64Array, out: Float64Array) => void;
  /** out = M r, an approximate inverse of A, symmetric and not negative. */
  readonly precondition: (r: Float64Array, out: Float64Array) => void;
  /** Ends when rᵀM r is this share of its start. */
  readonly leastShare: number;
  readonly mostSteps: number;
  /** Told after a step what it added to gᵀx; true ends the search. */
  readonly isOver?: ((gain: number, steps: number) => boolean) | undefined;
}

export interface Solution {
  readonly x: Float64Array;
  readonly steps: number;
  /** False: the steps ran out first. */
  readonly converged: boolean;
}

export function conjugateGradients(
  g: Float64Array,
  { apply, precondition, leastShare, mostSteps, isOver }: LinearSystem,
): Solution {
  const n = g.length;
  const x = new Float64Array(n);
  const r = g.slice();
  const z = new Float64Array(n);
  const pushed = new Float64Array(n);
  precondition(r, z);
  const p = z.slice();
  let rho = dot(r, z);
  const start = rho;
  for (let k = 0; k < mostSteps; k++) {
    if (rho <= leastShare * start) return { x, steps: k, converged: true };
    apply(p, pushed);
    const curvature = dot(p, pushed);
    // No curvature along p: what is left of g lies in the rounding of A's null space.
    if (!(curvature > 0)) return { x, steps: k, converged: true };
    const alpha = rho / curvature;
    for (let i = 0; i < n; i++) {
      x[i] = x[i]! + alpha * p[i]!;
      r[i] = r[i]! - alpha * pushed[i]!;
    }
    if (isOver?.(alpha * rho, k + 1) === true) return { x, steps: k + 1, converged: true };
    precondition(r, z);
    const next = dot(r, z);
    const beta = next / rho;
    rho = next;
    for (let i = 0; i < n; i++) p[i] = z[i]! + beta * p[i]!;
  }
  return { x, steps: mostSteps, converged: false };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

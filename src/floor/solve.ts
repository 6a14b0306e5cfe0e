// Conjugate gradients for F x = g with F symmetric and positive semidefinite, and g in its range.
// Hestenes & Stiefel 1952, doi:10.6028/jres.049.044; preconditioned as in Saad, Iterative Methods for Sparse Linear Systems,
// 2nd ed. (2003), algorithm 9.1. Starting from 0, gᵀx rises from below towards gᵀF⁻¹g: stopping early errs downwards, and
// what is a floor stays one.

import type { ComplexImage } from "../array/ndarray.ts";

export interface SolveOptions {
  /** out = F v, complex [H, W] each, as real vectors. */
  readonly apply: (v: ComplexImage, out: ComplexImage) => void;
  /** out = M r, an approximate inverse of F, symmetric and not negative. */
  readonly precondition: (r: Float64Array, out: Float64Array) => void;
  /** Ends when three steps in a row add less than this share to gᵀx. */
  readonly tolerance: number;
  readonly mostIterations: number;
  readonly onIteration?: ((iteration: number) => void) | undefined;
}

export interface Solution {
  /** complex128 [H, W], interleaved. */
  readonly x: Float64Array;
  readonly iterations: number;
  /** False: the iterations ran out before the tolerance was met. */
  readonly converged: boolean;
}

/** Squared relative rounding of float32 products: a residual below it is noise, and to follow it into the null space would
 * bring anything. */
const roundingShare = 1e-12;

/** Solves F x = g, complex128 [H, W] interleaved, as real vectors. */
export function solve(
  g: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
  { apply, precondition, tolerance, mostIterations, onIteration }: SolveOptions,
): Solution {
  const n = g.length;
  const x = new Float64Array(n);
  const r = g.slice();
  const z = new Float64Array(n);
  const step = { height, width, data: new Float32Array(n) };
  const pushed = { height, width, data: new Float32Array(n) };
  precondition(r, z);
  const p = z.slice();
  let rho = dot(r, z);
  const start = rho;
  let form = 0;
  let small = 0;
  for (let k = 0; k < mostIterations; k++) {
    if (rho <= roundingShare * start) return { x, iterations: k, converged: true };
    step.data.set(p);
    apply(step, pushed);
    const curvature = dot(p, pushed.data);
    // No curvature along p: what is left of g lies in the rounding of F's null space.
    if (!(curvature > 0)) return { x, iterations: k, converged: true };
    const alpha = rho / curvature;
    for (let i = 0; i < n; i++) {
      x[i] = x[i]! + alpha * p[i]!;
      r[i] = r[i]! - alpha * pushed.data[i]!;
    }
    form += alpha * rho;
    small = alpha * rho < tolerance * form ? small + 1 : 0;
    onIteration?.(k + 1);
    if (small === 3) return { x, iterations: k + 1, converged: true };
    precondition(r, z);
    const next = dot(r, z);
    const beta = next / rho;
    rho = next;
    for (let i = 0; i < n; i++) p[i] = z[i]! + beta * p[i]!;
  }
  return { x, iterations: mostIterations, converged: false };
}

function dot(a: Float64Array, b: Float64Array | Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

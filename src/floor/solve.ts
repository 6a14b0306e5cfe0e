// Conjugate gradients for F x = g with F the Fisher information, applied in float32. Starting from 0, gᵀx rises from below towards
// gᵀF⁻¹g: stopping early errs downwards, and what is a floor stays one.

import type { ComplexImage } from "../array/ndarray.ts";
import { conjugateGradients } from "../math/conjugate-gradients.ts";

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
  const step = { height, width, data: new Float32Array(g.length) };
  const pushed = { height, width, data: new Float32Array(g.length) };
  let [form, small] = [0, 0];
  const { x, steps, converged } = conjugateGradients(g, {
    apply(v, out) {
      step.data.set(v);
      apply(step, pushed);
      out.set(pushed.data);
    },
    precondition,
    leastShare: roundingShare,
    mostSteps: mostIterations,
    isOver(gain, iteration) {
      form += gain;
      small = gain < tolerance * form ? small + 1 : 0;
      onIteration?.(iteration);
      return small === 3;
    },
  });
  return { x, iterations: steps, converged };
}

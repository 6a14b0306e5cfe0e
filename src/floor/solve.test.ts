// Conjugate gradients end at the solution, approach its quadratic form from below, and keep out of the null space.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { ComplexImage } from "../array/ndarray.ts";
import { solve, type SolveOptions } from "./solve.ts";

const size = { height: 2, width: 3 };
const n = 12;
const none = (r: Float64Array, out: Float64Array): void => out.set(r);
const exact = { precondition: none, tolerance: 1e-14, mostIterations: 60 };

/** v ↦ Σ_k λ_k q_k (q_k·v) for the cosine basis q. */
function spectralMatrix(eigenvalues: readonly number[]): SolveOptions["apply"] {
  const q = eigenvalues.map((_, k) =>
    Float64Array.from(
      { length: n },
      (_unused, i) => Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * k * (i + 0.5)) / n),
    ),
  );
  return (v: ComplexImage, out: ComplexImage) => {
    out.data.fill(0);
    eigenvalues.forEach((value, k) => {
      const along = q[k]!.reduce((sum, c, i) => sum + c * v.data[i]!, 0);
      for (let i = 0; i < n; i++) out.data[i] = out.data[i]! + value * along * q[k]![i]!;
    });
  };
}

test("F x = g for any positive eigenvalues", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 30, noNaN: true }), { minLength: n, maxLength: n }),
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n, maxLength: n }),
      (eigenvalues, wanted) => {
        const apply = spectralMatrix(eigenvalues);
        const g = { ...size, data: new Float32Array(n) };
        apply({ ...size, data: Float32Array.from(wanted) }, g);
        const { x } = solve(Float64Array.from(g.data), size, { ...exact, apply });
        // float32 products, times the condition of 300.
        x.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-3));
      },
    ),
  );
});

test("gᵀx rises with every step", () => {
  const apply = spectralMatrix([9, 7, 5, 4, 3, 2, 1, 0.8, 0.5, 0.3, 0.2, 0.1]);
  const g = Float64Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1));
  const forms = [1, 2, 4, 6, 9].map((mostIterations) => {
    const { x, converged } = solve(g, size, { ...exact, apply, mostIterations });
    expect(converged).toBe(false);
    return g.reduce((sum, value, i) => sum + value * x[i]!, 0);
  });
  expect(forms).toEqual(forms.toSorted((a, b) => a - b));
});

test("a direction that F does not see stays out of the solution of a g that has none of it", () => {
  const apply = spectralMatrix([0, 7, 5, 4, 3, 2, 1, 0.8, 0.5, 0.3, 0.2, 0.1]);
  const g = Float64Array.from({ length: n }, (_, i) => Math.cos((Math.PI * 2 * (i + 0.5)) / n));
  const { x, converged } = solve(g, size, { ...exact, apply });
  expect(converged).toBe(true);
  x.forEach((value, i) => expect(value).toBeCloseTo(g[i]! / 5, 5));
});

test("nothing to solve takes no step", () => {
  const apply = spectralMatrix(new Array<number>(n).fill(1));
  const { x, iterations } = solve(new Float64Array(n), size, { ...exact, apply });
  expect([iterations, ...x]).toEqual(new Array<number>(n + 1).fill(0));
});

// L-BFGS against a quadratic bowl whose minimum is known: with exact line searches it gets there in as many steps as there
// are dimensions, from any positive scaling; what else moves the point is learnt from, too, and forgotten when told.

import { describe, expect, test } from "vitest";
import { createRng } from "../math/random/rng.ts";
import { createLbfgs } from "./lbfgs.ts";

const n = 6;

/** ½ (x − c)ᵀ A (x − c) with A symmetric and positive. */
function bowl(seed: number) {
  const rng = createRng(seed, "engine");
  const root = Array.from({ length: n }, () => Array.from({ length: n }, () => rng.uniform() - 0.5));
  const matrix = root.map((row, i) =>
    root.map((other, j) => (i === j ? 0.5 : 0) + row.reduce((sum, value, k) => sum + value * other[k]!, 0)),
  );
  const centre = Array.from({ length: n }, () => 4 * rng.uniform() - 2);
  const times = (d: ArrayLike<number>) =>
    matrix.map((row) => row.reduce((sum, value, k) => sum + value * d[k]!, 0));
  return {
    times,
    gradient: (x: Float64Array) => Float32Array.from(times(x.map((value, k) => value - centre[k]!))),
    distance: (x: Float64Array) => Math.hypot(...x.map((value, k) => value - centre[k]!)),
  };
}

/** Walks with exact line searches; returns the distance to the minimum after each step. */
function walk(
  { gradient, times, distance }: ReturnType<typeof bowl>,
  x: Float64Array,
  {
    steps,
    memory,
    scale = new Float32Array(n).fill(1),
  }: { steps: number; memory: number; scale?: Float32Array },
): number[] {
  const lbfgs = createLbfgs(n, memory);
  return Array.from({ length: steps }, () => {
    const slopes = gradient(x);
    const direction = lbfgs.direction([Float32Array.from(x)], slopes, scale);
    const down = slopes.reduce((sum, value, k) => sum + value * direction[k]!, 0);
    expect(down).toBeLessThanOrEqual(0);
    const bend = times(direction).reduce((sum, value, k) => sum + value * direction[k]!, 0);
    const step = bend > 0 ? -down / bend : 0;
    for (let k = 0; k < n; k++) x[k] = x[k]! + step * direction[k]!;
    return distance(x);
  });
}

describe("on a quadratic bowl of six dimensions", () => {
  test.each([1, 2, 3])("exact line searches reach the minimum in six steps (bowl %i)", (seed) => {
    const start = new Float64Array(n);
    const first = bowl(seed).distance(start);
    const distances = walk(bowl(seed), start, { steps: n, memory: n });
    // float32 pairs: what is left is their rounding, amplified by the bowl's condition.
    expect(distances.at(-1)!).toBeLessThan(1e-4 * first);
    expect(distances[n - 3]!).toBeGreaterThan(1e-3 * first);
  });

  test("a scaling that is the inverse Hessian's diagonal, or none at all, leads to the same minimum", () => {
    for (const scale of [Float32Array.of(1, 2, 3, 4, 5, 6), new Float32Array(n).fill(0.01)]) {
      const x = new Float64Array(n);
      expect(walk(bowl(4), x, { steps: n, memory: n, scale }).at(-1)!).toBeLessThan(1e-3);
    }
  });

  test("the first direction is down the scaled gradient", () => {
    const gradient = Float32Array.of(1, -2, 3, -4, 5, -6);
    const scale = Float32Array.of(1, 1, 2, 2, 0, 0);
    expect(
      [...createLbfgs(n, 3).direction([new Float32Array(n)], gradient, scale)].map((d) => d || 0),
    ).toEqual([-1, 2, -6, 8, 0, 0]);
  });

  test("with one remembered pair it still descends, as conjugate gradients do", () => {
    const x = new Float64Array(n);
    const distances = walk(bowl(5), x, { steps: 4 * n, memory: 1 });
    expect(distances.at(-1)!).toBeLessThan(1e-3 * distances[0]!);
  });
});

describe("what is remembered", () => {
  const scale = new Float32Array(n).fill(1);
  const [first, second] = [Float32Array.of(1, 2, 0, 0, 0, 0), Float32Array.of(0.5, 0.2, 0, 0, 0, 0)];
  const [start, below] = [[new Float32Array(n)], [first.map((slope) => -0.3 * slope)]] as const;

  test("a step bends the next direction; forgetting brings the plain gradient back", () => {
    const lbfgs = createLbfgs(n, 4);
    lbfgs.direction(start, first, scale);
    const bent = lbfgs.direction(below, second, scale).slice();
    expect(bent).not.toEqual(second.map((value) => -value));
    lbfgs.forget();
    expect([...lbfgs.direction(below, second, scale)].map((d) => d || 0)).toEqual(
      [...second].map((d) => -d || 0),
    );
  });

  test("without a step in between nothing is learnt", () => {
    const lbfgs = createLbfgs(n, 4);
    lbfgs.direction(start, first, scale);
    expect([...lbfgs.direction(start, second, scale)].map((d) => d || 0)).toEqual(
      [...second].map((d) => -d || 0),
    );
  });

  test("a pair of negative curvature is left out: the direction stays a descent", () => {
    const lbfgs = createLbfgs(n, 4);
    lbfgs.direction(start, first, scale);
    // The slope grew along the way down: no convex function does that.
    const steeper = first.map((value) => 3 * value);
    expect([...lbfgs.direction(below, steeper, scale)].map((d) => d || 0)).toEqual(
      [...steeper].map((d) => -d || 0),
    );
  });

  test("the point may be in parts, and a bound may have taken back a share of the step", () => {
    const whole = createLbfgs(n, 4);
    whole.direction(start, first, scale);
    const bounded = below[0].map((value) => Math.max(-0.1, value));
    const bent = whole.direction([bounded], second, scale).slice();
    const parts = createLbfgs(n, 4);
    parts.direction([new Float32Array(2), new Float32Array(n - 2)], first, scale);
    expect(parts.direction([bounded.subarray(0, 2), bounded.subarray(2)], second, scale)).toEqual(bent);
    // By hand: s = (-.1, -.1), y = (-.5, -1.8), ⟨s, y⟩ = .23. a = ⟨s, g⟩/.23 = -.07/.23; q = g - a·y; b = ⟨y, q⟩/.23; d = -(q + (a - b)·s).
    const a = -0.07 / 0.23;
    const q = [0.5 + 0.5 * a, 0.2 + 1.8 * a];
    const b = (-0.5 * q[0]! - 1.8 * q[1]!) / 0.23;
    expect(bent[0]).toBeCloseTo(-(q[0]! - 0.1 * (a - b)), 5);
    expect(bent[1]).toBeCloseTo(-(q[1]! - 0.1 * (a - b)), 5);
  });

  test("copied arrays continue the walk to the bit", () => {
    const { gradient } = bowl(6);
    const [one, other] = [createLbfgs(n, 3), createLbfgs(n, 3)];
    const x = new Float64Array(n);
    const step = (lbfgs: typeof one, at: Float64Array) => {
      const direction = lbfgs.direction([Float32Array.from(at)], gradient(at), scale);
      for (let k = 0; k < n; k++) at[k] = at[k]! + 0.1 * direction[k]!;
    };
    for (let k = 0; k < 5; k++) step(one, x);
    for (const [name, array] of Object.entries(one.arrays)) other.arrays[name]!.set(array);
    const y = x.slice();
    for (let k = 0; k < 3; k++) {
      step(one, x);
      step(other, y);
    }
    expect(y).toEqual(x);
  });
});

// Priors against mathematics: gradients against finite differences, curvature against second differences, proximal steps
// against closed forms and a dense solver. Energies are written out here in float64.

import { describe, expect, test } from "vitest";
import { createRng } from "../../math/random/rng.ts";
import { createPrior, type PriorKind } from "./prior.ts";

const [height, width] = [5, 7];
const pixels = height * width;
const kinds = ["smoothness", "tv", "l2"] as const;
/** ε of tv in prior.ts: contrast below which it acts like smoothness. */
const tvEdge = 0.02;

function noise(seed: number, scale = 1): Float32Array {
  const rng = createRng(seed, "engine");
  return Float32Array.from(
    { length: 2 * pixels },
    (_, i) => (i % 2 === 0 ? 1 : 0) + scale * (rng.uniform() - 0.5),
  );
}

/** Neighbours to the right and below, where there are any. */
const edges = Array.from({ length: pixels }, (_, i) => [
  ...((i + 1) % width === 0 ? [] : [[i, i + 1] as const]),
  ...(i + width < pixels ? [[i, i + width] as const] : []),
]);

function squared(o: ArrayLike<number>, i: number, j: number): number {
  return (o[2 * i]! - o[2 * j]!) ** 2 + (o[2 * i + 1]! - o[2 * j + 1]!) ** 2;
}

/** R(O). */
function energy(kind: PriorKind, o: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < pixels; i++) {
    const slope = edges[i]!.reduce((own, [a, b]) => own + squared(o, a, b), 0);
    if (kind === "l2") sum += ((o[2 * i]! - 1) ** 2 + o[2 * i + 1]! ** 2) / 2;
    else sum += kind === "tv" ? Math.sqrt(slope + tvEdge ** 2) : slope / 2;
  }
  return sum;
}

/** ½Σ W|O − O_k|² + w·R(O). */
function objective(
  kind: PriorKind,
  o: ArrayLike<number>,
  { from, light, weight }: { from: Float32Array; light: Float32Array; weight: number },
): number {
  let sum = weight * energy(kind, o);
  for (let i = 0; i < 2 * pixels; i++) sum += (light[i >> 1]! * (o[i]! - from[i]!) ** 2) / 2;
  return sum;
}

function lightOf(seed: number): Float32Array {
  const rng = createRng(seed, "probe");
  return Float32Array.from({ length: pixels }, () => 0.2 + 5 * rng.uniform());
}

describe.each(kinds)("prior %s", (kind) => {
  test("its gradient is that of its energy, on every pixel and both parts", () => {
    const object = noise(1);
    const prior = createPrior(kind, height, width);
    prior.refresh(object);
    const gradient = new Float32Array(2 * pixels).fill(0.25);
    prior.addGradient(object, 3, gradient);
    const at = Float64Array.from(object);
    for (let i = 0; i < at.length; i++) {
      const h = 1e-5;
      const step = (by: number) => energy(kind, at.with(i, at[i]! + by));
      // Central differences are right to h²; float32 sums to 1e-6.
      expect(gradient[i]).toBeCloseTo(0.25 + (3 * (step(h) - step(-h))) / (2 * h), 4);
    }
  });

  test("its curvature is the second difference of its quadratic form, and never negative", () => {
    const [object, direction] = [noise(2), noise(3)];
    const prior = createPrior(kind, height, width);
    prior.refresh(object);
    const along = Float64Array.from(direction);
    const bend = prior.curvature(direction);
    // The gradient is linear in the object while the edge weights stand: its change along d is R″d.
    const gradientAt = (o: Float32Array) => {
      const gradient = new Float32Array(2 * pixels);
      prior.addGradient(o, 1, gradient);
      return gradient;
    };
    const start = gradientAt(object);
    const moved = gradientAt(object.map((value, i) => value + direction[i]!));
    const expected = along.reduce((sum, d, i) => sum + d * (moved[i]! - start[i]!), 0);
    expect(bend / expected).toBeCloseTo(1, 4);
    expect(bend).toBeGreaterThan(0);
    if (kind === "tv") return;
    // Smoothness and l2 are quadratic: R(O + d) − 2R(O) + R(O − d) is the curvature itself.
    const ends = energy(
      kind,
      Float64Array.from(object, (value, i) => value + along[i]!),
    );
    const other = energy(
      kind,
      Float64Array.from(object, (value, i) => value - along[i]!),
    );
    expect(bend / (ends - 2 * energy(kind, object) + other)).toBeCloseTo(1, 5);
  });

  test.each([0.01, 1, 100])("a proximal step of weight %d lowers its objective", (weight) => {
    const [from, light] = [noise(4), lightOf(5)];
    const object = from.slice();
    createPrior(kind, height, width).apply(object, light, weight);
    const scene = { from, light, weight };
    expect(objective(kind, object, scene)).toBeLessThan(objective(kind, from, scene));
    expect(energy(kind, object)).toBeLessThan(energy(kind, from));
  });

  test("leaves its own minimum unchanged: a flat object of amplitude 1", () => {
    const object = Float32Array.from({ length: 2 * pixels }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const before = object.slice();
    createPrior(kind, height, width).apply(object, lightOf(6), 50);
    for (let i = 0; i < object.length; i++) expect(object[i]).toBeCloseTo(before[i]!, 6);
    const gradient = new Float32Array(2 * pixels);
    const prior = createPrior(kind, height, width);
    prior.refresh(before);
    prior.addGradient(before, 50, gradient);
    expect(gradient).toEqual(new Float32Array(2 * pixels));
  });

  test("keeps finite numbers where no light falls", () => {
    const object = noise(7);
    const light = lightOf(8).fill(0, 0, pixels / 2);
    createPrior(kind, height, width).apply(object, light, 2);
    expect(object.every(Number.isFinite)).toBe(true);
  });
});

test("the proximal step of l2 is the weighted mean of object and 1", () => {
  const [from, light] = [noise(9), lightOf(10)];
  const object = from.slice();
  createPrior("l2", height, width).apply(object, light, 4);
  for (let i = 0; i < object.length; i++) {
    const w = light[i >> 1]!;
    expect(object[i]).toBeCloseTo((w * from[i]! + (i % 2 === 0 ? 4 : 0)) / (w + 4), 6);
  }
});

test("repeated proximal steps of smoothness from one start reach the dense solution of their linear system", () => {
  const light = lightOf(11);
  const from = noise(12);
  const weight = 0.5;
  // (W + w·L) O = W·O_k, L the graph Laplacian; solved by elimination.
  const matrix = Array.from({ length: pixels }, (_, i) =>
    Array.from({ length: pixels }, (_unused, j) => (i === j ? light[i]! : 0)),
  );
  for (const [a, b] of edges.flat()) {
    matrix[a]![a]! += weight;
    matrix[b]![b]! += weight;
    matrix[a]![b]! -= weight;
    matrix[b]![a]! -= weight;
  }
  const object = from.slice();
  createPrior("smoothness", height, width).apply(object, light, weight);
  for (const part of [0, 1]) {
    const exact = eliminate(
      matrix,
      Array.from({ length: pixels }, (_, i) => light[i]! * from[2 * i + part]!),
    );
    const error = (o: ArrayLike<number>) =>
      Math.sqrt(exact.reduce((sum, value, i) => sum + (o[2 * i + part]! - value) ** 2, 0));
    // Eight Jacobi sweeps: what is left of the way must be a small part of it.
    expect(error(object)).toBeLessThan(0.1 * error(from));
  }
});

/** Solves a dense system by Gaussian elimination with pivoting. */
function eliminate(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? i + k : best), k);
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j < rows[i]!.length; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const solution = new Array<number>(rows.length).fill(0);
  for (let i = rows.length - 1; i >= 0; i--) {
    const known = solution.reduce((sum, value, j) => sum + (j > i ? value * rows[i]![j]! : 0), 0);
    solution[i] = (rows[i]!.at(-1)! - known) / rows[i]![i]!;
  }
  return solution;
}

test("sweeps of tv are those of a plain Jacobi iteration, to the bit", () => {
  const [from, light, weight] = [noise(13), lightOf(14).fill(0, 3, 9), 0.7];
  const object = from.slice();
  createPrior("tv", height, width).apply(object, light, weight);

  // Edge weights as float32, the rest in float64, neighbours in the order right, below, left, above.
  const edge = (i: number) =>
    Math.fround(1 / Math.sqrt(edges[i]!.reduce((own, [a, b]) => own + squared(from, a, b), 0) + tvEdge ** 2));
  const neighbours = Array.from({ length: pixels }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const right = x + 1 < width ? [[i + 1, edge(i)]] : [];
    const below = y + 1 < height ? [[i + width, edge(i)]] : [];
    const left = x > 0 ? [[i - 1, edge(i - 1)]] : [];
    const above = y > 0 ? [[i - width, edge(i - width)]] : [];
    return [...right, ...below, ...left, ...above] as [number, number][];
  });
  let expected = from.slice();
  for (let sweep = 0; sweep < 8; sweep++) {
    expected = expected.map((_, c) => {
      const i = c >> 1;
      let [total, value] = [light[i]!, light[i]! * from[c]!];
      for (const [j, w] of neighbours[i]!) {
        total += weight * w;
        value += weight * w * expected[2 * j + (c % 2)]!;
      }
      return value / total;
    });
  }
  expect(object).toEqual(expected);
});

// The Fisher operator is the dense matrix of finite differences, symmetric, and holds four per photon whatever the object.

import { describe, expect, test } from "vitest";
import { denseFisher, denseScan, tinyScan, type TinyScan } from "../../test/support/dense-scan.ts";
import { powerOf, randomField, relativeError } from "../../test/support/fields.ts";
import { referenceBackend } from "../compute/reference.ts";
import { createFisher, type Fisher } from "./fisher.ts";

const rules = { subPixel: "bilinear", backend: referenceBackend } as const;

function product(fisher: Fisher, { object }: TinyScan, v: Float32Array): Float32Array {
  const out = { ...object, data: new Float32Array(v.length) };
  fisher.apply({ ...object, data: v }, out);
  return out.data;
}

describe.each([
  { modes: 1, backgroundPhotonsPerPx: 0 },
  { modes: 1, backgroundPhotonsPerPx: 40 },
  { modes: 2, backgroundPhotonsPerPx: 0 },
  { modes: 2, backgroundPhotonsPerPx: 5 },
])("with $modes modes on a background of $backgroundPhotonsPerPx", ({ modes, backgroundPhotonsPerPx }) => {
  const scan = tinyScan({ side: 12, modes, offsets: [0, 1.5, 4] });
  const fisher = createFisher({ ...scan, ...rules, backgroundPhotonsPerPx });

  test("F v is Σ ∇λ (∂λ·v)/(λ + b) with λ and its derivative from the definition by central differences", () => {
    const dense = denseScan(scan);
    const o = Float64Array.from(scan.object.data);
    const v = randomField(o.length / 2, 3);
    const h = 1e-4;
    const along = (sign: number): Float64Array =>
      dense.expected(o.map((value, i) => value + sign * h * v[i]!));
    const [up, down, expected] = [along(1), along(-1), dense.expected(o)];
    const wanted = new Float64Array(o.length);
    dense.jacobian(o).forEach((row, q) => {
      const slope = (up[q]! - down[q]!) / (2 * h);
      const weight = slope / (expected[q]! + backgroundPhotonsPerPx);
      for (let i = 0; i < row.length; i++) wanted[i] = wanted[i]! + weight * row[i]!;
    });
    // float32 fields: a dark pixel's direction is known to 1e-7 of the mean amplitude over its own.
    expect(relativeError(product(fisher, scan, v), wanted)).toBeLessThan(1e-4);
  });

  test("is symmetric and never negative", () => {
    const [u, v] = [randomField(144, 5), randomField(144, 6)];
    const [fu, fv] = [product(fisher, scan, u), product(fisher, scan, v)];
    const dot = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    // The contract of every adjoint pair of float32 operators.
    expect(Math.abs(dot(fu, v) - dot(u, fv))).toBeLessThan(1e-6 * Math.sqrt(powerOf(fu) * powerOf(v)));
    expect(dot(u, fu)).toBeGreaterThan(0);
  });
});

test("the jacobian of the oracle is the finite difference of its counts", () => {
  const scan = tinyScan({ side: 12, offsets: [0, 1.5] });
  const dense = denseScan(scan);
  const o = Float64Array.from(scan.object.data);
  const moved = (sign: number): Float64Array =>
    dense.expected(o.map((v, i) => (i === 77 ? v + sign * 1e-4 : v)));
  const [up, down, rows] = [moved(1), moved(-1), dense.jacobian(o)];
  for (let q = 0; q < rows.length; q++) {
    expect(rows[q]![77]).toBeCloseTo((up[q]! - down[q]!) / 2e-4, 3);
  }
});

test("the information about a pixel is four per photon on it, shared between its two parts, whatever the object", () => {
  // Each detector pixel gives 4 e eᵀ with |e| = 1: the trace over a pixel's two parts is 4 Σ_j|P|² in whole pixels.
  const scan = tinyScan({ side: 12, offsets: [0, 1, 3, 4] });
  const fisher = createFisher({ ...scan, ...rules, backgroundPhotonsPerPx: 0 });
  const dense = denseScan(scan);
  const matrix = denseFisher(dense.jacobian(scan.object.data), dense.expected(scan.object.data));
  for (let c = 0; c < 144; c++) {
    const trace = matrix[2 * c]![2 * c]! + matrix[2 * c + 1]![2 * c + 1]!;
    expect(trace / (4 * fisher.illumination[c]!)).toBeCloseTo(1, 5);
  }
});

test("a probe of one pixel sees its amplitude as well as counting can, 1/(4n), and no phase", () => {
  const scan = tinyScan({ side: 8, offsets: [0] });
  scan.probe.data.fill(0);
  const photons = 5000;
  scan.probe.data[2 * (4 * 8 + 4)] = Math.sqrt(photons);
  const fisher = createFisher({ ...scan, ...rules, backgroundPhotonsPerPx: 0 });
  const at = 2 * (4 * 8 + 4);
  const [re, im] = [scan.object.data[at]!, scan.object.data[at + 1]!];
  const a = Math.hypot(re, im);
  const push = (x: number, y: number): [number, number] => {
    const v = new Float32Array(scan.object.data.length);
    v.set([x, y], at);
    const out = product(fisher, scan, v);
    return [out[at]!, out[at + 1]!];
  };
  const [ar, ai] = push(re / a, im / a);
  expect((ar * re + ai * im) / a / (4 * photons)).toBeCloseTo(1, 5);
  const [pr, pi] = push(-im / a, re / a);
  expect(Math.hypot(pr, pi)).toBeLessThan(1e-5 * photons);
});

test("a pixel without any light counts as the mean over the directions its field could take", () => {
  // A plane wave over a flat object lights DC alone: there 4 along the amplitude, in all other frequencies 2 each.
  const scan = tinyScan({ side: 8, offsets: [0] });
  scan.object.data.fill(0);
  scan.probe.data.fill(0);
  for (let i = 0; i < 64; i++) {
    scan.object.data[2 * i] = 1;
    scan.probe.data[2 * i] = 3;
  }
  const fisher = createFisher({ ...scan, ...rules, backgroundPhotonsPerPx: 0 });
  const v = randomField(64, 8);
  let mean = 0;
  for (let i = 0; i < 128; i += 2) mean += v[i]! / 64;
  let turn = 0;
  for (let i = 1; i < 128; i += 2) turn += v[i]! / 64;
  const wanted = Array.from(
    v,
    (value, i) => 9 * (i % 2 === 0 ? 2 * (value - mean) + 4 * mean : 2 * (value - turn)),
  );
  expect(relativeError(product(fisher, scan, v), wanted)).toBeLessThan(1e-6);
});

// Losses are lowest where they should be: on average over Poisson counts at the true intensity, at the label whatever its
// global phase.

import { describe, expect, test } from "vitest";
import { slopes } from "../../../test/support/finite-differences.ts";
import { createRng, normal } from "../../math/random/rng.ts";
import { gradients } from "../graph/differentiate.ts";
import { evaluate } from "../graph/evaluate.ts";
import { input } from "../graph/tensor.ts";
import { expectedCounts, labelLoss, measurementLoss, type MeasurementLoss } from "./loss.ts";

/** Probabilities of n = 0 … 59 counts of a Poisson law. */
function poissonLaw(mean: number): number[] {
  const law = [Math.exp(-mean)];
  for (let n = 1; n < 60; n++) law.push((law[n - 1]! * mean) / n);
  return law;
}

const [lambda, counts] = [input("lambda", [1, 1, 1]), input("counts", [1, 1, 1])];

/** E[loss] at an expectation, over the law of counts of a true mean. */
function expectedLoss(kind: MeasurementLoss, at: number, truth: number): number {
  const loss = measurementLoss(kind, lambda, counts);
  return poissonLaw(truth).reduce(
    (sum, share, n) => sum + share * evaluate([loss], { lambda: [at], counts: [n] })[0]![0]!,
    0,
  );
}

describe("measurement losses", () => {
  test.each(["poisson", "anscombe"] as const)("%s: the mean over the pixels that are not masked", (kind) => {
    const frames = [2, 2, 2];
    const of = (shape: readonly number[], mask?: Uint8Array) =>
      measurementLoss(kind, input("lambda", shape), input("counts", shape), mask);
    const masked = of(frames, Uint8Array.of(0, 1, 0, 7));
    const given = { lambda: [1, 2, 3, 4, 5, 6, 7, 8], counts: [3, 900, 0, 900, 6, 900, 7, 900] };
    const left = { lambda: [1, 3, 5, 7], counts: [3, 0, 6, 7] };
    const expected = evaluate([of([2, 2, 1])], left)[0]![0]!;
    expect(evaluate([masked], given)[0]![0]).toBeCloseTo(expected, 12);
  });

  test.each([0, 0.01, 0.3, 2, 15])(
    "poisson: lowest at the true mean %d on average, dark or bright",
    (truth) => {
      const least = expectedLoss("poisson", truth, truth);
      for (const away of [0.5, 0.9, 0.99, 1.01, 1.1, 2]) {
        const at = truth === 0 ? Math.abs(away - 1) : truth * away;
        const found = expectedLoss("poisson", at, truth);
        // Closed form: with ε added to both, the loss rises as for means λ+ε.
        const [b, t] = [at + 0.05, truth + 0.05];
        expect(found - least).toBeCloseTo(b - t - t * Math.log(b / t), 10);
        expect(found).toBeGreaterThan(least);
      }
    },
  );

  test.each([0.05, 0.3, 2, 15])(
    "anscombe: lowest near the true mean %d, where roots of counts average",
    (truth) => {
      // Σp(√(λ+⅜) − √(n+⅜))² is lowest where √(λ+⅜) is the mean of √(n+⅜).
      const root = poissonLaw(truth).reduce((sum, share, n) => sum + share * Math.sqrt(n + 3 / 8), 0);
      const lowest = root * root - 3 / 8;
      const least = expectedLoss("anscombe", lowest, truth);
      for (const at of [0.9 * lowest, 1.1 * lowest])
        expect(expectedLoss("anscombe", at, truth)).toBeGreaterThan(least);
      // Its bias is the variance of the stabilised root, at most a quarter of a count.
      expect(truth - lowest).toBeGreaterThan(0);
      expect(truth - lowest).toBeLessThan(0.26);
    },
  );

  test("are means over all pixels, with the slopes of their formulas", () => {
    const shape = [2, 3, 3];
    const rng = createRng(2, "network");
    const l = Float64Array.from({ length: 18 }, () => 4 * rng.uniform());
    const n = Float64Array.from({ length: 18 }, () => rng.integer(6));
    const [many, measured] = [input("lambda", shape), input("counts", shape)];
    for (const [kind, each] of [
      ["poisson", (a: number, b: number) => a - (b + 0.05) * Math.log(a + 0.05)],
      ["anscombe", (a: number, b: number) => (Math.sqrt(a + 3 / 8) - Math.sqrt(b + 3 / 8)) ** 2],
    ] as const) {
      const loss = measurementLoss(kind, many, measured);
      const value = () => evaluate([loss], { lambda: l, counts: n })[0]![0]!;
      expect(value()).toBeCloseTo(
        l.reduce((sum, a, i) => sum + each(a, n[i]!) / 18, 0),
        12,
      );
      const [slope] = evaluate(gradients(loss, [many]), { lambda: l, counts: n });
      slopes(value, [l])[0]!.forEach((expected, i) => expect(slope![i]).toBeCloseTo(expected, 7));
    }
  });

  test("stay finite in the dark", () => {
    for (const kind of ["poisson", "anscombe"] as const) {
      const loss = measurementLoss(kind, lambda, counts);
      const values = evaluate([loss, ...gradients(loss, [lambda])], { lambda: [0], counts: [40] });
      expect(values.every(([value]) => Number.isFinite(value))).toBe(true);
    }
  });
});

test("expected counts are the intensity at the dose, and the background", () => {
  const intensity = input("i", [1, 2, 2]);
  const light = { dosePhotons: 300, backgroundPhotonsPerPx: 0.25 };
  const [values] = evaluate([expectedCounts(intensity, light)], { i: [0, 1, 0.5, 2] });
  expect([...values!]).toEqual([0.25, 300.25, 150.25, 600.25]);
});

describe("the label loss", () => {
  const shape = [2, 4, 4];
  const names = ["re", "im", "tre", "tim", "weight"] as const;
  const [re, im, tre, tim, weight] = names.map((name) => input(name, shape)) as [
    ReturnType<typeof input>,
    ReturnType<typeof input>,
    ReturnType<typeof input>,
    ReturnType<typeof input>,
    ReturnType<typeof input>,
  ];
  const loss = labelLoss({ re, im }, { re: tre, im: tim }, weight);
  const rng = createRng(3, "network");
  const draw = () => Float64Array.from({ length: 32 }, () => normal(rng));
  const [tr, ti, w] = [draw(), draw(), draw().map((x) => x * x)];
  const value = (a: Float64Array, b: Float64Array) =>
    evaluate([loss], { re: a, im: b, tre: tr, tim: ti, weight: w })[0]![0]!;
  const turned = (angle: readonly [number, number], size = 1) => {
    const of = (i: number) => angle[i < 16 ? 0 : 1];
    return [
      tr.map((x, i) => size * (x * Math.cos(of(i)) - ti[i]! * Math.sin(of(i)))),
      ti.map((y, i) => size * (tr[i]! * Math.sin(of(i)) + y * Math.cos(of(i)))),
    ] as const;
  };

  test("is 0 at the truth, and at the truth turned, each canvas by its own angle", () => {
    for (const angles of [
      [0, 0],
      [1, 1],
      [-3, 0.4],
    ] as const) {
      expect(Math.abs(value(...turned(angles)))).toBeLessThan(1e-12);
    }
  });

  test("is the share of the power that is missing when the modulus is wrong", () => {
    // |k − 1|² of the truth's power.
    expect(value(...turned([0.3, 2], 0.8))).toBeCloseTo(0.04, 12);
    expect(value(...turned([0, 0], 1.5))).toBeCloseTo(0.25, 12);
  });

  test("is the smallest distance over all global phases, weighted by the light", () => {
    const [a, b] = [draw(), draw()];
    let expected = 0;
    for (const canvas of [0, 1]) {
      let [least, own] = [Infinity, 0];
      for (let i = 16 * canvas; i < 16 * canvas + 16; i++) own += w[i]! * (tr[i]! ** 2 + ti[i]! ** 2);
      for (let step = 0; step < 20_000; step++) {
        const [c, s] = [Math.cos((2 * Math.PI * step) / 20_000), Math.sin((2 * Math.PI * step) / 20_000)];
        let distance = 0;
        for (let i = 16 * canvas; i < 16 * canvas + 16; i++) {
          distance += w[i]! * ((a[i]! * c - b[i]! * s - tr[i]!) ** 2 + (a[i]! * s + b[i]! * c - ti[i]!) ** 2);
        }
        least = Math.min(least, distance);
      }
      expected += least / own / 2;
    }
    // A search in steps of 3e-4 rad misses the minimum by the square of half of that.
    expect(value(a, b)).toBeCloseTo(expected, 6);
    expect(value(a, b)).toBeLessThanOrEqual(expected + 1e-9);
  });

  test("has the slopes of its formula, and none where no light falls", () => {
    const [a, b] = [draw(), draw()];
    w[5] = 0;
    const [da] = evaluate(gradients(loss, [re]), { re: a, im: b, tre: tr, tim: ti, weight: w });
    slopes(() => value(a, b), [a])[0]!.forEach((expected, i) => expect(da![i]).toBeCloseTo(expected, 7));
    expect(da![5]).toBe(0);
  });
});

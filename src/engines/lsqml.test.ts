// The optimal steps of LSQ-ML solve their 2×2 system: against a dense least-squares fit of real steps to complex waves. Batches
// that start small end nearer to the truth.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sumsPerFrame } from "../compute/scan-memory.ts";
import { simd } from "../../test/support/engine-rows.ts";
import { phantomScan } from "../../test/support/phantom-scan.ts";
import { createRng } from "../math/random/rng.ts";
import { problemOf } from "../study/problem.ts";
import { meanSteps, solve } from "./lsqml.ts";
import { prepareEngine } from "./prepare.ts";
import { runEngine } from "./run.ts";

const pixels = 40;

/** Waves a = PΔO and b = ΔP·O of a frame, and the change χ = αa + βb + noise that is wanted. */
function frameOf(seed: number, [alpha, beta]: readonly [number, number], noise: number) {
  const rng = createRng(seed, "engine");
  const wave = (scale: number) =>
    Float64Array.from({ length: 2 * pixels }, () => scale * (rng.uniform() - 0.5));
  const [a, b, rest] = [wave(1), wave(2), wave(noise)];
  return { a, b, x: a.map((value, i) => alpha * value + beta * b[i]! + rest[i]!) };
}

type Frame = ReturnType<typeof frameOf>;

function dot(u: Float64Array, v: Float64Array): number {
  return u.reduce((sum, value, i) => sum + value * v[i]!, 0);
}

/** The sums that the kernels leave for some frames. */
function sumsOf(frames: readonly Frame[]): Float64Array {
  const sums = new Float64Array(frames.length * sumsPerFrame);
  for (const [j, { a, b, x }] of frames.entries()) {
    sums.set([dot(a, a), dot(b, b), dot(a, b), dot(a, x), dot(b, x)], j * sumsPerFrame);
  }
  return sums;
}

/** argmin Σ|s·a + t·b − χ|² over real s, t, by QR of the stacked real and imaginary parts (Gram–Schmidt). */
function leastSquares(frames: readonly Frame[]): { s: number; t: number } {
  const stack = (pick: (frame: Frame) => Float64Array) =>
    Float64Array.from(frames.flatMap((one) => [...pick(one)]));
  const [a, b, x] = [stack(({ a: own }) => own), stack(({ b: own }) => own), stack(({ x: own }) => own)];
  const r11 = Math.sqrt(dot(a, a));
  const q1 = a.map((value) => value / r11);
  const r12 = dot(q1, b);
  const rest = b.map((value, i) => value - r12 * q1[i]!);
  const r22 = Math.sqrt(dot(rest, rest));
  const t = dot(rest, x) / r22 ** 2;
  return { s: (dot(q1, x) - r12 * t) / r11, t };
}

/** The steps of a batch from the sums over its frames, or their mean when each has its own. */
function stepsOf(
  sums: Float64Array,
  inOrder: Int32Array,
  first: number,
  count: number,
  rule: "batch" | "position",
) {
  if (rule === "position") return meanSteps(sums, inOrder, first, count);
  const batch = [...inOrder.subarray(first, first + count)];
  const [aa, bb, ab, ax, bx] = [0, 1, 2, 3, 4].map((i) =>
    batch.reduce((sum, j) => sum + sums[j * sumsPerFrame + i]!, 0),
  );
  return solve(aa!, bb!, ab!, ax!, bx!);
}

function order(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, j) => j);
}

describe("the steps of a batch", () => {
  test("are the least-squares fit of all its frames together", () => {
    const frames = [1, 2, 3, 4].map((seed) => frameOf(seed, [0.8, 0.5], 0.6));
    const { s, t } = leastSquares(frames);
    const { a, b } = stepsOf(sumsOf(frames), order(4), 0, 4, "batch");
    // The system is damped by 1e-3 of its diagonal.
    expect(Math.abs(a - s)).toBeLessThan(3e-3);
    expect(Math.abs(b - t)).toBeLessThan(3e-3);
  });

  test("by position: the mean of the fits of its frames", () => {
    const frames = [5, 6, 7].map((seed, k) => frameOf(seed, [0.4 + 0.2 * k, 0.9 - 0.2 * k], 0.3));
    const { a, b } = stepsOf(sumsOf(frames), order(3), 0, 3, "position");
    const fits = frames.map((frame) => leastSquares([frame]));
    expect(Math.abs(a - fits.reduce((sum, { s }) => sum + s / 3, 0))).toBeLessThan(3e-3);
    expect(Math.abs(b - fits.reduce((sum, { t }) => sum + t / 3, 0))).toBeLessThan(3e-3);
  });

  test("read the frames of the batch alone, by their place in the order", () => {
    const frames = [8, 9, 10, 11].map((seed) => frameOf(seed, [0.7, 0.3], 0.5));
    const fits = [frames[3]!, frames[1]!].map((frame) => leastSquares([frame]));
    const { a, b } = stepsOf(sumsOf(frames), Int32Array.of(0, 3, 1, 2), 1, 2, "position");
    expect(Math.abs(a - fits.reduce((sum, { s }) => sum + s / 2, 0))).toBeLessThan(3e-3);
    expect(Math.abs(b - fits.reduce((sum, { t }) => sum + t / 2, 0))).toBeLessThan(3e-3);
  });

  test("a fixed probe leaves the object's own step, and a still object the probe's", () => {
    const { a, b, x } = frameOf(12, [0.6, 0], 0.2);
    const still = new Float64Array(2 * pixels);
    const alone = stepsOf(sumsOf([{ a, b: still, x }]), order(1), 0, 1, "batch");
    expect(Math.abs(alone.a - dot(a, x) / dot(a, a))).toBeLessThan(2e-3);
    expect(alone.b).toBe(0);
    const probe = stepsOf(sumsOf([{ a: still, b, x }]), order(1), 0, 1, "batch");
    expect(Math.abs(probe.b - dot(b, x) / dot(b, b))).toBeLessThan(2e-3);
    expect(probe.a).toBe(0);
  });

  test("parallel directions share the way instead of tearing apart", () => {
    const { a } = frameOf(13, [1, 0], 0);
    const both = stepsOf(sumsOf([{ a, b: a, x: a }]), order(1), 0, 1, "batch");
    expect(both.a + both.b).toBeCloseTo(1, 2);
    expect(both.a).toBeCloseTo(both.b, 6);
  });

  test("are finite, never backwards and never more than four times the plain step, whatever the sums", () => {
    const value = fc.integer({ min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 10, maxLength: 10 }), (parts) => {
        const [p, q, r] = [parts.slice(0, 4), parts.slice(4, 8), parts.slice(6, 10)].map((four) =>
          Float64Array.from(four),
        );
        fc.pre(dot(p!, p!) > 0 && dot(q!, q!) > 0);
        for (const rule of ["batch", "position"] as const) {
          const { a, b } = stepsOf(sumsOf([{ a: p!, b: q!, x: r! }]), order(1), 0, 1, rule);
          for (const step of [a, b]) {
            expect(step).toBeGreaterThanOrEqual(0);
            expect(step).toBeLessThanOrEqual(4);
          }
        }
      }),
    );
  });

  test("directions that vanish give no step", () => {
    expect(stepsOf(new Float64Array(sumsPerFrame), order(1), 0, 1, "batch")).toEqual({ a: 0, b: 0 });
  });
});

test("small batches at the start bring an object of strong phases nearer to its end [ENGINE-061]", async () => {
  const scan = phantomScan({ dosePhotons: 1e6, contrast: "thick", heightPx: 150, widthPx: 150 });
  const phaseSsim = async (startBatchSize: number) => {
    const prepared = prepareEngine("lsqml", { startBatchSize, friction: 0 });
    return scan.ssim((await runEngine(prepared, problemOf(scan.dataset), { backend: simd, seed: 3 })).object)
      .phase;
  };
  // Measured: .951 against .921.
  expect(await phaseSsim(16)).toBeGreaterThan((await phaseSsim(31)) + 0.02);
});

test("momentum over the epochs brings slow waves of the phase nearer to their end [ENGINE-069]", async () => {
  const scan = phantomScan({
    dosePhotons: 1e5,
    contrast: "strong",
    phantom: "smooth-phase",
    heightPx: 144,
    widthPx: 144,
  });
  const distanceWith = async (options: object) => {
    const prepared = prepareEngine("lsqml", { fixProbe: true, ...options });
    return scan.distance(
      (await runEngine(prepared, problemOf(scan.dataset), { backend: simd, seed: 3 })).object,
    );
  };
  // Measured: .018 against .037.
  expect(await distanceWith({})).toBeLessThan(0.7 * (await distanceWith({ friction: 0 })));
});

describe("a scan of a few dozen frames [ENGINE-065]", () => {
  const few = { contrast: "thick", phantom: "smooth-phase", heightPx: 112, widthPx: 112 } as const;
  const objectOf = async (name: string, { dataset }: ReturnType<typeof phantomScan>, options = {}) =>
    (await runEngine(prepareEngine(name, options), problemOf(dataset), { backend: simd, seed: 3 })).object;
  const usual = { batchSize: 32, startBatchSize: 16 };

  test("that is bright is brought as near to the truth as one frame after the other brings it", async () => {
    const scan = phantomScan({ ...few, dosePhotons: 1e6 });
    expect(scan.dataset.positions.x.length).toBe(49);
    const [own, rival] = [await objectOf("lsqml", scan), await objectOf("rpie", scan)];
    // In batches of 16 and 32: 2.0 times.
    expect(scan.distance(own)).toBeLessThan(1.2 * scan.distance(rival));
  });

  test("that is faint is visited in the usual batches, which average its noise", async () => {
    const scan = phantomScan({ ...few, dosePhotons: 1e3 });
    expect(await objectOf("lsqml", scan)).toEqual(await objectOf("lsqml", scan, usual));
  });

  test("takes the sizes that are given", async () => {
    const scan = phantomScan({ ...few, dosePhotons: 1e6 });
    const brief = { epochs: 4 };
    const own = await objectOf("lsqml", scan, { ...brief, ...usual });
    expect(own).not.toEqual(await objectOf("lsqml", scan, brief));
    expect(await objectOf("lsqml", scan, { ...brief, batchSize: 32 })).toEqual(own);
    expect(await objectOf("lsqml", scan, { ...brief, startBatchSize: 16 })).toEqual(own);
  });
});

test("a scan of a hundred frames is visited in the usual batches, however bright", async () => {
  const scan = phantomScan({ dosePhotons: 1e6, heightPx: 136, widthPx: 136 });
  expect(scan.dataset.positions.x.length).toBeGreaterThanOrEqual(100);
  const objectOf = async (options: object) =>
    (
      await runEngine(prepareEngine("lsqml", { epochs: 3, ...options }), problemOf(scan.dataset), {
        backend: simd,
        seed: 3,
      })
    ).object;
  expect(await objectOf({})).toEqual(await objectOf({ batchSize: 32, startBatchSize: 16 }));
});

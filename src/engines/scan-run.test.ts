// A scan that is larger than its memory budget streams: the same bytes come out, and frames are read again.

import { describe, expect, test } from "vitest";
import { openBackend } from "../compute/node.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import type { FrameReader } from "../array/frame-reader.ts";
import type { Problem } from "./problem.ts";
import { prepareEngine, type PreparedEngine } from "./prepare.ts";
import { engineNames } from "./registry.ts";
import { planEngine } from "./plan.ts";
import { runEngine } from "./run.ts";
import { planRun } from "./scan-run.ts";

const backend = openBackend({ kernels: "simd" });
const expected = smallProblem({ energy: 20_000 }).problem;
const pixels = expected.size ** 2;
/** Whole counts below 256 at many photons, and √λ as it is: two of the three types that counts are stored as. */
const scans = {
  "float32 counts": expected,
  "whole counts": {
    ...expected,
    diffraction: expected.diffraction.map((root) => Math.sqrt(Math.round(root ** 2))),
  },
};

function reading(from: Float32Array): { readonly reader: FrameReader; readonly reads: Int32Array } {
  const reads = new Int32Array(expected.frames);
  const reader: FrameReader = (frame, out) => {
    reads[frame] = reads[frame]! + 1;
    out.set(from.subarray(frame * pixels, (frame + 1) * pixels));
  };
  return { reader, reads };
}

function optionsOf(name: string): object {
  const shared = { prior: "none", epochs: 3, probeStartEpoch: 1, heldOutFraction: 0.1, refit: false };
  const waves = name === "dm" || name === "raar";
  return waves ? shared : { ...shared, floatIntensities: true, positionStartEpoch: 1 };
}

describe.each(Object.entries(scans))("%s", (_, scan) => {
  test.each(engineNames)("%s gives the same bytes from a stream as from memory", async (name) => {
    const engine = prepareEngine(name, { ...optionsOf(name) });
    const whole = planEngine(engine, scan, { backend }).bytes;
    // The least that works: as many frames in memory as are in flight.
    const least = leastBudget(scan, engine);
    expect(least).toBeLessThan(whole);
    const inMemory = await runEngine(engine, scan, { backend, seed: 7 });
    for (const memoryBudgetBytes of [least, Math.ceil((least + whole) / 2)]) {
      const { residentFrames } = planEngine(engine, scan, { backend, memoryBudgetBytes });
      const { reader, reads } = reading(scan.diffraction);
      const streamed = await runEngine(
        engine,
        { ...scan, diffraction: reader },
        { backend, seed: 7, memoryBudgetBytes },
      );
      expect(streamed).toEqual(inMemory);
      // Once to look at it; once more to keep it, or again in every epoch.
      const [kept, others] = [reads.subarray(0, residentFrames), reads.subarray(residentFrames)];
      expect([...new Set(kept)]).toEqual(residentFrames === 0 ? [] : [2]);
      expect(Math.min(...others)).toBeGreaterThanOrEqual(4);
      expect(residentFrames > 0).toBe(memoryBudgetBytes > least);
    }
  });
});

/** The least budget in bytes, as the error for a smaller one tells it. */
function leastBudget(scan: Problem, engine: PreparedEngine): number {
  try {
    planEngine(engine, scan, { backend, memoryBudgetBytes: 1 });
  } catch (error) {
    const [, bytes] = /at least (\d+) bytes/u.exec(String(error)) ?? [];
    if (bytes !== undefined) return Number(bytes);
    throw error;
  }
  throw new Error("one byte was enough");
}

test("a reader that fits into memory is asked for every frame twice: to look at it, and to keep it", async () => {
  const { reader, reads } = reading(expected.diffraction);
  const engine = prepareEngine("rpie", { prior: "none", epochs: 4 });
  await runEngine(engine, { ...expected, diffraction: reader }, { backend, seed: 7 });
  expect([...new Set(reads)]).toEqual([2]);
});

test("a plan takes the bytes it tells, and stays within its budget", () => {
  const options = { backend, slots: 8, keepsWaves: false };
  const whole = planRun(expected, options);
  expect(whole.shape.countSlots).toBe(expected.frames);
  for (const share of [0.95, 0.85, 0.75]) {
    const memoryBudgetBytes = Math.floor(share * whole.bytes);
    const plan = planRun(expected, { ...options, memoryBudgetBytes });
    expect(plan.bytes).toBeLessThanOrEqual(memoryBudgetBytes);
    expect(plan.shape.countSlots).toBeLessThan(expected.frames);
    expect(plan.residentFrames).toBe(plan.shape.countSlots - plan.shape.slots);
    expect(plan.bytes).toBe(backend.scanBytes(plan.shape));
  }
});

test("bytes that are taken elsewhere count", () => {
  const options = { backend, slots: 8, keepsWaves: false };
  const whole = planRun(expected, options);
  const plan = planRun(expected, { ...options, memoryBudgetBytes: whole.bytes, besideBytes: 10_000 });
  expect(plan.bytes).toBeLessThanOrEqual(whole.bytes - 10_000);
  expect(() => planRun(expected, { ...options, memoryBudgetBytes: 20_000, besideBytes: 10_000 })).toThrow(
    /at least \d+ bytes.*got 20000/,
  );
});

test("counts beyond what the kernels can address stream without a budget", async () => {
  const engine = prepareEngine("lsqml", { prior: "none", epochs: 2 });
  const whole = planRun(expected, { backend, slots: 16, keepsWaves: false });
  const narrow = { ...backend, mostScanBytes: () => whole.bytes - 1 };
  const { reader, reads } = reading(expected.diffraction);
  const scan = { ...expected, diffraction: reader };
  const { residentFrames } = planEngine(engine, scan, { backend: narrow });
  expect(residentFrames).toBeLessThan(expected.frames);
  reads.fill(0);
  const streamed = await runEngine(engine, scan, { backend: narrow, seed: 7 });
  expect(streamed).toEqual(await runEngine(engine, expected, { backend, seed: 7 }));
  expect(reads[expected.frames - 1]).toBeGreaterThanOrEqual(3);
});

test("frames are looked at once for a whole chain and every attempt, or never when that was done", async () => {
  const options = { prior: "tv", priorWeight: "auto", epochs: 1, heldOutFraction: 0.1 };
  const engine = prepareEngine("lsqml", options);
  const { reader, reads } = reading(expected.diffraction);
  const scan = { ...expected, diffraction: reader };
  const alone = await runEngine(engine, scan, { backend, seed: 7 });
  const opened = Math.max(...reads) - 1;
  // At least two weights and the fit that follows: each reads every frame once, to keep it.
  expect(opened).toBeGreaterThanOrEqual(3);
  const { survey } = planEngine(engine, scan, { backend });
  reads.fill(0);
  expect(await runEngine(engine, scan, { backend, seed: 7, survey })).toEqual(alone);
  expect([...new Set(reads)]).toEqual([opened]);
});

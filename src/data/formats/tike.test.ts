// Tike's test layout is recognised and becomes a valid dataset: centred frames, placed positions, a calibrated probe.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnyArray } from "../../array/ndarray.ts";
import { writeNpz } from "../../io/npz.ts";
import { readDataset, type ReadOptions } from "../read.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-tike-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const [frames, size] = [3, 8];
/** A pattern with its peak at [0, 0]: 100 counts there, 9 to its right, 4 below. */
const pattern = new Float32Array(frames * size * size);
for (let m = 0; m < frames; m++) {
  pattern[m * 64] = 100;
  pattern[m * 64 + 1] = 9;
  pattern[m * 64 + 8] = 4;
}
const data: AnyArray = { dtype: "float32", shape: [1, frames, size, size], data: pattern };
const probe: AnyArray = {
  dtype: "complex64",
  shape: [1, 1, 1, 2, size, size],
  data: Float32Array.from({ length: 2 * 2 * 64 }, (_, i) => (i % 5) - 2),
};
// [y, x] pairs
const scan: AnyArray = {
  dtype: "float32",
  shape: [1, frames, 2],
  data: Float32Array.of(-20.5, 3.25, 0, -7.5, 10.25, 30),
};

async function reading(changes: Record<string, AnyArray> = {}, options: ReadOptions = {}) {
  const file = join(folder, "tike.npz");
  await writeNpz(file, { data, probe, scan, ...changes });
  return readDataset(file, options);
}

describe("tike's test layout", () => {
  test("is recognised, and how is said", async () => {
    const { format, warnings } = await reading();
    expect(format).toMatchObject({
      name: "tike",
      layout: "MHW",
      domain: "counts",
      dc: "corner",
      positionOrder: "yx",
      overridden: [],
    });
    expect(format.detected.join("\n")).toMatch(
      /data, probe and scan[^]*whole number: counts[^]*zero frequency at \[0, 0\][^]*\[y, x\]/,
    );
    expect(warnings).toEqual([]);
  });

  test("frames become centred amplitudes: right stays right, below stays below", async () => {
    const { dataset } = await reading();
    const at = (y: number, x: number): number => dataset.diffraction[64 + y * 8 + x]!;
    expect([at(4, 4), at(4, 5), at(5, 4), at(0, 0)]).toEqual([10, 3, 2, 0]);
  });

  test("positions are frame centres, moved by whole pixels, every frame inside the object", async () => {
    const { positions, object } = (await reading()).dataset;
    // Steps stay; the fraction stays; the outermost frames keep 8 px of margin, or up to 9 for the fraction.
    expect([positions.y[1]! - positions.y[0]!, positions.x[1]! - positions.x[0]!]).toEqual([20.5, -10.75]);
    expect([positions.y[0]! % 1, positions.x[0]! % 1]).toEqual([0.5, 0.25]);
    for (const [values, extent] of [
      [positions.x, object.width],
      [positions.y, object.height],
    ] as const) {
      expect(Math.min(...values) - 4).toBeGreaterThanOrEqual(8);
      expect(Math.min(...values) - 4).toBeLessThan(9);
      expect(extent - (Math.max(...values) + 4)).toBeGreaterThanOrEqual(8);
      expect(extent - (Math.max(...values) + 4)).toBeLessThan(9);
    }
  });

  test("the probe's modes together have the mean counts, in their old proportions", async () => {
    const { dataset } = await reading();
    const power = dataset.probe.data.reduce((sum, value) => sum + value * value, 0);
    // float32 amplitudes: relative rounding of 6e-8 each
    expect(power).toBeCloseTo(113, 3);
    expect(dataset.probe.modes).toBe(2);
    expect(dataset.probe.data[1]! / dataset.probe.data[0]!).toBeCloseTo(0.5, 6);
    expect(dataset.metadata).toMatchObject({ nphotons: 113, measuredMeanCounts: 113 });
  });

  test("the object is flat", async () => {
    const { object } = (await reading()).dataset;
    expect(object.data.every((value, i) => value === (i % 2 === 0 ? 1 : 0))).toBe(true);
  });

  test("what was done is in the provenance", async () => {
    const { dataset } = await reading();
    expect(dataset.metadata.provenance).toMatchObject([
      {
        operation: "import",
        parameters: { format: "tike", domain: "counts", dc: "corner", positionOrder: "yx", object: "flat" },
      },
    ]);
  });

  test("centred frames are seen as centred", async () => {
    const centred = new Float32Array(frames * 64);
    for (let m = 0; m < frames; m++) centred[m * 64 + 4 * 8 + 4] = 25;
    const { dataset, format } = await reading({
      data: { dtype: "float32", shape: [1, frames, 8, 8], data: centred },
    });
    expect(format.dc).toBe("center");
    expect(dataset.diffraction[4 * 8 + 4]).toBe(5);
  });

  test("flags override, and the format says what they overrode", async () => {
    const { dataset, format } = await reading({}, { dc: "center", positionOrder: "xy", domain: "amplitude" });
    expect(dataset.diffraction[0]).toBe(100);
    expect(dataset.positions.x[1]! - dataset.positions.x[0]!).toBe(20.5);
    expect(format.overridden).toHaveLength(3);
    expect(format.overridden.join("\n")).toMatch(/--domain amplitude was given; the content said counts/);
  });

  test("values with fractions are intensities, with a warning", async () => {
    const { format, warnings } = await reading({
      data: { ...data, data: pattern.map((value) => value * 1.5) } as AnyArray,
    });
    expect(format.domain).toBe("intensity");
    expect(warnings.join()).toMatch(/no whole numbers/);
  });

  test.each<[string, Record<string, AnyArray>, RegExp]>([
    [
      "more positions than frames",
      { scan: { dtype: "float32", shape: [1, 4, 2], data: new Float32Array(8) } },
      /scan: differs in length from the frames; expected 3, the frames of data, got 4/,
    ],
    [
      "positions with three columns",
      { scan: { dtype: "float32", shape: [1, 2, 3], data: new Float32Array(6) } },
      /scan: is not a list of positions/,
    ],
    [
      "a position that is no number",
      { scan: { dtype: "float32", shape: [1, 3, 2], data: Float32Array.of(0, 0, NaN, 0, 0, 0) } },
      /scan: holds numbers that are not finite/,
    ],
    [
      "positions a million pixels apart",
      { scan: { dtype: "float32", shape: [1, 3, 2], data: Float32Array.of(0, 0, 9e5, 9e5, 1, 1) } },
      /scan: spans too far for positions in object pixels/,
    ],
    [
      "a probe of zeros",
      { probe: { ...probe, data: new Float32Array(256) } as AnyArray },
      /probe: has no power/,
    ],
    [
      "a probe of another size",
      { probe: { dtype: "complex64", shape: [1, 1, 1, 1, 4, 4], data: new Float32Array(32).fill(1) } },
      /probe: does not fit the frames; expected \(8, 8\)/,
    ],
    [
      "negative counts",
      { data: { ...data, data: pattern.map((value) => -value) } as AnyArray },
      /data: holds negative counts/,
    ],
  ])("%s break the contract", async (_what, changes, message) => {
    await expect(reading(changes)).rejects.toThrow(message);
  });
});

// The measured Siemens star (tike's test data), read as a user gives it: compressed, in tike's layout.
// The numbers were taken from the file with numpy: np.load(...)["data"].sum(axis=(2, 3)).mean() = 461212.9…

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { inspectFile } from "../../src/data/inspect.ts";
import { openDataset } from "../../src/data/open.ts";
import { readDataset, type ReadResult } from "../../src/data/read.ts";

const file = resolve(import.meta.dirname, "../../../shared/data/siemens-star-small.npz.bz2");

describe("the measured Siemens star", () => {
  let result: ReadResult;
  beforeAll(async () => {
    result = await readDataset(file);
  });

  test("is recognised as tike's layout, counts with the zero frequency at [0, 0]", () => {
    expect(result.format).toMatchObject({
      name: "tike",
      domain: "counts",
      dc: "corner",
      positionOrder: "yx",
      overridden: [],
    });
    expect(result.warnings).toEqual([]);
  });

  test("has 516 frames of 128 × 128 with about 461 000 photons each", () => {
    expect([result.dataset.frames, result.dataset.size]).toEqual([516, 128]);
    expect(result.dataset.metadata["measuredMeanCounts"]).toBeCloseTo(461212.9, 0);
  });

  test("has amplitudes whose squares are whole counts", () => {
    // A float32 root of at most 963 has an error of 2e-6, its square one of 1e-4.
    const worst = result.dataset.diffraction.reduce(
      (most, value) => Math.max(most, Math.abs(value * value - Math.round(value * value))),
      0,
    );
    expect(worst).toBeLessThan(1e-3);
  });

  test("has the zero frequency in the centre: most photons lie within a quarter of the frame's width", () => {
    const { diffraction, size } = result.dataset;
    let inside = 0;
    let total = 0;
    diffraction.forEach((value, i) => {
      const [y, x] = [Math.floor(i / size) % size, i % size];
      total += value * value;
      if (Math.abs(y - 64) < 32 && Math.abs(x - 64) < 32) inside += value * value;
    });
    expect(inside / total).toBeGreaterThan(0.9);
  });

  test("has a probe of the dose's power and positions inside the object", () => {
    const { probe, positions, object } = result.dataset;
    const power = probe.data.reduce((sum, value) => sum + value * value, 0);
    // float32 probe: relative rounding of 6e-8 per value
    expect(power / 461212.9).toBeCloseTo(1, 5);
    for (const [values, extent] of [
      [positions.x, object.width],
      [positions.y, object.height],
    ] as const) {
      expect(values.every((value) => value >= 64 && value <= extent - 64)).toBe(true);
    }
  });

  test("streams out of bzip2 through a temporary file with the same frames and metadata", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "doselap-unwrap-"));
    const { dataset, access, close } = await openDataset(file, { scratch, choose: () => "stream" });
    expect(await readdir(scratch)).toEqual([]);
    // The archive that was inside: 516 frames of float32, and a little.
    expect(access.cost.spoolBytes).toBeGreaterThan(516 * 128 * 128 * 4);
    const { diffraction, ...others } = dataset;
    const { diffraction: expected, ...rest } = result.dataset;
    expect(others).toEqual(rest);
    if (typeof diffraction !== "function") throw new Error("the frames are in memory");
    const frame = new Float32Array(128 * 128);
    for (const j of [0, 515, 7, 8, 300]) {
      diffraction(j, frame);
      expect(frame).toEqual(expected.subarray(j * frame.length, (j + 1) * frame.length));
    }
    await close();
    await rm(scratch, { recursive: true });
  });

  test("has a step of 9 px, found by inspect, and breaks no rule", async () => {
    const inspection = await inspectFile(file);
    expect(inspection).toMatchObject({
      kind: "tike",
      frames: 516,
      size: 128,
      domain: "counts",
      violations: [],
      warnings: [],
    });
    // Fly positions jitter by a fraction of a pixel around 9.
    expect(inspection.medianStepPx).toBeCloseTo(9, 0);
    expect(inspection.maxPixelCount).toBeCloseTo(963, 2);
  });
});

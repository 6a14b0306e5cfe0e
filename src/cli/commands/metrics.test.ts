// `doselap metrics`: the library's numbers as one JSON document or a table, and what it refuses.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blobs, inGauge, withNoise } from "../../../test/support/metric-images.ts";
import { runCommand, type CommandResult } from "../../../test/support/run-command.ts";
import { npy } from "../../../test/support/stored-npz.ts";
import { compareImages } from "../../metrics/compare.ts";
import { amplitudeOf } from "../../metrics/parts.ts";
import { metricsCommand } from "./metrics.ts";

const truth = blobs(40, 48);
const noisy = withNoise(inGauge(truth, { phase: 1, scale: 2 }), 0.05);
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-metrics-"));
  writeFileSync(join(folder, "truth.npy"), npy("<c8", [40, 48], truth.data));
  writeFileSync(join(folder, "noisy.npy"), npy("<c8", [40, 48], noisy.data));
  writeFileSync(join(folder, "real.npy"), npy("<f8", [40, 48], amplitudeOf(truth).data));
  writeFileSync(join(folder, "small.npy"), npy("<c8", [20, 24], blobs(20, 24).data));
});
afterAll(() => rmSync(folder, { recursive: true }));

function metrics(...argv: string[]): Promise<CommandResult> {
  return runCommand({ metrics: metricsCommand }, ["metrics", ...argv], { cwd: folder });
}

describe("doselap metrics", () => {
  test("--json prints the report of the library as one document, FRC as frequency and value only", async () => {
    const { out, err, code } = await metrics("noisy.npy", "truth.npy", "--gauge", "none", "--json");
    const report = JSON.parse(out) as ReturnType<typeof compareImages>;
    const expected = compareImages(noisy, truth, { gauge: "none" });
    expect(report.amplitude.mae).toBe(expected.amplitude.mae);
    expect(report.phase?.frc50).toBe(expected.phase?.frc50);
    expect(report.amplitude.frc).toEqual({
      frequency: expected.amplitude.frc.frequency,
      value: expected.amplitude.frc.value,
    });
    expect(Object.keys(report.phase!)).toEqual(Object.keys(expected.phase!));
    expect(err).toContain("warning: amplitude: FRC on the central 40×40 px square");
    expect(code).toBe(0);
  });

  test("uses the standard gauge unless told otherwise", async () => {
    const { out } = await metrics("noisy.npy", "truth.npy", "--json");
    const { gauge, amplitude } = JSON.parse(out) as ReturnType<typeof compareImages>;
    expect(gauge).toMatchObject({ kind: "standard", shiftFlagged: false });
    expect(amplitude.mae).toBeLessThan(0.05);
  });

  test("a real array fills amplitude only", async () => {
    const { out } = await metrics("real.npy", "real.npy", "--gauge", "none", "--json");
    const report = JSON.parse(out) as object;
    expect(report).toMatchObject({ amplitude: { mae: 0, psnr: null, ssim: 1 } });
    expect(report).not.toHaveProperty("phase");
  });

  test("the table names unit and direction of each metric, and the gauge", async () => {
    const { out } = await metrics("noisy.npy", "truth.npy", "--ms-ssim-sigma", "1", "--max-shift", "1");
    expect(out).toMatch(/mean absolute error +↓ +[\d.]+ +1 +[\d.]+ +rad/);
    expect(out).toMatch(/structural similarity +↑ +0\.\d+/);
    expect(out).toMatch(/FRC falls below 0\.5 +↑ .*cycles\/px/);
    expect(out).toContain("1920 pixels compared");
    expect(out).toMatch(/gauge: shift \(.*\) px \(x, y\)/);
    expect(out).toMatch(/amplitude scale 2\.0/);
  });

  test("different shapes are an error that names both", async () => {
    const { out, err, code } = await metrics("small.npy", "truth.npy", "--json");
    expect(out).toBe("");
    expect(err).toMatch(/\(40, 48\).*\(20, 24\)/);
    expect(code).not.toBe(0);
  });

  test("a file that is not there is named", async () => {
    const { err, code } = await metrics("absent.npy", "truth.npy");
    expect(err).toContain("absent.npy");
    expect(code).not.toBe(0);
  });
});

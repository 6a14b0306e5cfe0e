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
import { referenceProfile } from "../../metrics/reference/profile.ts";
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
    expect(report).toMatchObject({
      profile: "standard",
      amplitude: { independentPixels: expect.any(Array) },
    });
    const names = [...Object.keys(expected.phase!), "independentPixels"];
    expect(Object.keys(report.phase!).toSorted()).toEqual(names.toSorted());
    expect(err).toContain("warning: amplitude: FRC on the central 40×40 px square");
    expect(code).toBe(0);
  });

  test("uses the standard gauge unless told otherwise", async () => {
    const { out } = await metrics("noisy.npy", "truth.npy", "--json");
    const { gauge, amplitude } = JSON.parse(out) as ReturnType<typeof compareImages>;
    expect(gauge).toMatchObject({ kind: "standard", shiftFlagged: false });
    expect(amplitude.mae).toBeLessThan(0.05);
  });

  test("--mask compares its pixels alone, within the guard band, as the library does", async () => {
    const inside = Uint8Array.from({ length: 40 * 48 }, (_, i) => (i % 48 > 7 && i > 48 * 5 ? 1 : 0));
    writeFileSync(join(folder, "mask.npy"), npy("|b1", [40, 48], inside));
    const { out } = await metrics("noisy.npy", "truth.npy", "--mask", "mask.npy", "--guard", "3", "--json");
    const mask = inside.map((on, i) => {
      const [x, y] = [i % 48, Math.floor(i / 48)];
      return on === 1 && Math.min(x, 47 - x, y, 39 - y) >= 3 ? 1 : 0;
    });
    const expected = compareImages(noisy, truth, { gauge: "standard", mask });
    expect(JSON.parse(out)).toMatchObject({ n: expected.n, amplitude: { mae: expected.amplitude.mae } });
    const other = await metrics("noisy.npy", "truth.npy", "--mask", "small.npy");
    expect(other.code).not.toBe(0);
    writeFileSync(join(folder, "none.npy"), npy("|b1", [40, 48], new Uint8Array(40 * 48)));
    const none = await metrics("noisy.npy", "truth.npy", "--mask", "none.npy");
    expect(none.err).toContain("the mask selects no pixel");
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

  test("--pixel-size and --comparison give the resolution by the right criterion, in nm", async () => {
    const { out } = await metrics("noisy.npy", "truth.npy", "--pixel-size", "5e-9", "--json");
    const { phase } = JSON.parse(out) as ReturnType<typeof compareImages>;
    expect(phase!.resolution).toMatchObject({
      comparison: "truth",
      criterion: "FRC 0.5",
      crossing: "crosses",
    });
    expect(phase!.resolution.fullPeriodNm).toBeCloseTo(5 / phase!.frc50!, 9);
    const text = (await metrics("noisy.npy", "truth.npy", "--pixel-size", "5e-9", "--comparison", "halves"))
      .out;
    expect(text).toContain("comparison: halves, two halves of the data against each other");
    expect(text).toMatch(/by FRC 1\/7 \(SSNR 1\/3\): amplitude [\d.]+ nm \([\d.]+ px\), phase [\d.]+ nm/);
  });

  test("a curve that never crosses says so, in words and as a state", async () => {
    const { out } = await metrics("truth.npy", "truth.npy", "--pixel-size", "5e-9");
    expect(out).toMatch(/FRC falls below 0\.5 +↑ +no crossing/);
    expect(out).toContain("amplitude no crossing: finer than the last ring");
    const { amplitude } = JSON.parse((await metrics("truth.npy", "truth.npy", "--json")).out) as {
      amplitude: object;
    };
    expect(amplitude).toMatchObject({ frc50: null, crossing: { frc50: "never", frcOneBit: "never" } });
  });

  test("the guard band, the ramp and the curvature are options", async () => {
    const of = async (...flags: string[]): Promise<ReturnType<typeof compareImages>> =>
      JSON.parse((await metrics("noisy.npy", "truth.npy", ...flags, "--json")).out) as never;
    expect((await of("--guard", "3")).n).toBe(34 * 42);
    expect(await of("--no-phase-ramp")).toMatchObject({ gauge: { rampXRadPerPx: 0, rampYRadPerPx: 0 } });
    expect(await of()).toMatchObject({ gauge: { curvatureRadPerPx2: 0 } });
    expect((await of("--phase-curvature")).gauge).not.toMatchObject({ curvatureRadPerPx2: 0 });
    expect(await of("--no-registration")).toMatchObject({ gauge: { shiftXPx: 0, shiftYPx: 0 } });
  });

  test("--profile reference prints the earlier study's numbers, and is not the default", async () => {
    const { out } = await metrics("noisy.npy", "truth.npy", "--profile", "reference", "--json");
    const report = JSON.parse(out) as ReturnType<typeof referenceProfile>;
    expect(report).toEqual(JSON.parse(JSON.stringify(referenceProfile(noisy, truth))));
    expect(report.profile).toBe("reference");
    // A peak of 255 for data of size 1.
    expect(report.amplitude.psnr!).toBeGreaterThan(60);
    const text = (await metrics("noisy.npy", "truth.npy", "--profile", "reference")).out;
    expect(text).toMatch(/PSNR over a peak of 255 +↑ +[\d.]+ +[\d.]+ +dB/);
    expect(text).toContain("without a bound");
    const none = await metrics(
      "noisy.npy",
      "truth.npy",
      "--profile",
      "reference",
      "--gauge",
      "none",
      "--json",
    );
    expect(JSON.parse(none.out)).toMatchObject({ registration: null });
    const refused = await metrics("noisy.npy", "truth.npy", "--profile", "reference", "--guard", "2");
    expect(refused.err).toMatch(/--guard.*no meaning in the profile reference/);
    const real = await metrics("real.npy", "real.npy", "--profile", "reference");
    expect(real.err).toContain("complex");
    expect(real.code).not.toBe(0);
  });
});

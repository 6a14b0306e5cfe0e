// The commands simulate and thin make valid, repeatable datasets of the dose and overlap asked for, and refuse bad input.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand, type CommandResult } from "../../../test/support/run-command.ts";
import { readDataset } from "../../data/read.ts";
import { isDoselapError } from "../../errors.ts";
import { scanRegion } from "../../optics/scan-region.ts";
import { simulateCommand } from "./simulate.ts";
import { thinCommand } from "./thin.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-simulate-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function doselap(...argv: string[]): Promise<CommandResult> {
  // 3 stands for a usage error of ours, as the real application tells tags apart.
  return runCommand({ simulate: simulateCommand, thin: thinCommand }, argv, {
    cwd: folder,
    exitCodeOf: (error) => (isDoselapError(error, "Usage") ? 3 : 1),
  });
}

const small = ["--size", "32", "--object-size", "80x96"];
const scan = ["simulate", "--object", "cells", ...small, "--dose", "1e4", "--overlap", "0.7"];

describe("doselap simulate", () => {
  test("writes a dataset of the dose and overlap asked for and prints one JSON document", async () => {
    const { out, err, code } = await doselap(...scan, "--out", "scan.npz", "--json");
    expect(code).toBe(0);
    expect(err).toBe("");
    const summary = JSON.parse(out) as { [key: string]: unknown };
    const { dataset } = await readDataset(join(folder, "scan.npz"));
    expect(summary).toMatchObject({
      frames: dataset.frames,
      size: 32,
      objectShape: [80, 96],
      dose: 1e4,
      seed: 42,
      out: "scan.npz",
      measuredMeanCounts: dataset.metadata["measuredMeanCounts"],
      measuredOverlap: dataset.metadata["measuredOverlap"],
      probeDiameterPx: dataset.metadata["probeDiameterPx"],
      probeDiameterDefinition: dataset.metadata["probeDiameterDefinition"],
    });
    expect(Math.abs(Number(summary["measuredOverlap"]) - 0.7)).toBeLessThan(0.01);
    // Five standard errors of the mean of Poisson counts.
    expect(Math.abs(Number(summary["measuredMeanCounts"]) - 1e4)).toBeLessThan(
      5 * Math.sqrt(1e4 / dataset.frames),
    );
    const { x0, x1, y0, y1 } = scanRegion(80, 96, 32);
    expect(dataset.positions.x.every((x) => x >= x0 && x <= x1)).toBe(true);
    expect(dataset.positions.y.every((y) => y >= y0 && y <= y1)).toBe(true);
  });

  test("gives the same bytes for the same arguments and others for another seed", async () => {
    await doselap(...scan, "--out", "a.npz", "--frames", "6");
    const first = readFileSync(join(folder, "a.npz"));
    await doselap(...scan, "--out", "a.npz", "--frames", "6");
    expect(readFileSync(join(folder, "a.npz")).equals(first)).toBe(true);
    await doselap(...scan, "--out", "a.npz", "--frames", "6", "--seed", "43");
    expect(readFileSync(join(folder, "a.npz")).equals(first)).toBe(false);
  });

  test("takes object, probe and positions from a file that it wrote itself", async () => {
    await doselap(...scan, "--out", "first.npz", "--frames", "6");
    const args = [
      "--object",
      "first.npz",
      "--probe",
      "first.npz",
      "--positions",
      "first.npz",
      "--dose",
      "50",
    ];
    const { code, err } = await doselap("simulate", ...args, "--out", "second.npz");
    expect(err).toBe("");
    expect(code).toBe(0);
    const [first, second] = [
      await readDataset(join(folder, "first.npz")),
      await readDataset(join(folder, "second.npz")),
    ];
    expect(second.dataset.object).toEqual(first.dataset.object);
    expect(second.dataset.positions).toEqual(first.dataset.positions);
    expect(second.dataset.metadata["nphotons"]).toBe(50);
  });

  test("says in words what was measured, and warns when a scan cannot keep to the overlap", async () => {
    const { out, err } = await doselap(...scan.with(-1, "0.3"), "--scan", "random", "--out", "random.npz");
    expect(out).toMatch(/random\.npz: \d+ frames of 32 × 32 px over an object of 80 × 96 px/);
    expect(out).toMatch(/overlap 0\.\d+ measured, step [\d.]+ px/);
    expect(err).toMatch(/warning: the measured overlap is 0\.\d+, not 0\.3/);
  });

  test("names the nearest phantom for a mistyped one", async () => {
    const { code, err } = await doselap(
      "simulate",
      "--object",
      "cels",
      "--dose",
      "1",
      "--overlap",
      "0",
      "--out",
      "x.npz",
    );
    expect(code).toBe(3);
    expect(err).toMatch(
      /one of siemens-star, cells, circuit, smooth-phase, got cels.*Did you mean "cells"\?/,
    );
  });

  test.each([
    [["--dose", "0"], /dose.*above 0/],
    [["--overlap", "1"], /overlap.*\[0, 1\)/],
    [["--overlap", "-0.1"], /overlap.*\[0, 1\)/],
    [["--object-size", "3x3"], /object-size|objectSize/],
    [["--seed", "1.5"], /seed.*whole number/],
    [["--background", "-1"], /background.*at least 0/],
    [["--jitter", "0.7"], /jitter.*\[0, 0\.5\]/],
  ])("refuses %j as a usage error", async (wrong, message) => {
    const given = new Map([
      ["--object", "cells"],
      ["--dose", "1"],
      ["--overlap", "0.5"],
      ["--out", "x.npz"],
      [wrong[0]!, wrong[1]!],
    ]);
    const { code, err } = await doselap("simulate", ...[...given].map(([flag, value]) => `${flag}=${value}`));
    expect(code).not.toBe(0);
    expect(err).toMatch(message);
  });

  test("refuses an object file that is not there, naming it", async () => {
    const { code, err } = await doselap(
      "simulate",
      "--object",
      "gone.npy",
      "--dose",
      "1",
      "--overlap",
      "0.5",
      "--out",
      "x.npz",
    );
    expect(code).toBe(1);
    expect(err).toContain("gone.npy");
  });

  test("refuses --positions beside --overlap", async () => {
    const { code, err } = await doselap(...scan, "--out", "x.npz", "--positions", "p.npz");
    expect(code).toBe(3);
    expect(err).toMatch(/either --overlap or --positions.*both/);
  });

  test("refuses to write anything but .npz", async () => {
    const { code, err } = await doselap(...scan, "--out", "scan.h5");
    // Stricli's own code for arguments that cannot be read; the application makes it 2.
    expect(code).toBe(-4);
    expect(err).toMatch(/ending in \.npz/);
  });
});

describe("doselap thin", () => {
  test("lowers dose and overlap, keeps coordinates and says what is left", async () => {
    await doselap(...scan, "--out", "full.npz");
    const args = ["thin", "full.npz", "--fraction", "0.1", "--keep-overlap", "0.4", "--out", "low.npz"];
    const { out, err, code } = await doselap(...args, "--json");
    expect(err).toBe("");
    expect(code).toBe(0);
    const summary = JSON.parse(out) as { [key: string]: unknown };
    const [full, low] = [
      await readDataset(join(folder, "full.npz")),
      await readDataset(join(folder, "low.npz")),
    ];
    expect(summary).toMatchObject({
      frames: low.dataset.frames,
      framesBefore: full.dataset.frames,
      fraction: 0.1,
    });
    expect(Math.abs(Number(summary["measuredOverlap"]) - 0.4)).toBeLessThan(0.05);
    expect(Number(summary["measuredMeanCounts"]) / 1000).toBeCloseTo(1, 0);
    const known = new Set(
      Array.from(full.dataset.positions.x, (x, i) => `${x} ${full.dataset.positions.y[i]}`),
    );
    low.dataset.positions.x.forEach((x, i) =>
      expect(known.has(`${x} ${low.dataset.positions.y[i]}`)).toBe(true),
    );
    expect(low.dataset.metadata.provenance?.map(({ operation }) => operation)).toEqual(["simulate", "thin"]);
    const first = readFileSync(join(folder, "low.npz"));
    await doselap(...args);
    expect(readFileSync(join(folder, "low.npz")).equals(first)).toBe(true);
  });

  test("refuses more overlap than there is and says how much there is", async () => {
    await doselap(...scan, "--out", "full.npz");
    const { code, err } = await doselap("thin", "full.npz", "--keep-overlap", "0.9", "--out", "x.npz");
    expect(code).toBe(1);
    expect(err).toMatch(/what is there, 0\.7/);
  });

  test("refuses to do nothing", async () => {
    const { code, err } = await doselap("thin", "full.npz", "--out", "x.npz");
    expect(code).toBe(3);
    expect(err).toMatch(/--fraction, --keep-overlap or both/);
  });
});

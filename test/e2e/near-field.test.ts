// A near-field scan that simulate writes is recovered by reconstruct from its metadata alone, with the propagator that made it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandsIn, type JsonObject } from "../support/cli-checks.ts";

let folder: string;
const { ok, json, fails } = commandsIn(() => folder);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-near-field-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const scan = "simulate --object cells --object-size 72x72 --size 32 --dose 1e7 --overlap 0.7".split(" ");
const geometry = "--near-field 1e-5 --wavelength 5e-7 --pixel-size 5e-7".split(" ");
const engine = "--engine ml --epochs 30 --set prior=none --fix-probe".split(" ");

function lastDeviance({ deviancePerPixel }: JsonObject): number {
  return (deviancePerPixel as number[]).at(-1)!;
}

test.each(["angular-spectrum", "fresnel"])("%s", async (propagator) => {
  const file = `${propagator}.npz`;
  await ok(...scan, ...geometry, "--propagator", propagator, "--out", file);
  const other = propagator === "fresnel" ? "angular-spectrum" : "fresnel";
  const [right, wrong] = await Promise.all([
    json("reconstruct", file, ...engine, "--out", `right-${file}`),
    json("reconstruct", file, ...engine, ...geometry, "--propagator", other, "--out", `wrong-${file}`),
  ]);
  // Counts that are explained leave a deviance of 1 per pixel, less what the fit has used up; the other propagator is off
  // by radians at the edge of the band.
  expect(lastDeviance(right)).toBeLessThan(1.5);
  expect(lastDeviance(wrong)).toBeGreaterThan(3);
});

test("half a geometry, and a propagator without one, are refused", async () => {
  const message =
    /near field needs its whole geometry.*--near-field, --wavelength and --pixel-size together/u;
  expect(await fails(2, ...scan, "--near-field", "1e-5", "--out", "half.npz")).toMatch(message);
  expect(await fails(2, ...scan, "--propagator", "fresnel", "--out", "half.npz")).toMatch(message);
});

// Intensities that a reconstruction fitted to the frames of a flickering beam are in its file and in its answer, and convert knows them.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDataset } from "../../src/data/read.ts";
import { writeDataset } from "../../src/data/write.ts";
import { openNpz } from "../../src/io/npz.ts";
import { commandsIn } from "../support/cli-checks.ts";

let folder: string;
const { ok, json } = commandsIn(() => folder);
const place = (name: string): string => join(folder, name);
/** What the beam did, mean 1. */
let factors: Float64Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-intensities-"));
  const made = ["--size", "32", "--object-size", "96x96", "--dose", "1e6", "--overlap", "0.7"];
  await ok("simulate", "--object", "cells", ...made, "--out", "steady.npz");
  const { dataset } = await readDataset(place("steady.npz"));
  const { frames, size } = dataset;
  const raw = Float64Array.from({ length: frames }, (_, j) => 1 + 0.3 * Math.sin(2.1 * j + 0.4));
  const mean = raw.reduce((sum, value) => sum + value / frames, 0);
  factors = raw.map((value) => value / mean);
  const diffraction = dataset.diffraction.map((amplitude, i) =>
    Math.sqrt(Math.round(amplitude ** 2 * factors[Math.floor(i / size ** 2)]!)),
  );
  await writeDataset(place("scan.npz"), { ...dataset, diffraction });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function arraysOf(name: string): Promise<{ names: readonly string[]; scales: Float32Array }> {
  const npz = await openNpz(place(name));
  try {
    const array = npz.names.includes("scales") ? await npz.read("scales") : undefined;
    if (array !== undefined) expect(array).toMatchObject({ dtype: "float32", shape: [factors.length] });
    return { names: npz.names, scales: Float32Array.from((array?.data as Float32Array) ?? []) };
  } finally {
    await npz.close();
  }
}

const work = "reconstruct scan.npz --engine rpie --epochs 40 --fix-probe --set probeStartEpoch=0".split(" ");

test("the factors of the frames are those of the beam", async () => {
  const answer = await json(...work, "--set", "floatIntensities=true", "--out", "fitted.npz");
  const { scales } = await arraysOf("fitted.npz");
  // Object and intensities share their slowest waves: a few per cent are left of a flicker of 30 %.
  const rms = Math.sqrt(scales.reduce((sum, s, j) => sum + (s - factors[j]!) ** 2 / scales.length, 0));
  expect(rms).toBeLessThan(0.05);
  expect(answer["scales"]).toEqual({ min: Math.min(...scales), max: Math.max(...scales) });
  const { stdout } = await ok(...work, "--set", "floatIntensities=true", "--out", "fitted.npz");
  expect(stdout).toMatch(/^ {2}intensities of the frames from 0\.[67]\d+ to 1\.[23]\d+ \(scales\)$/mu);
});

test("a chain keeps what its first engine fitted", async () => {
  const chain = "reconstruct scan.npz --engine rpie:20+dm:4 --set rpie.floatIntensities=true".split(" ");
  await ok(...chain, "--out", "chain.npz");
  const { scales } = await arraysOf("chain.npz");
  expect(Math.max(...scales)).toBeGreaterThan(1.15);
});

test("where none are fitted, none are written", async () => {
  const plain = "reconstruct scan.npz --engine rpie --epochs 2 --out plain.npz".split(" ");
  expect((await json(...plain))["scales"]).toBeNull();
  expect((await arraysOf("plain.npz")).names).not.toContain("scales");
});

test("convert keeps them in an NPZ, and says where they are lost", async () => {
  await ok("convert", "fitted.npz", "copy.npz");
  expect((await arraysOf("copy.npz")).scales).toEqual((await arraysOf("fitted.npz")).scales);
  const { stderr } = await ok("convert", "fitted.npz", "object.tif");
  expect(stderr).toMatch(/has no place for it: .*frame intensities/u);
});

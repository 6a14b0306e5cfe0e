// A near-field scan of PETRA III in CXI, from the file to the star: inspect, prepare with the orientation found, reconstruct.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readArrayArgument, toComplexImage } from "../../src/data/array-argument.ts";
import type { ComplexImage } from "../../src/array/ndarray.ts";
import { commandsIn, type JsonObject } from "../support/cli-checks.ts";

const scan = resolve(import.meta.dirname, "../../../shared/data/PETRAIII_P25_Near_Field_Ptycho.cxi");
const { ok, json } = commandsIn(() => folder);

let folder: string;
let prepared: JsonObject;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-petra-"));
  const near = ["--near-field", "--focus-to-sample", "3.65e-3", "--orientation", "find"];
  prepared = await json("prepare", scan, ...near, "--preview", "p.html", "--out", "p.npz");
}, 300_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("the positions lie as the file says, without doubt", () => {
  expect(prepared["orientation"]).toMatchObject({ best: 0, ambiguous: false });
  expect((prepared["orientation"] as { margin: number }).margin).toBeGreaterThan(0.5);
});

test("pixel and distance are those of the magnified beam", () => {
  // 55 µm and z = 1.12 m of the file, z₁ = 3.65 mm: M = 307.85.
  expect(prepared["pixelSizeM"]).toBeCloseTo(55e-6 / 307.85, 10);
  expect(prepared["nearFieldM"]).toBeCloseTo(1.12 / 307.85, 4);
});

test("the star is there: on rings about its centre most of the phase turns as often as it has spokes", async () => {
  await ok("reconstruct", "p.npz", "--engine", "lsqml:40+ml:20", "--out", "object.npz");
  const object = toComplexImage(
    await readArrayArgument(`${join(folder, "object.npz")}:objectGuess`, {}),
    "object",
  );
  const share = spokesShare(object);
  // A flat or random object has 1/77 in each harmonic.
  expect(share).toBeGreaterThan(0.5);
}, 300_000);

const spokes = 28;

/** Power of the spokes' harmonic in the phase on rings, of all harmonics from 3 to 79; the best centre near the middle. */
function spokesShare(object: ComplexImage): number {
  const middle = { x: Math.round(object.width / 2), y: Math.round(object.height / 2) };
  const mean = meanPhase(object);
  let best = 0;
  for (let cy = middle.y - 6; cy <= middle.y + 6; cy++) {
    for (let cx = middle.x - 6; cx <= middle.x + 6; cx++) {
      let share = 0;
      for (const radius of [40, 46, 52, 58, 64]) share += ringShare(object, { cx, cy, radius, mean }) / 5;
      best = Math.max(best, share);
    }
  }
  return best;
}

function meanPhase({ data }: ComplexImage): number {
  let [re, im] = [0, 0];
  for (let i = 0; i < data.length; i += 2) {
    re += data[i]!;
    im += data[i + 1]!;
  }
  return Math.atan2(im, re);
}

function ringShare(
  { width, data }: ComplexImage,
  { cx, cy, radius, mean }: { cx: number; cy: number; radius: number; mean: number },
): number {
  const phases = Array.from({ length: 256 }, (_, k) => {
    const angle = (2 * Math.PI * k) / 256;
    const i =
      2 * (Math.round(cy + radius * Math.sin(angle)) * width + Math.round(cx + radius * Math.cos(angle)));
    const phase = Math.atan2(data[i + 1]!, data[i]!) - mean;
    return Math.atan2(Math.sin(phase), Math.cos(phase));
  });
  const power = (harmonic: number): number => {
    let [re, im] = [0, 0];
    phases.forEach((phase, k) => {
      re += phase * Math.cos((2 * Math.PI * harmonic * k) / 256);
      im += phase * Math.sin((2 * Math.PI * harmonic * k) / 256);
    });
    return re * re + im * im;
  };
  let all = 0;
  for (let harmonic = 3; harmonic < 80; harmonic++) all += power(harmonic);
  return power(spokes) / all;
}

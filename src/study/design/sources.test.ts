// Objects and probes from files and from numbers.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ndarray } from "../../array/ndarray.ts";
import { writeNpz } from "../../io/npz.ts";
import { planStudy } from "../plan.ts";
import { loadDesign } from "./load.ts";
import type { SimulatedDesign } from "./schema.ts";
import { loadObject, loadProbe } from "./sources.ts";

let cwd = "";
/** A Gaussian of intensity σ = 8 px, N = 64: its second-moment diameter is 4σ = 32 px. */
const probe = Float32Array.from({ length: 2 * 64 * 64 }, (_, i) => {
  const x = ((i >> 1) % 64) - 32;
  const y = Math.floor((i >> 1) / 64) - 32;
  return i % 2 === 0 ? Math.exp(-(x * x + y * y) / 256) : 0;
});
const object = Float32Array.from({ length: 2 * 300 * 200 }, (_, i) => (i % 2 === 0 ? 1 : i / 200_000));

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "doselap-sources-"));
  await writeNpz(join(cwd, "sample.npz"), {
    objectGuess: ndarray("complex64", [300, 200], object),
    probeGuess: ndarray("complex64", [64, 64], probe),
  });
});
afterAll(() => rm(cwd, { recursive: true }));

async function fromFiles(changes: { readonly [key: string]: unknown } = {}): Promise<SimulatedDesign> {
  const path = join(cwd, "sample.npz");
  const overrides = { object: { kind: "file", path }, probe: { kind: "file", path }, ...changes };
  const design = await loadDesign("quick", { cwd, overrides });
  if (design.kind !== "simulated") throw new Error("not simulated");
  return design;
}

test("object and probe are read from one file by their names", async () => {
  const design = await fromFiles();
  expect(await loadObject(design)).toEqual({ height: 300, width: 200, data: object });
  expect(await loadProbe(design)).toEqual({ modes: 1, size: 64, data: probe });
});

test("the plan takes frame and diameter from the files", async () => {
  const plan = await planStudy(await fromFiles());
  expect(plan).toMatchObject({ objectHeightPx: 300, objectWidthPx: 200 });
  expect(plan.probeDiameterPx).toBeCloseTo(32, 1);
});

test("a probe of another size than the frames is refused", async () => {
  await expect(loadProbe(await fromFiles({ sizePx: 128 }))).rejects.toThrow(/sizePx.*expected 64.*got 128/u);
});

test.each([
  ["objectGuess", "object", NaN, /broken\.npz : object: .*not finite.*first NaN at \(0, 0\)/u],
  ["objectGuess", "object", 0, /broken\.npz : object: lets no light pass.*got zeros alone/u],
  ["probeGuess", "probe", Infinity, /broken\.npz : probe: .*not finite.*first Infinity at \(0, 0, 0\)/u],
  ["probeGuess", "probe", 0, /broken\.npz : probe: lets no light pass.*got zeros alone/u],
])("%s of a study's %s that is %d is refused when it is planned", async (name, key, value, message) => {
  const [height, width] = key === "object" ? [300, 200] : [64, 64];
  const path = join(cwd, "broken.npz");
  const data = new Float32Array(2 * height! * width!).fill(value);
  await writeNpz(path, { [name]: ndarray("complex64", [height!, width!], data) });
  const design = await fromFiles({ [key]: { kind: "file", path } });
  await expect(planStudy(design)).rejects.toThrow(message);
});

test("an object without room for the guard band cannot be planned", async () => {
  const design = await fromFiles({ split: { guardPx: 250 } });
  await expect(planStudy(design)).rejects.toMatchObject({
    _tag: "Design",
    message: expect.stringMatching(/too small.*at least 315 px along y, got 300 px/u),
  });
});

test("a phantom is built from its numbers", async () => {
  const design = await loadDesign("quick", { cwd });
  if (design.kind !== "simulated") throw new Error("not simulated");
  expect(await loadObject(design)).toMatchObject({ height: 320, width: 192 });
  expect(await loadProbe(design)).toMatchObject({ modes: 1, size: 64 });
});

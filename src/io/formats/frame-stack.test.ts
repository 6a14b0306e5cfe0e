// Stacks of frames: what is no stack, and what is left out of one, is said.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeNpy } from "../npy.ts";
import { encodeTiff } from "../tiff/write.ts";
import { openMeasured, openScanFile } from "./open.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-stack-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("pages of another size, and files that are no pages, are warned of", async () => {
  for (const [name, width] of [
    ["1.tif", 6],
    ["2.tif", 5],
    ["3.tif", 6],
  ] as const) {
    const pages = [new Uint16Array(4 * width)];
    await writeFile(join(folder, name), encodeTiff({ width, height: 4, pages, description: "" }));
  }
  await writeFile(join(folder, "notes.txt"), "beam was low");
  const { scan, close } = await openScanFile(folder);
  expect([scan.frames!.count, scan.frames!.height, scan.frames!.width]).toEqual([2, 4, 6]);
  expect(scan.warnings).toEqual(["notes.txt: is no TIFF file", "not read: /pages_2, uint16 (1, 4, 5)"]);
  await close();
});

test.each([
  ["two axes", [16, 16]],
  ["lines, not frames", [16, 16, 2]],
  ["no frames", [0, 16, 16]],
] as const)("an array of %s is no stack", async (_what, shape) => {
  const data = new Float64Array(shape.reduce<number>((product, length) => product * length, 1));
  const file = join(folder, "array.npy");
  await writeFile(file, encodeNpy({ dtype: "float64", shape, data }));
  const { scan, close } = await openMeasured(file);
  expect(scan).toBeUndefined();
  await close();
  await expect(openScanFile(file)).rejects.toThrow(/has no diffraction.*\/array float64 \(/u);
});

// Positions from files that numpy wrote (fixtures/make_container_goldens.py): by name, by order, in the unit that is stated.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeNpy } from "../npy.ts";
import { withPositionsFile } from "./position-file.ts";
import type { RawOptions, RawScan } from "./raw-scan.ts";

const goldens = new URL("../../../fixtures/containers/", import.meta.url).pathname;
const scan: RawScan = {
  file: "a.npy",
  format: "none",
  geometry: {},
  told: [],
  conversions: [],
  warnings: [],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-positions-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function reading(name: string, options: RawOptions = {}): Promise<RawScan> {
  return withPositionsFile(scan, { ...options, positionsFile: join(goldens, name) });
}

async function readingText(text: string, options: RawOptions = {}): Promise<RawScan> {
  const file = join(folder, "positions.txt");
  await writeFile(file, text);
  return withPositionsFile(scan, { ...options, positionsFile: file });
}

test.each<[string, RawOptions, RegExp]>([
  ["positions.csv", {}, /by their names/u],
  ["positions.txt", { positionUnit: "um" }, /by their names/u],
  ["plain.txt", { positionUnit: "um" }, /by their order: x, y/u],
  ["swapped.tsv", { positionUnit: "um" }, /by their names/u],
  ["positions.npy", { positionUnit: "um" }, /by their order: x, y/u],
])("%s holds x = 1, 2, 3 … µm and y = 10, 8, 6 … µm", async (name, options, told) => {
  const { positions, conversions, told: found } = await reading(name, options);
  expect(positions!.unit).toBe("m");
  expect([...positions!.x].map((value) => value * 1e6)).toEqual(
    [1, 2, 3, 4, 5, 6].map((v) => expect.closeTo(v, 9)),
  );
  expect([...positions!.y].map((value) => value * 1e6)).toEqual(
    [10, 8, 6, 4, 2, 0].map((v) => expect.closeTo(v, 9)),
  );
  expect(conversions).toEqual(["positions: 1 um = 0.000001 m"]);
  expect(found.join("\n")).toMatch(told);
});

test("an order that is stated swaps columns without names; named ones stay", async () => {
  const plain = await reading("plain.txt", { positionUnit: "px", positionOrder: "yx" });
  expect([plain.positions!.x[0], plain.positions!.y[0], plain.positions!.unit]).toEqual([10, 1, "px"]);
  const named = await reading("positions.txt", { positionUnit: "px", positionOrder: "yx" });
  expect(named.positions!.x[0]).toBe(1);
});

test.each([
  ["x (um),y (um)", 1e-6],
  ["y [mm],x [mm]", 1e-3],
  ["sx_nm,sy_nm", 1e-9],
  ["pos_x/m,pos_y/m", 1],
  ["samx_mm,samy_mm", 1e-3],
])("the unit of %s is taken from the names", async (names, factor) => {
  const { positions } = await readingText(`${names}\n1,2\n3,4\n`);
  const first = names.startsWith("y") ? positions!.y : positions!.x;
  expect(first[0]).toBeCloseTo(factor, 15);
});

test.each([
  ["x_um,y_mm", 1e-6, 2e-3],
  ["a (um),b (mm)", 1e-6, 2e-3],
  ["vertical_um,horizontal_mm", 2e-3, 1e-6],
  ["row [um],col [mm]", 2e-3, 1e-6],
])("each column of %s is in its own unit", async (names, x, y) => {
  const { positions, conversions } = await readingText(`${names}\n1,2\n`);
  expect([positions!.x[0], positions!.y[0]]).toEqual([expect.closeTo(x, 12), expect.closeTo(y, 12)]);
  expect(conversions).toHaveLength(2);
});

test("the only unit that is stated is that of both columns, which is told", async () => {
  for (const names of ["x_um,y", "x,y_um", "a,b (um)"]) {
    const { positions, told } = await readingText(`${names}\n1,2\n`);
    expect([positions!.x[0], positions!.y[0]]).toEqual([expect.closeTo(1e-6, 12), expect.closeTo(2e-6, 12)]);
    expect(told.join("\n")).toMatch(/[xy] states no unit: um, as [xy] does/u);
  }
});

test("a table in UTF-16 is read", async () => {
  const file = join(folder, "utf16.csv");
  await writeFile(file, Buffer.from("\uFEFFx_um,y_um\n1,2\n", "utf16le"));
  expect((await withPositionsFile(scan, { positionsFile: file })).positions!.y[0]).toBeCloseTo(2e-6, 12);
});

test("an array with one row an axis is a list too", async () => {
  const file = join(folder, "turned.npy");
  const values = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  await writeFile(file, encodeNpy({ dtype: "float64", shape: [2, 4], data: values }));
  const { positions } = await withPositionsFile(scan, { positionsFile: file, positionUnit: "m" });
  expect([[...positions!.x], [...positions!.y]]).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
});

test("positions that the scan has are replaced, and that is told", async () => {
  const has = { ...scan, positions: { x: Float64Array.of(0), y: Float64Array.of(0), unit: "m" as const } };
  const { told, positions } = await withPositionsFile(has, { positionsFile: join(goldens, "positions.csv") });
  expect(positions!.x).toHaveLength(6);
  expect(told.join("\n")).toContain("not those of the scan's file");
});

test.each<[string, string, RawOptions, RegExp]>([
  ["no unit", "x,y\n1,2\n", {}, /without a unit.*--position-unit m, mm, um/u],
  ["three columns without names", "1,2,3\n", { positionUnit: "m" }, /3 columns without names.*Name them/u],
  ["two columns that may be x", "x_set,x_read,y\n1,2,3\n", { positionUnit: "m" }, /x_set, x_read, y/u],
  ["pixels and a length", "x_px,y_mm\n1,2\n", {}, /pixels along one axis alone.*x in px, y in mm/u],
  ["no table", "<html></html>", { positionUnit: "m" }, /is no table of numbers/u],
])("%s is refused with the way out", async (_what, text, options, message) => {
  await expect(readingText(text, options)).rejects.toThrow(message);
});

test("an array that is no list, or holds no number, is refused", async () => {
  const file = join(folder, "a.npy");
  const options = { positionsFile: file, positionUnit: "m" } as const;
  await writeFile(file, encodeNpy({ dtype: "float64", shape: [4], data: new Float64Array(4) }));
  await expect(withPositionsFile(scan, options)).rejects.toThrow(/\(frames, 2\).*float64 \(4,\)/u);
  await writeFile(file, encodeNpy({ dtype: "float64", shape: [2, 2], data: Float64Array.of(0, 1, NaN, 1) }));
  await expect(withPositionsFile(scan, options)).rejects.toThrow(/no number.*\(NaN, 1\) for frame 1/u);
  await expect(withPositionsFile(scan, { positionsFile: join(folder, "none.csv") })).rejects.toThrow(
    /none\.csv.*no such file/u,
  );
});

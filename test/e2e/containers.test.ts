// One scan in every container that is read (fixtures/make_container_goldens.py), through the real command: each is prepared to the
// same dataset as the HDF5 file of it, each is converted, and what is missing or wrong is told with the way out.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDataset } from "../../src/data/read.ts";
import { cli } from "../support/cli.ts";
import { commandsIn } from "../support/cli-checks.ts";
import { cliInside } from "../support/cli-inside.ts";
import { uniform } from "../support/raw-scan.ts";

const fixtures = new URL("../../fixtures/", import.meta.url).pathname;
const golden = (name: string): string => join(fixtures, "containers", name);
const geometry = ["--energy", "8000", "--distance", "2", "--detector-pixel", "75e-6"];
const flags = [...geometry, "--size", "8", "--keep-bad-pixels", "--domain", "counts"];
type Dataset = Awaited<ReturnType<typeof readDataset>>["dataset"];
let folder: string;
let wanted: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-containers-"));
  wanted = await prepared(join(fixtures, "measured/nexus.nxs"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
const { ok, json, fails } = commandsIn(() => folder, cliInside);

const csv = ["--positions", golden("positions.csv")];
const um = ["--position-unit", "um"];
const inputs: readonly (readonly [file: string, ...flags: string[]])[] = [
  ["frames.npy", ...csv],
  ["fortran.npy", "--positions", golden("positions.npy"), ...um],
  ["raster.npy", "--positions", golden("swapped.tsv"), ...um],
  ["tiff/plain.tif", "--positions", golden("plain.txt"), ...um],
  ["tiff/bigtiff-big-endian.tif", ...csv],
  ["tiff/tiff_lzw.tif", "--positions", golden("positions.txt"), ...um],
  ["tiff-folder", ...csv],
  ["shelves-plain.mat", "--position-unit", "m"],
  ["shelves-deflated.mat", "--position-unit", "m"],
  ["raster.mat", ...csv],
  ["two.zarr", "--map", "diffraction=/blosc-lz4,x=/motors/sx,y=/motors/sy"],
  ["two.zip", "--map", "diffraction=/eiger,x=/sx,y=/sy", "--position-unit", "m"],
  ["three.zarr", "--map", "diffraction=/sharded-end,x=/sx,y=/sy"],
  ["slac-metres.npz", "--position-unit", "m"],
];

async function prepared(
  file: string,
  ...more: string[]
): Promise<Awaited<ReturnType<typeof readDataset>>["dataset"]> {
  await ok("prepare", file, ...more, ...flags, "--out", "scan.npz");
  return (await readDataset(join(folder, "scan.npz"), {})).dataset;
}

test.each(inputs)("%s is prepared as the HDF5 file of the same scan is", async (file, ...more) => {
  const { diffraction, positions, frames, size } = await prepared(golden(file), ...more);
  expect([frames, size]).toEqual([6, 8]);
  expect(diffraction).toEqual(wanted.diffraction);
  for (const axis of ["x", "y"] as const)
    positions[axis].forEach((value, i) => expect(value).toBeCloseTo(wanted.positions[axis][i]!, 9));
});

test.each(inputs)(
  "%s is converted to CXI, with its frames, positions and geometry",
  async (file, ...more) => {
    await ok("convert", golden(file), "scan.cxi", ...more, ...geometry, "--domain", "counts");
    const { measured } = await json("inspect", "scan.cxi");
    expect(measured).toMatchObject({
      format: "CXI",
      frames: [6, 8, 10],
      positions: { count: 6, unit: "m" },
      distanceM: 2,
      wavelengthM: expect.closeTo(1.5498e-10, 14),
    });
  },
);

test("in a process of its own the command prepares, converts, tells and refuses the same", async () => {
  const file = golden("frames.npy");
  for (const args of [
    ["prepare", file, ...csv, ...flags, "--out", "own.npz"],
    ["convert", file, "own.cxi", ...csv, ...geometry, "--domain", "counts"],
    ["inspect", "own.cxi", "--json"],
    ["inspect", golden("raster.mat")],
    ["prepare", file, ...flags, "--out", "none.npz"],
  ]) {
    const inside = await cliInside(args, { cwd: folder });
    const made = await readMade(args);
    expect(await cli(args, { cwd: folder })).toEqual(inside);
    expect(await readMade(args)).toEqual(made);
  }
});

/** The bytes of the file that a command made in the folder. */
function readMade(args: readonly string[]): Promise<Buffer | undefined> {
  const name = args.find((arg) => arg.startsWith("own."));
  return name === undefined ? Promise.resolve(undefined) : readFile(join(folder, name));
}

test("a reconstruction in MATLAB 5 is converted", async () => {
  await ok("convert", golden("result.mat"), "result.h5", "--distance", "2");
  expect(await json("inspect", "result.h5")).toMatchObject({ probeModes: 2, objectShape: [20, 24] });
});

test.each([
  ["frames.npy", "npy", /NUMPY/u],
  ["tiff/plain.tif", "TIFF stack", /signature of TIFF/u],
  ["tiff-folder", "TIFF stack", /folder with TIFF files/u],
  ["raster.mat", "4D array", /header of MATLAB 5/u],
  ["slac-pixels.npz", "SLAC NPZ", /NPZ of SLAC/u],
])("inspect says what %s is and why, and asks for what is missing", async (file, layout, why) => {
  const { stdout } = await ok("inspect", golden(file));
  expect(stdout).toMatch(why);
  expect(stdout.toLowerCase()).toContain(layout.toLowerCase());
  if (!file.startsWith("slac"))
    expect(stdout).toMatch(
      /asked for +--positions FILE.*--energy or --wavelength, --distance, --detector-pixel/u,
    );
});

describe("what is missing or wrong is said with the way out", () => {
  test("random bytes, whatever their name: all that was tried is named", async () => {
    const next = uniform(7);
    await writeFile(
      join(folder, "random.h5"),
      Uint8Array.from({ length: 5000 }, () => Math.floor(256 * next())),
    );
    const tried = /random\.h5.*expected HDF5, NPY, Zarr, NPZ, TIFF, MATLAB 5, got the bytes/u;
    expect(await fails(1, "prepare", "random.h5", "--out", "x.npz")).toMatch(tried);
    expect(await fails(1, "convert", "random.h5", "x.cxi")).toMatch(tried);
  });

  test("no positions, no unit, one position too few", async () => {
    const file = golden("frames.npy");
    expect(await fails(1, "prepare", file, ...flags, "--out", "x.npz")).toMatch(
      /no positions.*--positions FILE/u,
    );
    const short = ["--positions", golden("short.npy")];
    expect(await fails(1, "prepare", file, ...short, ...flags, "--out", "x.npz")).toMatch(/--position-unit/u);
    const stderr = await fails(1, "prepare", file, ...short, ...um, ...flags, "--out", "x.npz");
    expect(stderr).toMatch(/expected 5 frames.*got 6 frames.*--frames 0:5/u);
    expect((await prepared(file, ...short, ...um, "--frames", "0:5")).frames).toBe(5);
  });

  test("a file of positions that is not there, and two orders", async () => {
    const file = golden("frames.npy");
    expect(await fails(1, "prepare", file, "--positions", "xz", "--out", "x.npz")).toMatch(
      /xz.*xy, yx or the file/u,
    );
    const twice = ["--positions", "xy", "--positions", "yx"];
    expect(await fails(2, "prepare", file, ...twice, "--out", "x.npz")).toMatch(/stated twice/u);
  });

  test("arrays of no known layout: the likeliest are named as a map that works", async () => {
    const stderr = await fails(1, "prepare", golden("two.zip"), ...flags, "--out", "x.npz");
    expect(stderr).toMatch(/\/eiger uint16 \(6, 8, 10\)/u);
    const [, map] = /likeliest --map (\S+?)\.$/mu.exec(stderr) ?? [];
    expect(map).toBe("diffraction=/eiger,x=/sx,y=/sy");
    expect((await prepared(golden("two.zip"), "--map", map!, "--position-unit", "m")).frames).toBe(6);
  });

  test("a command that reads datasets names the one that makes them", async () => {
    for (const file of ["frames.npy", "tiff/plain.tif"])
      expect(await fails(1, "reconstruct", golden(file), "--engine", "rpie:1", "--out", "x.npz")).toMatch(
        /doselap prepare/u,
      );
  });
});

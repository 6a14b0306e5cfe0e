// Every layout of measured files that is read, held against one scan that h5py, numpy, tifffile, scipy and zarr wrote in each of
// them (fixtures/make_measured_goldens.py, make_container_goldens.py): what a reader returns must not depend on who wrote the file.

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { containerOf, containers } from "../../src/io/formats/containers.ts";
import { openMeasured, openScanFile, type OpenMeasuredOptions } from "../../src/io/formats/open.ts";
import type { RawScan } from "../../src/io/scan/raw-scan.ts";
import { measuredFormats } from "../../src/io/formats/registry.ts";

const goldens = new URL("../../fixtures/measured/", import.meta.url).pathname;
const positions = { positionsFile: join(goldens, "../containers/positions.csv") };
type Part = "frames" | "positions" | "geometry" | "pixel" | "mask" | "probe" | "object";

interface Row {
  readonly file: string;
  readonly format: string;
  readonly has: readonly Part[];
  readonly options?: OpenMeasuredOptions;
}

const rows: readonly Row[] = [
  { file: "scan.cxi", format: "CXI", has: ["frames", "positions", "geometry", "mask"] },
  { file: "nxcxi.h5", format: "CXI", has: ["frames", "positions", "geometry", "mask"] },
  { file: "awkward.cxi", format: "CXI", has: ["frames", "positions", "geometry", "object"] },
  { file: "illumination.cxi", format: "CXI", has: ["frames", "positions", "mask", "probe", "object"] },
  { file: "product.cxi", format: "CXI", has: ["positions", "probe", "object"] },
  { file: "data.ptyd", format: "PtyPy", has: ["frames", "positions", "geometry", "mask"] },
  { file: "weights.ptyd", format: "PtyPy", has: ["frames", "positions", "geometry", "mask"] },
  { file: "placed.ptyr", format: "PtyPy", has: ["positions", "pixel", "probe", "object"] },
  { file: "result.ptyr", format: "PtyPy", has: ["pixel", "probe", "object"] },
  { file: "fold_slice.hdf5", format: "PtychoShelves", has: ["frames", "positions"] },
  { file: "shelves.mat", format: "PtychoShelves", has: ["positions", "pixel", "probe", "object"] },
  { file: "product.h5", format: "ptychodus product", has: ["positions", "pixel", "probe", "object"] },
  { file: "product.npz", format: "ptychodus product", has: ["positions", "pixel", "probe", "object"] },
  { file: "centred.h5", format: "ptychodus product", has: ["positions", "pixel", "probe", "object"] },
  { file: "motors.nxs", format: "NXdata", has: ["frames", "positions", "geometry"] },
  { file: "listed.nxs", format: "NXdata", has: ["frames", "positions"] },
  { file: "maps.nxs", format: "NXdata", has: ["frames", "positions"] },
  {
    file: "mixed.h5",
    format: "mapped",
    has: ["frames", "positions"],
    options: { map: { diffraction: "/eiger", x: "/sx", y: "/sy" }, layout: "HWM" },
  },
  { file: "nexus.nxs", format: "NXdata", has: ["frames", "positions"] },
  { file: "raster.h5", format: "4D array", has: ["frames"] },
  {
    file: "raw.h5",
    format: "mapped",
    has: ["frames", "positions"],
    options: {
      map: { diffraction: "/measurement/eiger", x: "/measurement/motors/sx", y: "/measurement/motors/sy" },
      positionUnit: "mm",
    },
  },
  ...["frames.npy", "fortran.npy"].map((name) => ({
    file: `../containers/${name}`,
    format: "NPY stack",
    has: ["frames", "positions"] as const,
    options: positions,
  })),
  ...["tiff/plain.tif", "tiff/bigtiff-big-endian.tif", "tiff/one-directory.tif", "tiff-folder"].map(
    (name) => ({
      file: `../containers/${name}`,
      format: "TIFF stack",
      has: ["frames", "positions"] as const,
      options: positions,
    }),
  ),
  ...["shelves-plain.mat", "shelves-deflated.mat", "shelves-first.mat"].map((name) => ({
    file: `../containers/${name}`,
    format: "PtychoShelves",
    has: ["frames", "positions"] as const,
    options: { positionUnit: "m" } as const,
  })),
  {
    file: "../containers/result.mat",
    format: "PtychoShelves",
    has: ["positions", "pixel", "probe", "object"],
  },
  {
    file: "../containers/big-endian.mat",
    format: "PtychoShelves",
    has: ["frames", "positions"],
    options: positions,
  },
  { file: "../containers/raster.mat", format: "4D array", has: ["frames", "positions"], options: positions },
  {
    file: "../containers/shelves-deflated.mat",
    format: "mapped",
    has: ["frames", "positions"],
    options: { map: { diffraction: "/dp", x: "/ppX", y: "/ppY" }, positionUnit: "m" },
  },
  {
    file: "../containers/slac-metres.npz",
    format: "SLAC NPZ",
    has: ["frames", "positions", "probe", "object"],
  },
  {
    file: "../containers/slac-pixels.npz",
    format: "SLAC NPZ",
    has: ["frames", "positions", "geometry", "probe", "object"],
  },
  ...["raw", "blosc-zstd", "fortran", "types/float16"].map((name) => ({
    file: "../containers/two.zarr",
    format: "mapped",
    has: ["frames", "positions"] as const,
    options: { map: { diffraction: `/${name}`, x: "/motors/sx", y: "/motors/sy" } },
  })),
  ...["zstd", "sharded-end", "transposed"].map((name) => ({
    file: "../containers/three.zarr",
    format: "mapped",
    has: ["frames", "positions"] as const,
    options: { map: { diffraction: `/${name}`, x: "/sx", y: "/sy" } },
  })),
  {
    file: "../containers/two.zip",
    format: "mapped",
    has: ["frames", "positions"],
    options: { map: { diffraction: "/eiger", x: "/sx", y: "/sy" }, positionUnit: "m" },
  },
  {
    file: "../containers/raster.npy",
    format: "4D array",
    has: ["frames", "positions"],
    options: { positionsFile: join(goldens, "../containers/swapped.tsv"), positionUnit: "um" },
  },
];

function withPart(part: Part): readonly Row[] {
  return rows.filter(({ has }) => has.includes(part));
}

const frameAt = (m: number, y: number, x: number): number => 100 * m + 10 * y + x;

async function withScan<Result>(
  { file, options = {} }: Pick<Row, "file" | "options">,
  use: (scan: RawScan) => Result,
): Promise<Awaited<Result>> {
  const opened = await openScanFile(join(goldens, file), options);
  try {
    return await use(opened.scan);
  } finally {
    await opened.close();
  }
}

test("every format has a row", () => {
  const covered = new Set(rows.map(({ format }) => format));
  expect(measuredFormats.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
});

test("every container has a row", async () => {
  const told = await Promise.all(rows.map(({ file }) => containerOf(join(goldens, file))));
  const covered = new Set(told.map(({ container }) => container.name));
  expect(containers.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
});

describe.each(rows)("$file ($format)", (row) => {
  const { file, format, has, options } = row;

  test("is recognised by content, under any name", async () => {
    const folder = await mkdtemp(join(tmpdir(), "doselap-format-"));
    try {
      await cp(join(goldens, file), join(folder, "unnamed"), { recursive: true });
      const opened = await openMeasured(join(folder, "unnamed"), options);
      expect(opened.scan?.format).toBe(format);
      await opened.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("holds what the table says and nothing else", async () => {
    const { frames, positions, geometry, mask, probe, object } = await withScan(row, (scan) => scan);
    const found = {
      frames,
      positions,
      geometry: geometry.distanceM,
      pixel: geometry.pixelSizeM,
      mask,
      probe,
      object,
    };
    const parts = Object.entries(found).flatMap(([part, value]) => (value === undefined ? [] : [part]));
    const stated = (part: string): boolean => part !== "geometry";
    expect(parts.filter(stated).toSorted()).toEqual(has.filter(stated).toSorted());
  });
});

test.each(withPart("frames"))("$file: frames, whole and in parts", async (row) => {
  await withScan(row, async ({ frames }) => {
    expect([frames!.count, frames!.height, frames!.width]).toEqual([6, 8, 10]);
    const expected = Array.from({ length: 480 }, (_, i) =>
      frameAt(Math.floor(i / 80), Math.floor(i / 10) % 8, i % 10),
    );
    for (const [first, count] of [
      [0, 6],
      [0, 1],
      [2, 3],
      [5, 1],
    ] as const) {
      expect([...(await frames!.read(first, count))]).toEqual(
        expected.slice(80 * first, 80 * (first + count)),
      );
    }
  });
});

test.each(withPart("positions"))("$file: x along columns, y along rows", async (row) => {
  await withScan(row, ({ positions }) => {
    const scale = positions!.unit === "px" ? 2e-8 : 1;
    positions!.x.forEach((value, i) => expect(value * scale).toBeCloseTo(1e-6 * (1 + i), 12));
    positions!.y.forEach((value, i) => expect(value * scale).toBeCloseTo(1e-6 * (10 - 2 * i), 12));
  });
});

test.each(withPart("geometry"))("$file: geometry in metres, its conversions told", async (row) => {
  await withScan(row, ({ geometry, conversions }) => {
    expect(geometry.distanceM).toBeCloseTo(2, 12);
    expect(geometry.detectorPixelM).toEqual({ x: 75e-6, y: 75e-6 });
    // 8 keV: hc/E = 12.398419843 keV Å / 8.
    expect(geometry.wavelengthM! * 1e10).toBeCloseTo(1.54980248, 7);
    expect(conversions.join("\n")).toMatch(/energy: .*1\.5498e-10 m/u);
  });
});

test.each(withPart("mask"))("$file: bad pixels, and no others", async (row) => {
  await withScan(row, ({ mask }) => {
    expect([...mask!].flatMap((value, i) => (value === 0 ? [] : [i]))).toEqual([23, 79]);
  });
});

test.each(withPart("pixel"))("$file: pixel size of the object", async (row) => {
  await withScan(row, ({ geometry }) => expect(geometry.pixelSizeM).toBe(2e-8));
});

test.each(withPart("object"))("$file: object and probe, neither transposed nor conjugated", async (row) => {
  await withScan(row, ({ object, probe }) => {
    expect([object!.height, object!.width]).toEqual([20, 24]);
    expect([...object!.data.subarray(48, 52)]).toEqual([24, 24.5, 25, 25.5]);
    if (!row.has.includes("probe")) return;
    expect([probe!.modes, probe!.size]).toEqual([2, 8]);
    expect([...probe!.data.subarray(144, 148)]).toEqual([72, 72.5, 73, 73.5]);
  });
});

describe("what does not fit is refused, with the way out", () => {
  const map = { diffraction: "/measurement/eiger", x: "/measurement/monitor", y: "/measurement/monitor" };

  test("frames and positions that differ in number", async () => {
    const opening = openMeasured(join(goldens, "raw.h5"), { map, positionUnit: "mm" });
    await expect(opening).rejects.toThrow(/expected 5 frames.*got 6 frames.*--frames 0:5/u);
    const opened = await openScanFile(join(goldens, "raw.h5"), {
      map,
      positionUnit: "mm",
      frames: { first: 0, count: 5 },
    });
    expect(opened.scan.frames!.count).toBe(5);
    await opened.close();
  });

  test("no layout that is known: the arrays that are there are listed with their shapes", async () => {
    const opening = openScanFile(join(goldens, "raw.h5"));
    await expect(opening).rejects.toThrow(/\/measurement\/eiger uint16 \(6, 8, 10\).*--map diffraction=/u);
  });

  test("an object and a mask that MATLAB wrote are turned", async () => {
    const file = "../containers/version73.mat";
    const all = { diffraction: "/cbed", object: "/obj", mask: "/bad" };
    await withScan({ file, options: { map: all } }, ({ object, mask }) => {
      expect([object!.height, object!.width, ...object!.data.subarray(48, 52)]).toEqual([
        20, 24, 24, 24.5, 25, 25.5,
      ]);
      expect(mask!.indexOf(1)).toBe(23);
    });
  });

  test("a mapped path that is not there, a role that is none, a unit that nobody stated", async () => {
    const file = join(goldens, "raw.h5");
    await expect(openMeasured(file, { map: { diffraction: "/measurement/pilatus" } })).rejects.toThrow(
      /expected \/measurement\/pilatus; got|expected \/measurement\/pilatus, got .*eiger/u,
    );
    await expect(openMeasured(file, { map: { frames: "/x" } })).rejects.toThrow(/diffraction, x, y/u);
    await expect(openMeasured(file, { map })).rejects.toThrow(/--position-unit/u);
  });

  test("what the user states wins, and both values are told", async () => {
    await withScan({ file: "scan.cxi", options: { energyEv: 9000, distanceM: 3 } }, ({ geometry, told }) => {
      expect(geometry.distanceM).toBe(3);
      expect(geometry.wavelengthM! * 1e10).toBeCloseTo(1.3776022, 6);
      expect(told.join("\n")).toContain("distanceM: 3 m as given, not 2 m of the file");
    });
  });

  test("a range of frames takes its positions along", async () => {
    await withScan({ file: "scan.cxi", options: { frames: { first: 2, count: 3 } } }, async (scan) => {
      expect(scan.frames!.count).toBe(3);
      expect((await scan.frames!.read(0, 1))[0]).toBe(200);
      expect(scan.positions!.x[0]).toBeCloseTo(3e-6, 12);
    });
  });
});

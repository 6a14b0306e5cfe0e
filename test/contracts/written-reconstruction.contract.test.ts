// A reconstruction in any format that holds one becomes an NPZ as `doselap reconstruct` writes it, goes on from there to every other
// format, and comes back; what its file held besides is listed.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertScan } from "../../src/data/convert.ts";
import { inspectFile } from "../../src/data/inspect.ts";
import { openScanFile } from "../../src/io/formats/open.ts";
import { writeHdf5, type WrittenNode } from "../../src/io/hdf5/write.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { smallDataset } from "../support/small-dataset.ts";

const fixtures = new URL("../../fixtures/measured/", import.meta.url).pathname;
const { object, probe, positions, size } = smallDataset({});
const scales = Float32Array.of(0.9, 1.2, 1, 1.1, 0.8);
const version = "0";
const metadata = {
  pixelSizeM: 2e-8,
  wavelengthM: 1e-10,
  distanceM: 2,
  note: "kept",
  provenance: [{ operation: "reconstruct", parameters: { engine: "epie" } }],
};

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-recon-"));
  await writeNpz(at("rec.npz"), {
    objectGuess: { dtype: "complex64", shape: [object.height, object.width], data: object.data },
    probeGuess: { dtype: "complex64", shape: [size, size], data: probe.data },
    xcoords: { dtype: "float64", shape: [5], data: positions.x },
    ycoords: { dtype: "float64", shape: [5], data: positions.y },
    scales: { dtype: "float32", shape: [5], data: scales },
    _metadata: { dtype: "string", shape: [], data: [JSON.stringify(metadata)] },
  });
});
afterAll(() => rm(folder, { recursive: true }));

async function read(path: string) {
  const npz = await openNpz(path);
  try {
    const arrays = Object.fromEntries(
      await Promise.all(npz.names.map(async (name) => [name, await npz.read(name)] as const)),
    );
    const text = arrays["_metadata"]!.data[0] as string;
    return { arrays, metadata: JSON.parse(text) as Record<string, unknown> };
  } finally {
    await npz.close();
  }
}

test("NPZ → NPZ keeps the arrays, the metadata and the provenance", async () => {
  await convertScan(at("rec.npz"), at("again.npz"), { version });
  const { arrays, metadata: kept } = await read(at("again.npz"));
  expect(arrays["objectGuess"]).toEqual((await read(at("rec.npz"))).arrays["objectGuess"]);
  expect(arrays["xcoords"]!.data).toEqual(positions.x);
  expect(arrays["scales"]).toMatchObject({ dtype: "float32", shape: [5], data: scales });
  expect(kept).toMatchObject({ ...metadata, provenance: [metadata.provenance[0], { operation: "convert" }] });
  // Once more: it is still what it was.
  await convertScan(at("again.npz"), at("third.npz"), { version });
  expect(await inspectFile(at("third.npz"))).toMatchObject({ kind: "reconstruction", violations: [] });
});

describe.each([
  ["cxi", "rec.cxi"],
  ["ptychodus", "rec.h5"],
  ["ptychodus-npz", "rec-product.npz"],
  ["ptyr", "rec.ptyr"],
])("NPZ → %s → NPZ", (to, name) => {
  test("object, probe, positions and geometry come back", async () => {
    const { lost } = await convertScan(at("rec.npz"), at(name), { version, to });
    expect(lost).toEqual(expect.arrayContaining(["metadata", "frame intensities"]));
    await convertScan(at(name), at(`${name}.npz`), { version });
    const { arrays, metadata: kept } = await read(at(`${name}.npz`));
    expect(arrays["objectGuess"]).toMatchObject({ shape: [object.height, object.width], data: object.data });
    expect(arrays["probeGuess"]).toMatchObject({ shape: [size, size], data: probe.data });
    expect(Number(kept["pixelSizeM"]) / 2e-8).toBeCloseTo(1, 12);
    expect(await inspectFile(at(`${name}.npz`))).toMatchObject({ kind: "reconstruction", violations: [] });
    if (to === "ptyr") return;
    expect(Number(kept["wavelengthM"]) / 1e-10).toBeCloseTo(1, 9);
    // Through metres and back: rounding of a few operations on numbers of some tens.
    (arrays["xcoords"]!.data as Float64Array).forEach((x, i) => expect(x).toBeCloseTo(positions.x[i]!, 9));
    (arrays["ycoords"]!.data as Float64Array).forEach((y, i) => expect(y).toBeCloseTo(positions.y[i]!, 9));
    // And on to the same picture.
    await convertScan(at(`${name}.npz`), at("on.ptyr"), { version });
    const { scan, close } = await openScanFile(at("on.ptyr"));
    expect(scan).toMatchObject({ object, probe });
    await close();
  });
});

test.each(["product.h5", "product.npz", "result.ptyr", "shelves.mat", "product.cxi"])(
  "%s of another program becomes one",
  async (name) => {
    const measured = name.endsWith(".cxi") ? { pixelSizeM: 1e-8, energyEv: 8000 } : {};
    const opened = await openScanFile(join(fixtures, name));
    const { frames } = opened.scan;
    await opened.close();
    const converting = convertScan(join(fixtures, name), at(`${name}.npz`), { version, measured });
    // What has frames is a scan, which is prepared.
    if (frames !== undefined) return await expect(converting).rejects.toThrow(/doselap prepare/u);
    await converting;
    expect(await inspectFile(at(`${name}.npz`))).toMatchObject({ kind: "reconstruction", violations: [] });
    return undefined;
  },
);

test("positions in metres without a pixel size are asked for by flag", async () => {
  const image = (data: WrittenNode): WrittenNode => ({ kind: "group", children: { data } });
  const array = (shape: readonly number[], data: Float32Array): WrittenNode => ({
    kind: "array",
    array: { dtype: "complex64", shape, data },
  });
  await writeHdf5(at("bare.cxi"), {
    kind: "group",
    children: {
      cxi_version: { kind: "array", array: { dtype: "int32", shape: [], data: Int32Array.of(160) } },
      entry_1: {
        kind: "group",
        children: {
          image_1: image(array([size, size], probe.data)),
          image_2: image(array([object.height, object.width], object.data)),
          data_1: {
            kind: "group",
            children: {
              translation: {
                kind: "array",
                array: {
                  dtype: "float64",
                  shape: [2, 3],
                  data: Float64Array.of(5e-3, 5e-3, 0, 5.00001e-3, 5e-3, 0),
                },
              },
            },
          },
        },
      },
    },
  });
  await expect(convertScan(at("bare.cxi"), at("bare.npz"), { version })).rejects.toThrow(/--pixel-size/u);
  const measured = { pixelSizeM: 5e-9 };
  const { warnings } = await convertScan(at("bare.cxi"), at("bare.npz"), { version, measured });
  expect(warnings.join()).toContain("not counted from the middle");
  // 10 nm apart are two pixels, about the middle of an object 24 wide.
  expect((await read(at("bare.npz"))).arrays["xcoords"]!.data[0]).toBeCloseTo(object.width / 2 - 1, 6);
});

test("what a product holds besides is listed, not dropped in silence", async () => {
  const { unused } = await convertScan(join(fixtures, "product.h5"), at("copy.h5"), { version });
  for (const path of unused) expect(path).toMatch(/^\/.*/u);
  const with_ = await convertScan(at("rec.h5"), at("rec2.h5"), { version });
  // Empty arrays and zeros that our own writer leaves say nothing.
  expect(with_.unused.filter((path) => path.includes("@"))).toEqual([]);
});

// Every format that is written, written from one dataset and read back by our readers: a part that a writer says it holds is
// there with its values, and what it has no place for is listed.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertScan, type ConvertOptions } from "../../src/data/convert.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { openScanFile } from "../../src/io/formats/open.ts";
import { scanWriters } from "../../src/data/writers/registry.ts";
import { readDataset } from "../../src/data/read.ts";
import { writeDataset } from "../../src/data/write.ts";
import { isDoselapError } from "../../src/errors.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { smallDataset } from "../support/small-dataset.ts";

const size = 8;
const mask = Uint8Array.from({ length: size * size }, (_, i) => (i === 9 || i === 30 ? 1 : 0));
const patches = Float32Array.from({ length: 2 * 5 * size * size }, (_, i) => i / 7);
const dataset: Dataset = smallDataset({ mask, patches });
const geometry = { energyEv: 8000, distanceM: 2, detectorPixelM: 75e-6 } as const;
const options: ConvertOptions = { version: "1.2.3", measured: geometry };

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-written-"));
  await writeDataset(at("scan.npz"), dataset);
});
afterAll(() => rm(folder, { recursive: true }));

/** Of float64 arithmetic of a handful of operations. */
const rounding = 1e-12;
// h c / E and λ z / (N p), with hc = 12.398419843320026 keV Å.
const wavelengthM = 12.398419843320026e-10 / 8;
const pixelSizeM = (wavelengthM * 2) / (size * 75e-6);

function fileOf(name: string): string {
  const { endings } = scanWriters.find((writer) => writer.name === name)!;
  return at(`${name}${endings[0] ?? ".npz"}`);
}

describe.each(scanWriters.map((writer) => ({ writer, name: writer.name })))("$name", ({ writer, name }) => {
  test("lists what it cannot hold; the same source, the same bytes", async () => {
    const hash = async (path: string): Promise<string> =>
      createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
    const conversion = await convertScan(at("scan.npz"), fileOf(name), { ...options, to: name });
    const first = await Promise.all(conversion.written.map(hash));
    const again = await convertScan(at("scan.npz"), fileOf(name), { ...options, to: name });
    expect(await Promise.all(again.written.map(hash))).toEqual(first);
    // A scan has no fitted intensities: reconstructions have.
    const all = [...writer.holds, ...conversion.forUs, ...conversion.lost].filter(
      (part) => part !== "frame intensities",
    );
    expect(new Set(all)).toEqual(
      new Set([
        "frames",
        "positions",
        "energy",
        "distance",
        "detector pixel",
        "pixel size",
        "mask",
        "probe",
        "object",
        "scan index",
        "patches",
        "metadata",
      ]),
    );
    expect(all).toHaveLength(12);
  });

  test("asks for geometry by flag, and writes nothing without it", async () => {
    const bare = { version: "1.2.3", to: name };
    const path = at(`bare-${name}`);
    const error: unknown = await convertScan(at("scan.npz"), path, bare).catch((cause: unknown) => cause);
    const wanted: { readonly [name: string]: RegExp } = {
      cxi: /--energy EV, --distance METRES, --detector-pixel METRES/u,
      ptychodus: /--energy EV, --pixel-size METRES/u,
      "ptychodus-npz": /--energy EV, --pixel-size METRES/u,
      ptyr: /--energy EV, --pixel-size METRES/u,
    };
    if (wanted[name] === undefined) expect(error).toMatchObject({ written: expect.any(Array) as unknown });
    else {
      expect(isDoselapError(error, "Usage") && error.message).toMatch(wanted[name]);
      await expect(readFile(path)).rejects.toThrow("ENOENT");
    }
  });
});

describe.each([["cxi"], ["ptychodus"], ["ptychodus-npz"], ["ptyr"]])("%s, read as its own format", (name) => {
  const { holds } = scanWriters.find((writer) => writer.name === name)!;

  test("has each part that it holds, and no other", async () => {
    await convertScan(at("scan.npz"), fileOf(name), { ...options, to: name });
    const { scan, close } = await openScanFile(fileOf(name));
    const { frames, positions, object, probe } = scan;
    expect(frames !== undefined).toBe(holds.includes("frames"));
    expect(positions !== undefined).toBe(holds.includes("positions"));
    expect(scan.mask).toEqual(holds.includes("mask") ? mask : undefined);
    expect(object).toEqual(dataset.object);
    expect(probe).toEqual(dataset.probe);
    if (frames !== undefined) {
      const counts = Array.from({ length: 5 * size * size }, (_, i) => i % 97);
      expect([...(await frames.read(0, 5))]).toEqual(counts);
      expect(frames.node.typeName).toBe("uint16");
    }
    positions?.x.forEach((value, i) => {
      const expected = (dataset.positions.x[i]! - 12) * pixelSizeM;
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(rounding * 20 * pixelSizeM);
    });
    positions?.y.forEach((value, i) => {
      const expected = (dataset.positions.y[i]! - 10) * pixelSizeM;
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(rounding * 20 * pixelSizeM);
    });
    const stated = scan.geometry;
    if (stated.wavelengthM !== undefined) expect(stated.wavelengthM / wavelengthM).toBeCloseTo(1, 11);
    if (name === "cxi") {
      expect(stated).toMatchObject({ distanceM: 2, detectorPixelM: { x: 75e-6, y: 75e-6 } });
      expect(stated.wavelengthM).toBeDefined();
    } else expect(stated.pixelSizeM! / pixelSizeM).toBeCloseTo(1, 11);
    await close();
  });
});

describe("a dataset comes back bit for bit", () => {
  test.each([
    ["NPZ → CXI → NPZ", ["a.cxi"]],
    ["NPZ → product → NPZ", ["a.h5"]],
    ["NPZ → CXI → product → NPZ", ["a.cxi", "a.h5"]],
  ])("%s", async (_title, steps) => {
    let from = at("scan.npz");
    for (const step of [...steps, "back.npz"]) {
      await convertScan(from, at(step), from.endsWith(".npz") ? options : { version: "1.2.3" });
      from = at(step);
    }
    const { metadata, ...rest } = (await readDataset(at("back.npz"))).dataset;
    const { metadata: before, ...expected } = dataset;
    expect(rest).toEqual(expected);
    expect(metadata).toMatchObject({ nphotons: before["nphotons"], note: "µ", distanceM: 2 });
    expect(metadata.provenance!.map(({ operation }) => operation)).toEqual([
      "simulate",
      ...Array.from({ length: steps.length + 1 }, () => "convert"),
    ]);
  });

  test("amplitudes that are no roots of whole counts too", async () => {
    const diffraction = Float32Array.from({ length: 5 * size * size }, (_, i) => Math.fround(0.1 + i / 3));
    await writeDataset(at("rough.npz"), { ...dataset, diffraction });
    await convertScan(at("rough.npz"), at("rough.cxi"), options);
    await convertScan(at("rough.cxi"), at("rough-back.npz"), { version: "1.2.3" });
    expect((await readDataset(at("rough-back.npz"))).dataset.diffraction).toEqual(diffraction);
  });
});

test("a reconstruction without frames becomes a PtyPy storage and a picture", async () => {
  const { object, probe } = dataset;
  await writeNpz(at("recon.npz"), {
    objectGuess: { dtype: "complex64", shape: [object.height, object.width], data: object.data },
    probeGuess: { dtype: "complex64", shape: [size, size], data: probe.data },
  });
  const known = { energyEv: 8000, pixelSizeM: 2e-8 };
  await convertScan(at("recon.npz"), at("recon.ptyr"), { version: "0", measured: known });
  const { scan, close } = await openScanFile(at("recon.ptyr"));
  expect(scan).toMatchObject({ object, probe, geometry: { pixelSizeM: 2e-8 } });
  await close();
});

test("what doselap reconstruct writes, with positions and geometry, is a reconstruction too, and asks for nothing it states", async () => {
  const { object, probe, positions } = dataset;
  const metadata = {
    pixelSizeM: 2e-8,
    wavelengthM: 1e-10,
    provenance: [{ operation: "reconstruct", parameters: {} }],
  };
  await writeNpz(at("recon-full.npz"), {
    objectGuess: { dtype: "complex64", shape: [object.height, object.width], data: object.data },
    probeGuess: { dtype: "complex64", shape: [size, size], data: probe.data },
    xcoords: { dtype: "float64", shape: [5], data: positions.x },
    ycoords: { dtype: "float64", shape: [5], data: positions.y },
    _metadata: { dtype: "string", shape: [], data: [JSON.stringify(metadata)] },
  });
  await convertScan(at("recon-full.npz"), at("recon-full.ptyr"), { version: "0" });
  const { scan, close } = await openScanFile(at("recon-full.ptyr"));
  expect(scan).toMatchObject({ object, probe, geometry: { pixelSizeM: 2e-8 } });
  await close();
  const { lost } = await convertScan(at("recon-full.npz"), at("recon-full.png"), { version: "0" });
  expect(lost).toContain("positions");
  // A dataset that has lost its frames is none: its provenance says that it was one.
  const simulated = { ...metadata, provenance: [{ operation: "simulate", parameters: {} }] };
  await writeNpz(at("lost.npz"), {
    objectGuess: { dtype: "complex64", shape: [object.height, object.width], data: object.data },
    probeGuess: { dtype: "complex64", shape: [size, size], data: probe.data },
    xcoords: { dtype: "float64", shape: [5], data: positions.x },
    ycoords: { dtype: "float64", shape: [5], data: positions.y },
    _metadata: { dtype: "string", shape: [], data: [JSON.stringify(simulated)] },
  });
  await expect(convertScan(at("lost.npz"), at("lost.ptyr"), { version: "0" })).rejects.toThrow(
    /diffraction: is missing/u,
  );
});

test("flags that choose parts of measured files are refused for a dataset", async () => {
  const measured = { frames: { first: 0, count: 2 } };
  const converting = convertScan(at("scan.npz"), at("part.npz"), { version: "0", measured });
  await expect(converting).rejects.toThrow(/needs no such flag; got --frames/u);
});

test("PtyPy data become CXI with the same counts", async () => {
  const source = new URL("../../fixtures/measured/data.ptyd", import.meta.url).pathname;
  const { lost } = await convertScan(source, at("ptyd.cxi"), { version: "0" });
  expect(lost).toEqual([]);
  const [before, after] = [await openScanFile(source), await openScanFile(at("ptyd.cxi"))];
  expect(await after.scan.frames!.read(0, 6)).toEqual(await before.scan.frames!.read(0, 6));
  expect(after.scan.positions).toEqual(before.scan.positions);
  expect(after.scan.mask).toEqual(before.scan.mask);
  await before.close();
  await after.close();
});

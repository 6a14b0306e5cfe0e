// A canonical file comes back as it was written, and every older form is read as what it means or refused.

import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonArray, smallArrays, smallDataset } from "../../test/support/small-dataset.ts";
import { storedNpz } from "../../test/support/stored-npz.ts";
import type { AnyArray } from "../array/ndarray.ts";
import { encodeNpy } from "../io/npy.ts";
import { openNpz, writeNpz } from "../io/npz.ts";
import { convertScan } from "./convert.ts";
import { toAmplitudes } from "./frames.ts";
import { readDataset, type ReadOptions } from "./read.ts";
import { writeDataset } from "./write.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-read-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (): string => join(folder, "scan.npz");
async function reading(changes: Record<string, AnyArray | undefined>, options: ReadOptions = {}) {
  await writeNpz(path(), smallArrays(changes));
  return readDataset(path(), options);
}
const amplitude = smallDataset().diffraction;
const counts = Float64Array.from({ length: amplitude.length }, (_, i) => i % 97);

describe("a canonical file", () => {
  test("comes back exactly as it was written, twice with the same bytes", async () => {
    const dataset = smallDataset({ patches: Float32Array.from({ length: 2 * 5 * 64 }, (_, i) => i) });
    await writeDataset(path(), dataset);
    const first = readFileSync(path());
    const { dataset: back, warnings } = await readDataset(path());
    expect(back).toEqual(dataset);
    expect(warnings).toEqual([]);
    await writeDataset(path(), back);
    expect(readFileSync(path()).equals(first)).toBe(true);
  });

  test("with probe modes comes back too", async () => {
    const probe = { modes: 3, size: 8, data: Float32Array.from({ length: 2 * 3 * 64 }, (_, i) => i) };
    await writeDataset(path(), smallDataset({ probe }));
    expect((await readDataset(path())).dataset.probe).toEqual(probe);
  });

  test("has the dtypes and shapes of DATA-001", async () => {
    await writeDataset(path(), smallDataset());
    const npz = await openNpz(path());
    const listed = await Promise.all(
      npz.names.map(async (name) => [name, (await npz.header(name)).descr, (await npz.header(name)).shape]),
    );
    await npz.close();
    expect(listed).toEqual([
      ["diffraction", "<f4", [5, 8, 8]],
      ["xcoords", "<f8", [5]],
      ["ycoords", "<f8", [5]],
      ["probeGuess", "<c8", [8, 8]],
      ["objectGuess", "<c8", [20, 24]],
      ["scan_index", "<i8", [5]],
      ["_metadata", expect.stringMatching(/^<U\d+$/), []],
    ]);
  });

  test("with as many frames as pixels in a row is read back, for the file declares its layout", async () => {
    const dataset = smallDataset({
      frames: 8,
      diffraction: new Float32Array(512).map((_, i) => i),
      positions: { x: new Float64Array(8).fill(10), y: new Float64Array(8).fill(10) },
      scanIndex: new Int32Array(8),
    });
    await writeDataset(path(), dataset);
    expect((await readDataset(path())).dataset).toEqual(dataset);
  });

  test("is not written when it breaks the contract", async () => {
    const inside = mkdtempSync(join(folder, "refused-"));
    const dataset = smallDataset({ diffraction: amplitude.map(() => NaN) });
    await expect(writeDataset(join(inside, "a.npz"), dataset)).rejects.toThrow(
      /a\.npz : diffraction: .*DATA-001/,
    );
    await expect(
      writeDataset(join(inside, "a.npz"), smallDataset({ metadata: { dose: NaN } })),
    ).rejects.toThrow(/_metadata … dose: is not a finite number/);
    expect(readdirSync(inside)).toEqual([]);
  });
});

describe("older forms", () => {
  test("diff3d wins over diffraction, with a warning", async () => {
    const diff3d: AnyArray = { dtype: "float32", shape: [5, 8, 8], data: amplitude };
    const wrong: AnyArray = { dtype: "float32", shape: [5, 8, 8], data: new Float32Array(320) };
    const { dataset, warnings } = await reading({ diff3d, diffraction: wrong });
    expect(dataset.diffraction).toEqual(amplitude);
    expect(warnings.join()).toMatch(/both diff3d and diffraction/);
  });

  test("frames last (H, W, M) are brought to the front", async () => {
    const data = new Float32Array(320);
    for (let m = 0; m < 5; m++) for (let p = 0; p < 64; p++) data[p * 5 + m] = amplitude[m * 64 + p]!;
    const { dataset, format } = await reading({ diffraction: { dtype: "float32", shape: [8, 8, 5], data } });
    expect(dataset.diffraction).toEqual(amplitude);
    expect(format).toMatchObject({ name: "DATA-001", layout: "HWM" });
    expect(dataset.metadata.provenance).toEqual([
      { operation: "import", parameters: { format: "DATA-001", layout: "HWM" } },
    ]);
  });

  test("integer frames that come last are counts too", async () => {
    const data = new Uint16Array(320);
    for (let m = 0; m < 5; m++) for (let p = 0; p < 64; p++) data[p * 5 + m] = counts[m * 64 + p]!;
    const { dataset, format } = await reading({ diffraction: { dtype: "uint16", shape: [8, 8, 5], data } });
    expect(format).toMatchObject({ layout: "HWM", domain: "counts" });
    expect(dataset.diffraction).toEqual(amplitude);
  });

  test("a trailing axis of 1 is dropped", async () => {
    const { dataset } = await reading({
      diffraction: { dtype: "float32", shape: [5, 8, 8, 1], data: amplitude },
    });
    expect(dataset.diffraction).toEqual(amplitude);
  });

  test.each<[string, AnyArray]>([
    ["uint16", { dtype: "uint16", shape: [5, 8, 8], data: Uint16Array.from(counts) }],
    ["int64", { dtype: "int64", shape: [5, 8, 8], data: BigInt64Array.from(counts, BigInt) }],
  ])("%s frames are counts: their square roots are the amplitudes", async (_dtype, diffraction) => {
    const { dataset, format } = await reading({ diffraction });
    expect(dataset.diffraction).toEqual(amplitude);
    expect(format.domain).toBe("counts");
  });

  test("a count whose square does not fit into 16 bits keeps its value", async () => {
    const data = new Uint16Array(320).fill(65535);
    const { dataset } = await reading({ diffraction: { dtype: "uint16", shape: [5, 8, 8], data } });
    expect(dataset.diffraction[0]).toBe(Math.fround(Math.sqrt(65535)));
  });

  test.each([{ domain: "intensity" }, { measurement_domain: "count_intensity" }, { domain: "counts" }])(
    "float frames declared as %o are squared amplitudes",
    async (declared) => {
      const diffraction: AnyArray = { dtype: "float64", shape: [5, 8, 8], data: counts };
      const { dataset } = await reading({ diffraction, _metadata: jsonArray(declared) });
      expect(dataset.diffraction).toEqual(amplitude);
      // Written again they are amplitudes: the old declaration must not survive.
      await writeDataset(path(), dataset);
      expect((await readDataset(path())).dataset.diffraction).toEqual(amplitude);
    },
  );

  test("a flag decides the domain over dtype and metadata, and the format says so", async () => {
    const diffraction: AnyArray = { dtype: "float64", shape: [5, 8, 8], data: counts };
    const { dataset, format } = await reading(
      { diffraction, _metadata: jsonArray({ domain: "amplitude" }) },
      { domain: "intensity" },
    );
    expect(dataset.diffraction).toEqual(amplitude);
    expect(format.overridden).toEqual([
      expect.stringMatching(/--domain intensity was given; the content said amplitude/),
    ]);
  });

  test("whole-number floats without a declared domain are amplitudes, with a warning", async () => {
    const { dataset, warnings } = await reading({
      diffraction: { dtype: "float64", shape: [5, 8, 8], data: counts },
    });
    expect(dataset.diffraction[5]).toBe(5);
    expect(warnings.join()).toMatch(/--domain counts/);
  });

  test("complex128 and float64 are narrowed", async () => {
    const { probe, object } = smallDataset();
    const { dataset } = await reading({
      diffraction: { dtype: "float64", shape: [5, 8, 8], data: Float64Array.from(amplitude) },
      probeGuess: { dtype: "complex128", shape: [8, 8], data: Float64Array.from(probe.data) },
      objectGuess: { dtype: "complex128", shape: [20, 24], data: Float64Array.from(object.data) },
    });
    expect(dataset).toMatchObject({ diffraction: amplitude, probe, object });
  });

  test("a scan index is zeros when absent, whole numbers of any dtype when there", async () => {
    expect((await reading({})).dataset.scanIndex).toEqual(new Int32Array(5));
    const scan_index: AnyArray = { dtype: "uint8", shape: [5], data: Uint8Array.of(0, 1, 1, 2, 2) };
    expect((await reading({ scan_index })).dataset.scanIndex).toEqual(Int32Array.of(0, 1, 1, 2, 2));
  });

  test("one patch for many frames is dropped with a warning; one per frame is kept", async () => {
    const one: AnyArray = { dtype: "complex64", shape: [1, 8, 8, 1], data: new Float32Array(128) };
    const { dataset, warnings } = await reading({ Y: one });
    expect(dataset.patches).toBeUndefined();
    expect(warnings.join()).toMatch(/Y: is one patch for 5 frames/);
    const each: AnyArray = { dtype: "complex64", shape: [5, 8, 8, 1], data: new Float32Array(640).fill(2) };
    expect((await reading({ Y: each })).dataset.patches).toEqual(new Float32Array(640).fill(2));
  });

  test("arrays that are not read are named", async () => {
    const { warnings } = await reading({
      label_amp: { dtype: "float32", shape: [1], data: new Float32Array(1) },
    });
    expect(warnings.join()).toMatch(/not read: label_amp/);
  });
});

describe("what the content leaves open", () => {
  const cube: AnyArray = {
    dtype: "float32",
    shape: [8, 8, 8],
    data: Float32Array.from({ length: 512 }, (_, i) => i % 7),
  };
  const eight: AnyArray = { dtype: "float64", shape: [8], data: new Float64Array(8).fill(10) };
  const ambiguous = { diffraction: cube, xcoords: eight, ycoords: eight };

  test("M = N without a layout is an error that names the flag", async () => {
    await expect(reading(ambiguous)).rejects.toMatchObject({
      _tag: "Contract",
      context: { key: "diffraction", finding: "DATA-001" },
    });
    await expect(reading(ambiguous)).rejects.toThrow(/--layout MHW .* --layout HWM/);
  });

  test("M = N is read as the flag says, or the metadata", async () => {
    const first = (await reading(ambiguous, { layout: "MHW" })).dataset.diffraction;
    expect(first).toEqual(cube.data);
    const last = (await reading(ambiguous, { layout: "HWM" })).dataset.diffraction;
    expect([last[1], last[8], last[64]]).toEqual([cube.data[8], cube.data[64], cube.data[1]]);
    expect(
      (await reading({ ...ambiguous, _metadata: jsonArray({ layout: "HWM" }) })).dataset.diffraction,
    ).toEqual(last);
  });

  test("the zero frequency is moved to the centre when told to, and looked for when not", async () => {
    const cornered = new Float32Array(320);
    for (let m = 0; m < 5; m++) cornered[64 * m] = 10.5;
    const diffraction: AnyArray = { dtype: "float32", shape: [5, 8, 8], data: cornered };
    expect((await reading({ diffraction })).warnings.join()).toMatch(/--dc corner/);
    const { dataset, warnings } = await reading({ diffraction }, { dc: "corner" });
    expect(dataset.diffraction[4 * 8 + 4]).toBe(10.5);
    expect(warnings).toEqual([]);
  });

  test("positions are swapped when told to", async () => {
    const { x, y } = smallDataset().positions;
    const { dataset } = await reading(
      {
        xcoords: { dtype: "float64", shape: [5], data: y },
        ycoords: { dtype: "float64", shape: [5], data: x },
      },
      { positionOrder: "yx" },
    );
    expect(dataset.positions).toEqual({ x, y });
  });
});

describe("metadata", () => {
  test.each<[string, AnyArray]>([
    ["a text of shape ()", jsonArray({ nphotons: 7, layout: "MHW" })],
    ["a text of shape (1,)", { dtype: "string", shape: [1], data: ['{"nphotons": 7}'] }],
    ["bytes", { dtype: "uint8", shape: [15], data: Uint8Array.from(Buffer.from('{"nphotons": 7}')) }],
  ])("is read from %s", async (_form, _metadata) => {
    expect((await reading({ _metadata })).dataset.metadata).toEqual({ nphotons: 7 });
  });

  test("is read from a byte string, as UTF-8", async () => {
    const json = Buffer.from('{"note": "µm"}', "utf8");
    const header = Buffer.from(
      encodeNpy({ dtype: "uint8", shape: [], data: new Uint8Array(1) }).slice(0, 128),
    ).toString("latin1");
    const bytes = Buffer.concat([
      Buffer.from(header.replace("'|u1'", "'|S15'").replace("} ", "}"), "latin1"),
      json,
    ]);
    const arrays = Object.entries(smallArrays()).map(([key, array]): [string, Buffer] => [
      key,
      Buffer.from(encodeNpy(array)),
    ]);
    writeFileSync(path(), storedNpz([...arrays, ["_metadata", bytes]]));
    expect((await readDataset(path())).dataset.metadata).toEqual({ note: "µm" });
  });

  test("that are pickled are skipped with a warning, and the rest is read", async () => {
    const object = readFileSync(join(import.meta.dirname, "../../fixtures/npy/object.npy"));
    const arrays = Object.entries(smallArrays()).map(([key, array]): [string, Buffer] => [
      key,
      Buffer.from(encodeNpy(array)),
    ]);
    writeFileSync(path(), storedNpz([...arrays, ["_metadata", object]]));
    const { dataset, warnings } = await readDataset(path());
    expect(dataset.metadata).toEqual({});
    expect(warnings).toEqual([
      expect.stringMatching(/_metadata: is a pickled Python object, which is never executed.*DATA-002/),
    ]);
  });

  test.each(["NaN", "-Infinity"])(
    "that hold %s, as Python writes it, are an error that names the key",
    async (number) => {
      const text = `{"seed": 1, "nphotons": ${number}}`;
      await expect(reading({ _metadata: { dtype: "string", shape: [], data: [text] } })).rejects.toThrow(
        new RegExp(`_metadata … nphotons: is not a finite number.*got ${number} \\[DATA-001\\].*null`, "u"),
      );
    },
  );

  test.each([
    ["no JSON", "{nphotons: 7}"],
    ["JSON of another kind", "[7]"],
  ])("that hold %s are an error", async (_what, text) => {
    await expect(reading({ _metadata: { dtype: "string", shape: [], data: [text] } })).rejects.toThrow(
      /_metadata: is not readable/,
    );
  });

  test("keep what earlier stages wrote, and get one entry more", async () => {
    const earlier = { operation: "simulate", parameters: { seed: 1 } };
    const _metadata = jsonArray({ nphotons: 9, custom: { a: [1] }, provenance: [earlier] });
    await reading({
      _metadata,
      diffraction: { dtype: "uint16", shape: [5, 8, 8], data: Uint16Array.from(counts) },
    });
    copyFileSync(path(), join(folder, "source.npz"));
    await convertScan(join(folder, "source.npz"), path(), { version: "1.2.3" });
    const { metadata } = (await readDataset(path())).dataset;
    expect(metadata).toMatchObject({ nphotons: 9, custom: { a: [1] } });
    expect(metadata["measuredMeanCounts"]).toBeCloseTo(counts.reduce((a, b) => a + b, 0) / 5, 3);
    expect(metadata.provenance).toEqual([
      earlier,
      { operation: "import", parameters: { format: "DATA-001", domain: "counts" } },
      { operation: "convert", parameters: { from: "DATA-001", to: "npz", doselapVersion: "1.2.3" } },
    ]);
  });
});

describe("errors", () => {
  test("the first violation is the message, the others are counted and listed", async () => {
    await expect(reading({ probeGuess: undefined, xcoords: undefined })).rejects.toThrow(
      /scan\.npz : xcoords: is missing; expected .* \[DATA-001\]\. 1 more: probeGuess is missing\./,
    );
  });

  test("a file without a dataset's arrays lists what it has", async () => {
    await writeNpz(path(), { a: jsonArray(1) });
    await expect(readDataset(path())).rejects.toThrow(/is not a dataset; expected .*, got a \[DATA-001\]/);
  });
});

test("centring the zero frequency moves it for odd sizes too", () => {
  const data = new Float32Array(9);
  data[0] = 1;
  const form = { size: 3, domain: "amplitude", dc: "corner" } as const;
  expect([...toAmplitudes(data, form)].indexOf(1)).toBe(4);
});

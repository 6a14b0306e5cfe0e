// A file is described over all its frames, and whatever is wrong with it is listed, never thrown.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonArray, smallArrays, smallDataset } from "../../test/support/small-dataset.ts";
import { encodeNpy } from "../io/npy.ts";
import { writeNpz } from "../io/npz.ts";
import { inspectFile } from "./inspect.ts";
import { writeDataset } from "./write.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/npy");
let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-inspect-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Σ of i mod 97 over each frame of 64 pixels of the small dataset. */
const frameSums = [0, 1, 2, 3, 4].map((m) =>
  Array.from({ length: 64 }, (_, p) => (m * 64 + p) % 97).reduce((a, b) => a + b, 0),
);

describe("a sound dataset", () => {
  test("is described over all its frames", async () => {
    await writeDataset(at("a.npz"), smallDataset());
    const inspection = await inspectFile(at("a.npz"));
    expect(inspection).toMatchObject({
      kind: "DATA-001",
      domain: "amplitude",
      layout: "MHW",
      dc: "center",
      frames: 5,
      size: 8,
      dose: 1000,
      probeModes: 1,
      objectShape: [20, 24],
      provenance: ["simulate"],
      violations: [],
    });
    // float32 amplitudes: relative rounding of 6e-8
    expect(inspection.measuredMeanCounts).toBeCloseTo(frameSums.reduce((a, b) => a + b, 0) / 5, 2);
    expect(inspection.frameCounts!.min).toBeCloseTo(Math.min(...frameSums), 2);
    expect(inspection.frameCounts!.max).toBeCloseTo(Math.max(...frameSums), 2);
    expect(inspection.maxPixelCount).toBeCloseTo(96, 4);
    expect(inspection.arrays).toContainEqual({ name: "diffraction", dtype: "float32", shape: [5, 8, 8] });
  });

  test("whose frames hold another dose than its metadata say gets a warning", async () => {
    await writeDataset(at("a.npz"), smallDataset({ metadata: { physics_parameters: { nphotons: 1e9 } } }));
    const { dose, warnings, violations } = await inspectFile(at("a.npz"));
    expect(dose).toBe(1e9);
    expect(warnings.join()).toMatch(/1000000000 photons per frame/);
    expect(violations).toEqual([]);
  });
});

describe("what breaks the contract", () => {
  test("is listed, all of it, with the arrays", async () => {
    await writeNpz(at("a.npz"), smallArrays({ objectGuess: undefined, ycoords: jsonArray("x") }));
    const { kind, violations, arrays, frames } = await inspectFile(at("a.npz"));
    expect(kind).toBe("DATA-001");
    expect(violations.map(({ key }) => key)).toEqual(["objectGuess", "ycoords", "ycoords"]);
    expect(arrays).toHaveLength(4);
    expect(frames).toBe(5);
  });

  test("an ambiguous layout is a violation that a flag settles", async () => {
    const data = new Float32Array(512).fill(0.5);
    const ten = { dtype: "float64", shape: [8], data: new Float64Array(8).fill(10) } as const;
    await writeNpz(
      at("a.npz"),
      smallArrays({ diffraction: { dtype: "float32", shape: [8, 8, 8], data }, xcoords: ten, ycoords: ten }),
    );
    const { violations } = await inspectFile(at("a.npz"));
    expect(violations).toMatchObject([
      { key: "diffraction", finding: "DATA-001", hint: expect.stringContaining("--layout MHW") },
    ]);
    expect((await inspectFile(at("a.npz"), { layout: "HWM" })).violations).toEqual([]);
  });
});

describe("other files", () => {
  test("an object without frames is a reconstruction", async () => {
    const { objectGuess } = smallArrays();
    await writeNpz(at("a.npz"), { objectGuess: objectGuess! });
    expect(await inspectFile(at("a.npz"))).toMatchObject({
      kind: "reconstruction",
      violations: [],
      frames: null,
      dose: null,
    });
  });

  test("a .npy file is one array", async () => {
    writeFileSync(at("a.npy"), encodeNpy(jsonArray("x")));
    expect(await inspectFile(at("a.npy"))).toMatchObject({
      kind: "npy",
      arrays: [{ dtype: "<U3", shape: [] }],
      violations: [],
    });
  });

  test("an NPZ of other arrays is listed; bzip2 is looked through", async () => {
    const inspection = await inspectFile(join(fixtures, "stored.npz.bz2"));
    expect(inspection).toMatchObject({ kind: "arrays", violations: [] });
    expect(inspection.arrays.map(({ name, dtype }) => [name, dtype])).toEqual([
      ["a", "float32"],
      ["b", "<U2"],
      ["c", "complex128"],
    ]);
    expect(inspection.detected.join()).toMatch(/bzip2/);
  });

  test.each<[string, string | Buffer]>([
    ["a text", "hello"],
    ["an empty file", ""],
    ["the start of an archive", "PK\x03\x04"],
    ["the start of a bzip2 stream", "BZh9"],
    ["a pickled array", readFileSync(join(fixtures, "object.npy"))],
  ])("%s is unreadable, with a violation and without warnings", async (_what, content) => {
    writeFileSync(at("a.npz"), content);
    const inspection = await inspectFile(at("a.npz"));
    expect(inspection).toMatchObject({ file: at("a.npz"), kind: "unreadable", warnings: [], arrays: [] });
    expect(inspection.violations).toHaveLength(1);
  });

  test("a missing file and a folder are unreadable too", async () => {
    expect((await inspectFile(at("none"))).violations).toMatchObject([
      { message: "cannot be opened", got: "no such file" },
    ]);
    expect((await inspectFile(folder)).violations).toMatchObject([{ got: "a folder" }]);
  });

  test("a damaged array is a violation that names it", async () => {
    await writeNpz(at("a.npz"), smallArrays());
    const bytes = readFileSync(at("a.npz"));
    bytes[bytes.indexOf("xcoords.npy") + 40]! ^= 0xff;
    writeFileSync(at("a.npz"), bytes);
    const { kind, violations } = await inspectFile(at("a.npz"));
    expect(kind).toBe("DATA-001");
    expect(violations).toMatchObject([{ key: "xcoords" }]);
  });
});

test("any damage to a dataset gives an inspection, never an exception", async () => {
  await writeDataset(at("sound.npz"), smallDataset());
  const sound = readFileSync(at("sound.npz"));
  const damage = fc.record({
    flips: fc.array(fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255) }), {
      minLength: 1,
      maxLength: 3,
    }),
    cut: fc.option(fc.nat(sound.length), { freq: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ flips, cut }) => {
      const bytes = Buffer.from(sound);
      for (const flip of flips) bytes[flip.at] = flip.to;
      writeFileSync(at("damaged.npz"), bytes.subarray(0, cut ?? bytes.length));
      const { violations, warnings, kind } = await inspectFile(at("damaged.npz"), {
        limits: { maxArrayBytes: 1 << 20 },
      });
      expect(Array.isArray(violations) && Array.isArray(warnings)).toBe(true);
      expect(kind === "unreadable" ? violations.length : 1).toBeGreaterThan(0);
    }),
    { seed: 8, numRuns: 300 },
  );
});

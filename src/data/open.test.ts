// A dataset whose frames stay in the file is the dataset that reading it whole gives: same frames to the last bit, same
// metadata, warnings and refusals, for every layout; those that cannot stream say why.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonArray, smallArrays } from "../../test/support/small-dataset.ts";
import { openFiles } from "../../test/support/open-files.ts";
import { npy, storedNpz } from "../../test/support/stored-npz.ts";
import type { AnyArray } from "../array/ndarray.ts";
import { isDoselapError } from "../errors.ts";
import { encodeNpy } from "../io/npy.ts";
import { writeNpz } from "../io/npz.ts";
import type { AccessCost } from "./frame-stream.ts";
import { openDataset } from "./open.ts";
import { readDataset, type ReadOptions } from "./read.ts";

let folder = "";
let scratch = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-open-"));
  scratch = mkdtempSync(join(folder, "scratch-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Arrays = Record<string, AnyArray>;
const [frames, size, pixels] = [5, 8, 64];
const shape = [frames, size, size];
const whole = Float64Array.from({ length: frames * pixels }, (_, i) => (i * i) % 97);
const split = whole.map((value, i) => value + (i % 3) / 7);

/** Compressed as our own writer does, or stored. */
const ways: readonly [string, (file: string, arrays: Arrays) => Promise<void>][] = [
  ["compressed", writeNpz],
  [
    "stored",
    async (file, arrays) => {
      const bodies = Object.entries(arrays).map(([key, array]): [string, Buffer] => [
        key,
        Buffer.from(encodeNpy(array)),
      ]);
      await Promise.resolve(writeFileSync(file, storedNpz(bodies)));
    },
  ],
];

/** The dataset with its frames read one at a time, in an odd order. */
async function streaming(file: string, options: ReadOptions = {}) {
  const costs: AccessCost[] = [];
  const opened = await openDataset(file, {
    ...options,
    scratch,
    choose(cost) {
      costs.push(cost);
      return "stream";
    },
  });
  const { dataset, format, warnings, access } = opened;
  const read = dataset.diffraction;
  if (typeof read !== "function") throw new Error("the frames are in memory");
  const diffraction = new Float32Array(dataset.frames * dataset.size ** 2);
  const frame = new Float32Array(dataset.size ** 2);
  for (let i = 0; i < 3 * dataset.frames; i++) {
    const j = (i * 7) % dataset.frames;
    read(j, frame);
    diffraction.set(frame, j * frame.length);
  }
  await opened.close();
  return { result: { dataset: { ...dataset, diffraction }, format, warnings }, access, costs };
}

/** The same next to the dataset that is read whole, its patches aside. */
async function both(file: string, options: ReadOptions = {}) {
  const { result: streamed, access } = await streaming(file, options);
  const { dataset, ...others } = await readDataset(file, options);
  const { patches, ...expected } = dataset;
  return { streamed, loaded: { dataset: expected, ...others }, patches, access };
}

const layouts: readonly [string, () => Arrays, ReadOptions][] = [
  ["amplitudes in float32", () => smallArrays(), {}],
  ["counts in uint16", () => smallArrays({ diffraction: of("uint16", Uint16Array.from(whole)) }), {}],
  ["counts in int8", () => smallArrays({ diffraction: of("int8", Int8Array.from(whole)) }), {}],
  ["counts in int64", () => smallArrays({ diffraction: of("int64", BigInt64Array.from(whole, BigInt)) }), {}],
  [
    "declared intensities in float64",
    () =>
      smallArrays({
        diffraction: of("float64", split),
        _metadata: jsonArray({ domain: "intensity", note: 1 }),
      }),
    {},
  ],
  ["whole numbers in float64, with a warning", () => smallArrays({ diffraction: of("float64", whole) }), {}],
  ["a domain by flag", () => smallArrays({ diffraction: of("float64", whole) }), { domain: "counts" }],
  ["zero frequency in the corner, by flag", () => smallArrays(), { dc: "corner" }],
  ["zero frequency in the corner, with a warning", () => smallArrays({ diffraction: cornered() }), {}],
  ["swapped positions and diff3d", () => withDiff3d(), { positionOrder: "yx" }],
  [
    "a trailing axis of 1",
    () => smallArrays({ diffraction: { ...of("float64", split), shape: [...shape, 1] } as AnyArray }),
    {},
  ],
  ["tike's counts", () => tike({ dtype: "float32", data: Float32Array.from(whole) }), {}],
  ["tike's intensities", () => tike({ dtype: "float64", data: split }), {}],
  [
    "tike's frames as amplitudes, centred",
    () => tike({ dtype: "float64", data: split }),
    { domain: "amplitude", dc: "center" },
  ],
  [
    "tike's frames as amplitudes in the corner",
    () => tike({ dtype: "float64", data: split }),
    { domain: "amplitude", dc: "corner" },
  ],
];

describe.each(ways)("%s", (way, write) => {
  test.each(layouts)("%s", async (_what, arrays, options) => {
    const before = openFiles();
    const file = join(folder, "scan.npz");
    await write(file, arrays());
    const { streamed, loaded, access } = await both(file, options);
    expect(streamed).toEqual(loaded);
    expect(access.kind).toBe("stream");
    expect(access.cost.spoolBytes).toBe(way === "compressed" ? access.cost.frameBytes : 0);
    expect(readdirSync(scratch)).toEqual([]);
    expect(openFiles()).toBe(before);
  });

  test("patches are looked at and not kept", async () => {
    const file = join(folder, "patches.npz");
    const Y: AnyArray = { dtype: "complex64", shape: [...shape, 1], data: new Float32Array(640).fill(2) };
    await write(file, smallArrays({ Y }));
    const { streamed, loaded, patches } = await both(file);
    expect(patches).toHaveLength(640);
    expect(streamed).toEqual(loaded);
    const one: AnyArray = { dtype: "complex128", shape: [1, 8, 8], data: new Float64Array(128) };
    await write(file, smallArrays({ Y: one }));
    expect((await streaming(file)).result.warnings.join()).toMatch(/Y: is one patch for 5 frames/);
  });

  test.each<[string, () => Arrays]>([
    ["a NaN", () => smallArrays({ diffraction: of("float32", Float32Array.from(whole).fill(NaN, 70, 72)) })],
    [
      "an infinity",
      () => smallArrays({ diffraction: of("float64", whole.slice().fill(Infinity, 300, 301)) }),
    ],
    [
      "negative counts",
      () => smallArrays({ diffraction: of("int16", Int16Array.from(whole).fill(-3, 9, 12)) }),
    ],
    [
      "amplitudes whose squares are beyond float32",
      () => smallArrays({ diffraction: of("float64", whole.slice().fill(1e30, 83, 84)) }),
    ],
    ["complex frames", () => smallArrays({ diffraction: complexFrames(shape) })],
    ["frames of truth values", () => smallArrays({ diffraction: of("bool", new Uint8Array(320).fill(1)) })],
    ["frames that are not square", () => smallArrays({ diffraction: reshaped([5, 4, 16]) })],
    ["no frames at all", () => smallArrays({ diffraction: undefined })],
    ["frames of no pixels", () => smallArrays({ diffraction: { ...empty, shape: [5, 0, 0] } })],
    ["fewer frames than positions", () => smallArrays({ diffraction: reshaped([20, 4, 4]) })],
    ["patches of another shape", () => smallArrays({ Y: complexFrames([5, 4, 4]) })],
    ["patches that are real", () => smallArrays({ Y: of("float64", whole) })],
    [
      "patches with a NaN",
      () => smallArrays({ Y: { dtype: "complex128", shape, data: new Float64Array(640).fill(NaN, 7, 8) } }),
    ],
    [
      "a scan outside of the object",
      () => smallArrays({ xcoords: { dtype: "float64", shape: [5], data: whole.slice(0, 5) } }),
    ],
    [
      "tike's scan of three columns",
      () => ({ ...tike({ dtype: "float64", data: split }), scan: complexFrames([5, 3]) }),
    ],
  ])("%s: refused in the same words", async (_what, arrays) => {
    const file = join(folder, "broken.npz");
    await write(file, arrays());
    const before = openFiles();
    const expected = await failureOf(readDataset(file));
    expect(await failureOf(streaming(file))).toBe(expected);
    expect(expected).toMatch(/broken\.npz : .*DATA-001/);
    expect(openFiles()).toBe(before);
  });

  test("damage anywhere is refused, or changes nothing", async () => {
    const file = join(folder, "damaged.npz");
    await write(file, smallArrays({ diffraction: of("uint16", Uint16Array.from(whole)) }));
    const sound = readFileSync(file);
    const flips = fc.array(fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255) }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const bytes = Buffer.from(sound);
        for (const { at, to } of changes) bytes[at] = to;
        writeFileSync(file, bytes);
        const expected = await readDataset(file).catch((cause: unknown) => cause);
        const got = await streaming(file).then(
          ({ result }) => result.dataset,
          (cause: unknown) => cause,
        );
        if (isDoselapError(expected)) expect(isDoselapError(got)).toBe(true);
        else expect(got).toEqual((expected as Awaited<ReturnType<typeof readDataset>>).dataset);
      }),
      { seed: 21, numRuns: 150 },
    );
    expect(readdirSync(scratch)).toEqual([]);
  });
});

describe("frames that cannot stay in the file", () => {
  const last: AnyArray = { dtype: "float64", shape: [8, 8, 5], data: split };
  const fortran = npy("<f4", shape, Float32Array.from(whole)).toString("latin1").replace("False", "True ");

  async function writeFortran(file: string): Promise<void> {
    const others = Object.entries(smallArrays({ diffraction: undefined }));
    const bodies = others.map(([key, array]): [string, Buffer] => [key, Buffer.from(encodeNpy(array))]);
    bodies.push(["diffraction", Buffer.from(fortran, "latin1")]);
    await Promise.resolve(writeFileSync(file, storedNpz(bodies)));
  }

  test.each<[string, (file: string) => Promise<void>, RegExp]>([
    [
      "frames last",
      (file) => writeNpz(file, smallArrays({ diffraction: last })),
      /they come last, \(N, N, M\)/,
    ],
    ["Fortran order", writeFortran, /first axis fastest \(Fortran order\)/],
  ])("%s: whoever chooses is told why, and may load", async (_what, write, reason) => {
    const file = join(folder, "last.npz");
    await write(file);
    const choose = ({ obstacle, frames: count, size: side }: AccessCost) => {
      expect(obstacle).toMatch(reason);
      expect([count, side]).toEqual([5, 8]);
      return "load" as const;
    };
    const opened = await openDataset(file, { scratch, choose });
    expect(opened.access.kind).toBe("load");
    expect(opened.dataset).toEqual((await readDataset(file)).dataset);
    await opened.close();
    await expect(openDataset(file, { scratch, choose: () => "stream" })).rejects.toThrow(
      /last\.npz : diffraction: the frames cannot stay in the file: they/,
    );
  });
});

describe("whoever chooses", () => {
  test("is told what each way costs, before a frame is read", async () => {
    const file = join(folder, "cost.npz");
    await writeNpz(file, smallArrays({ diffraction: of("uint16", Uint16Array.from(whole)) }));
    const { costs } = await streaming(file);
    expect(costs).toEqual([
      expect.objectContaining({
        file,
        key: "diffraction",
        frames: 5,
        size: 8,
        objectHeight: 20,
        objectWidth: 24,
        frameBytes: 128 + 2 * 320,
        spoolBytes: 128 + 2 * 320,
        obstacle: undefined,
      }),
    ]);
    // Frames as they are and as float32, and all else twice.
    expect(costs[0]!.loadBytes).toBeGreaterThan(2 * 320 + 4 * 320 + 2 * 8 * (64 + 480));
  });

  test("is told when the reader does not take frames as large; they stream all the same", async () => {
    const file = join(folder, "limit.npz");
    await writeNpz(file, tike({ dtype: "float64", data: split }));
    const limits = { maxArrayBytes: 2000 };
    const { costs, result } = await streaming(file, { limits });
    expect(costs[0]!.loadBytes).toBe(Infinity);
    expect(result.dataset.diffraction).toEqual((await readDataset(file)).dataset.diffraction);
    expect(await failureOf(openDataset(file, { scratch, limits, choose: () => "load" }))).toMatch(
      /data: is larger than this reader takes.*at most 2000/,
    );
  });

  test("may refuse: nothing stays open", async () => {
    const file = join(folder, "refused.npz");
    await writeNpz(file, smallArrays());
    const before = openFiles();
    const refusal = openDataset(file, {
      scratch,
      choose() {
        throw new Error("too dear");
      },
    });
    await expect(refusal).rejects.toThrow("too dear");
    expect(openFiles()).toBe(before);
  });

  test("may abort: the temporary file goes", async () => {
    const file = join(folder, "abort.npz");
    await writeNpz(file, smallArrays());
    const abort = new AbortController();
    const before = openFiles();
    const aborted = openDataset(file, {
      scratch,
      signal: abort.signal,
      choose() {
        abort.abort();
        return "stream";
      },
    });
    expect(await failureOf(aborted)).toMatch(/abort\.npz : diffraction: reading was stopped/);
    expect(readdirSync(scratch)).toEqual([]);
    expect(openFiles()).toBe(before);
  });
});

test("a file inside bzip2 is unwrapped into the folder for temporary files", async () => {
  const before = openFiles();
  // numpy's archive is no dataset, but it has been unwrapped by then.
  const file = join(import.meta.dirname, "../../fixtures/npy/stored.npz.bz2");
  expect(await failureOf(openDataset(file, { scratch, choose: () => "stream" }))).toMatch(/is not a dataset/);
  await expect(openDataset(file, { scratch: join(folder, "none"), choose: () => "stream" })).rejects.toThrow(
    /none: a temporary file cannot be made/,
  );
  expect(openFiles()).toBe(before);
});

const empty = { dtype: "float32", data: new Float32Array(0) } as const;

function of(dtype: AnyArray["dtype"], data: AnyArray["data"]): AnyArray {
  return { dtype, shape, data } as AnyArray;
}

function reshaped(to: readonly number[]): AnyArray {
  return { dtype: "float64", shape: to, data: whole };
}

function complexFrames(to: readonly number[]): AnyArray {
  const count = to.reduce((product, n) => product * n, 2);
  return { dtype: "complex64", shape: to, data: new Float32Array(count).fill(1) };
}

function cornered(): AnyArray {
  const data = new Float32Array(frames * pixels);
  for (let j = 0; j < frames; j++) data.fill(9.5 + j, j * pixels, j * pixels + 2);
  return of("float32", data);
}

function withDiff3d(): Arrays {
  const { xcoords, ycoords } = smallArrays();
  const diff3d = of("float64", split);
  return smallArrays({ diff3d, xcoords: ycoords, ycoords: xcoords });
}

function tike({ dtype, data }: { dtype: "float32" | "float64"; data: Float32Array | Float64Array }): Arrays {
  const step = Float32Array.of(-20.5, 3.25, 0, -7.5, 10.25, 30, 4, 4, 7, 9);
  const probe = Float32Array.from({ length: 256 }, (_, i) => (i % 5) - 2);
  return {
    data: { dtype, shape: [1, ...shape], data } as AnyArray,
    probe: { dtype: "complex64", shape: [1, 1, 1, 2, 8, 8], data: probe },
    scan: { dtype: "float32", shape: [1, frames, 2], data: step },
  };
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (cause) {
    if (isDoselapError(cause)) return cause.message;
    throw cause;
  }
  return "no failure";
}

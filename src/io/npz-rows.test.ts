// Rows of an archive that stays on disc are those that reading it whole gives; what reading refuses is refused alike, and no
// temporary file or open file outlives its use.

import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFiles } from "../../test/support/open-files.ts";
import { npy, storedNpz } from "../../test/support/stored-npz.ts";
import { shapeText, type AnyArray } from "../array/ndarray.ts";
import { isDoselapError, messageOf } from "../errors.ts";
import { encodeNpy } from "./npy.ts";
import { openNpz, openNpzBytes, writeNpz } from "./npz.ts";
import { openSpool } from "./spool.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/npy");
let folder = "";
let scratch = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-rows-"));
  scratch = mkdtempSync(join(folder, "scratch-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const ramp: AnyArray = {
  dtype: "float32",
  shape: [7, 3, 5],
  data: Float32Array.from({ length: 105 }, (_, i) => i / 4),
};
/** 3 MB: rows of 40 kB in several blocks. */
const large: AnyArray = {
  dtype: "float64",
  shape: [75, 5000],
  data: Float64Array.from({ length: 375_000 }, (_, i) => Math.sin(i)),
};

function numbersOf(array: AnyArray): number[] {
  return Array.from<bigint | number | string, number>(array.data, Number);
}

/** Every row, first as seen, then as read in this order. */
async function rowsOf(file: string, key: string, rowElements: number, order?: readonly number[]) {
  const npz = await openNpz(file);
  try {
    const seen: number[][] = [];
    const visit = (row: number, values: Float64Array) => {
      expect(row).toBe(seen.length);
      seen.push([...values]);
    };
    const reader = await npz.openRows(key, { rowElements, scratch, visit });
    // The name is gone while the file is still open.
    expect(readdirSync(scratch)).toEqual([]);
    const out = new Float64Array(seen[0]?.length ?? 0);
    const read = seen.map(() => new Array<number>());
    for (const row of order ?? seen.keys()) {
      reader.read(row, out);
      read[row] = [...out];
    }
    await reader.close();
    return { seen, read, reader };
  } finally {
    await npz.close();
  }
}

describe("rows", () => {
  test.each(["stored.npz", "deflated.npz", "stored.npz.bz2"])("of numpy's %s", async (name) => {
    const { seen, read, reader } = await rowsOf(join(fixtures, name), "a", 3);
    expect(seen).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(read).toEqual(seen);
    expect(reader).toMatchObject({ rows: 2, spooledBytes: name === "deflated.npz" ? 128 + 24 : 0 });
  });

  test.each([
    ["stored", (file: string) => writeFileSync(file, storedNpz([["a", Buffer.from(encodeNpy(large))]]))],
    ["compressed", (file: string) => writeNpz(file, { a: large })],
  ])("of a %s array of several blocks, in any order", async (_how, write) => {
    const file = join(folder, "large.npz");
    await Promise.resolve(write(file));
    const expected = Array.from({ length: 75 }, (_, row) => [
      ...(large.data as Float64Array).subarray(5000 * row, 5000 * (row + 1)),
    ]);
    const anyOrder = Array.from({ length: 150 }, (_, i) => (i * 37) % 75);
    for (const order of [undefined, anyOrder, [...expected.keys()].toReversed()]) {
      const { seen, read, reader } = await rowsOf(file, "a", 5000, order);
      expect(seen).toEqual(expected);
      expect(read).toEqual(expected);
      // A block of at most 1 MiB, whatever the array.
      expect(reader.heldBytes).toBe(26 * 40_000);
    }
  });

  test("are cut by their number of elements, whatever the axes; complex ones have two numbers each", async () => {
    const file = join(folder, "shapes.npz");
    const complex: AnyArray = { dtype: "complex64", shape: [1, 2, 3], data: Float32Array.of(...range(12)) };
    await writeNpz(file, { ramp, complex });
    expect((await rowsOf(file, "ramp", 35)).read).toEqual([0, 1, 2].map((row) => quarters(35 * row, 35)));
    expect((await rowsOf(file, "complex", 3)).read).toEqual([range(6), range(6, 6)]);
    await expect(rowsOf(file, "ramp", 4)).rejects.toThrow(
      /shapes\.npz : ramp: cannot be cut.*rows of 4.*\(7, 3, 5\)/,
    );
  });

  test.each(["<i8", ">u2", ">f4", "<f2", "|i1", ">c16"])(
    "of %s are those of the whole array",
    async (descr) => {
      const itemBytes = Number(descr.slice(2));
      const bytes = Uint8Array.from({ length: 12 * itemBytes }, (_, i) => (i * 89) % 251);
      const file = join(folder, "types.npz");
      writeFileSync(file, storedNpz([["a", npy(descr, [4, 3], bytes)]]));
      const npz = await openNpz(file);
      const expected = numbersOf(await npz.read("a"));
      await npz.close();
      const { read, seen } = await rowsOf(file, "a", 3);
      expect(read.flat()).toEqual(expected);
      expect(seen.flat()).toEqual(expected);
    },
  );

  test("can be looked through without being kept: no temporary file", async () => {
    const file = join(folder, "look.npz");
    await writeNpz(file, { ramp });
    const npz = await openNpz(file);
    let sum = 0;
    await npz.visitRows("ramp", {
      rowElements: 15,
      visit: (_row, values) => (sum += values.reduce((total, value) => total + value, 0)),
    });
    expect(sum).toBe((104 * 105) / 2 / 4);
    await npz.close();
  });
});

describe("temporary files", () => {
  test("a bzip2 archive is unwrapped into one", async () => {
    const before = openFiles();
    const npz = await openNpz(join(fixtures, "stored.npz.bz2"), { unwrapIn: scratch });
    expect(npz.wrapping).toBe("bzip2");
    expect(await npz.read("a")).toMatchObject({ shape: [2, 3] });
    expect(readdirSync(scratch)).toEqual([]);
    await npz.close();
    expect(openFiles()).toBe(before);
  });

  test("hold what was appended", async () => {
    const spool = await openSpool(scratch, 10);
    spool.append(Uint8Array.of(1, 2, 3));
    spool.append(Uint8Array.of(4, 5));
    const source = spool.source("x.npz");
    const target = new Uint8Array(4);
    source.readNow(target, 3, 1);
    expect([...target]).toEqual([2, 3, 4, 0]);
    expect(() => source.readNow(target, 4, 2)).toThrow(/x\.npz: the file is truncated.*at least 6 bytes.*5/);
    await spool.close();
  });

  test("are refused where there is no room or no folder, before a byte is written", async () => {
    await expect(openSpool(scratch, 1e18)).rejects.toThrow(
      /scratch-.*has no room for a temporary file.*1000000000000000000 bytes free/,
    );
    await expect(openSpool(join(folder, "none"))).rejects.toThrow(
      /none: a temporary file cannot be made.*no such/,
    );
    const file = join(folder, "deflated.npz");
    await writeNpz(file, { ramp });
    const npz = await openNpz(file);
    await expect(npz.openRows("ramp", { rowElements: 15, scratch: join(folder, "none") })).rejects.toThrow(
      /none: a temporary file/,
    );
    await npz.close();
  });

  test("are gone after an error, an abort, and a visitor that throws", async () => {
    const file = join(folder, "large.npz");
    await writeNpz(file, { large });
    const damaged = join(folder, "damaged.npz");
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(1, bytes.indexOf("PK\x01\x02", 0, "latin1") + 16);
    writeFileSync(damaged, bytes);
    const before = openFiles();
    const abort = new AbortController();
    const rowElements = 5000;
    const attempts: [string, Parameters<Awaited<ReturnType<typeof openNpz>>["openRows"]>[1], RegExp][] = [
      [damaged, { rowElements, scratch }, /damaged\.npz : large: the checksum does not match/],
      [
        file,
        { rowElements, scratch, signal: abort.signal, visit: () => abort.abort() },
        /large\.npz : large: reading was stopped/,
      ],
      [
        file,
        {
          rowElements,
          scratch,
          visit: () => {
            throw new Error("seen enough");
          },
        },
        /seen enough/,
      ],
    ];
    for (const [path, options, message] of attempts) {
      const npz = await openNpz(path);
      await expect(npz.openRows("large", options)).rejects.toThrow(message);
      await npz.close();
    }
    expect(readdirSync(scratch)).toEqual([]);
    expect(openFiles()).toBe(before);
  });
});

describe("hostile files", () => {
  const stored = storedNpz([["ramp", Buffer.from(encodeNpy(ramp))]]);
  const shown = (error: unknown): string =>
    isDoselapError(error) ? error.message : `no doselap error: ${messageOf(error)}`;

  /** What reading gives and what rows give: the numbers, or the message. */
  async function both(bytes: Uint8Array, key = "ramp"): Promise<[unknown, unknown]> {
    const limits = { maxArrayBytes: 1 << 20 };
    const whole = openNpzBytes(bytes, "hostile.npz", limits).then(async (npz) => {
      const array = await npz.read(key);
      return { shape: shapeText(array.shape), numbers: numbersOf(array) };
    });
    const rows = openNpzBytes(bytes, "hostile.npz", limits).then(async (npz) => {
      const { shape } = await npz.header(key);
      const numbers: number[] = [];
      const visit = (_row: number, values: Float64Array) => numbers.push(...values);
      const reader = await npz.openRows(key, { rowElements: 1, scratch, visit });
      const out = new Float64Array(numbers.length / Math.max(1, reader.rows));
      const read = Array.from({ length: reader.rows }, (_, row) => {
        reader.read(row, out);
        return [...out];
      });
      await reader.close();
      expect(read.flat()).toEqual(numbers);
      return { shape: shapeText(shape), numbers };
    });
    return Promise.all([whole.catch(shown), rows.catch(shown)]);
  }

  test("a file cut anywhere is refused with the words of the whole reader", async () => {
    await writeNpz(join(folder, "cut.npz"), { ramp });
    for (const sound of [stored, readFileSync(join(folder, "cut.npz"))]) {
      for (let length = 0; length < sound.length; length++) {
        const [whole, rows] = await both(sound.subarray(0, length));
        expect(rows, `cut after ${length} bytes`).toEqual(whole);
        expect(rows).toMatch(/^hostile\.npz/);
      }
    }
  });

  test("flipped bytes are refused or read as the whole reader does", async () => {
    await writeNpz(join(folder, "flip.npz"), { ramp });
    for (const sound of [stored, readFileSync(join(folder, "flip.npz"))]) {
      const flips = fc.array(fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255) }), {
        minLength: 1,
        maxLength: 3,
      });
      await fc.assert(
        fc.asyncProperty(flips, async (changes) => {
          const bytes = Buffer.from(sound);
          for (const { at, to } of changes) bytes[at] = to;
          const [whole, rows] = await both(bytes);
          if (typeof whole === "object") expect(rows).toEqual(whole);
          else expect(rows).toMatch(/^hostile\.npz/);
        }),
        { seed: 12, numRuns: 800 },
      );
    }
  });

  test.each<[string, (body: Buffer) => { content: Buffer; size: number }, RegExp]>([
    [
      "more than it declares",
      (body) => ({ content: Buffer.concat([body, Buffer.alloc(20_000_000)]), size: body.length }),
      /ramp: decompresses to more than it declares/,
    ],
    [
      "less than it declares",
      (body) => ({ content: body.subarray(0, 300), size: body.length }),
      /ramp: decompresses to less than it declares/,
    ],
  ])("a member that gives %s", async (_what, change, message) => {
    const { content, size } = change(Buffer.from(encodeNpy(ramp)));
    const [whole, rows] = await both(deflatedNpz("ramp", content, size));
    expect(rows).toEqual(whole);
    expect(rows).toMatch(message);
  });

  test.each<[string, Buffer, RegExp]>([
    ["Python objects", npy("|O", [1], new Uint8Array(8)), /never executed/],
    ["a header that lies", npy("<f4", [9], new Uint8Array(8)), /the header does not fit the bytes/],
    ["text", npy("<U2", [1], new Uint8Array(8)), /does not hold numbers/],
    ["truth values", npy("|b1", [8], new Uint8Array(8)), /does not hold numbers/],
    [
      "Fortran order",
      Buffer.from(
        npy("<f4", [1, 2], new Uint8Array(8)).toString("latin1").replace("False", "True "),
        "latin1",
      ),
      /has its first axis fastest.*C order/,
    ],
  ])("%s", async (_what, body, message) => {
    const [, rows] = await both(storedNpz([["ramp", body]]));
    expect(rows).toMatch(message);
  });

  test("a file that shrinks while it is read is an error, not numbers", async () => {
    const file = join(folder, "shrinks.npz");
    writeFileSync(file, storedNpz([["large", Buffer.from(encodeNpy(large))]]));
    const npz = await openNpz(file);
    const reader = await npz.openRows("large", { rowElements: 5000, scratch });
    truncateSync(file, 1_000_000);
    const out = new Float64Array(5000);
    reader.read(3, out);
    expect(() => reader.read(70, out)).toThrow(/shrinks\.npz: the file is truncated/);
    await reader.close();
    await npz.close();
  });
});

function range(length: number, from = 0): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

function quarters(from: number, length: number): number[] {
  return range(length, from).map((value) => value / 4);
}

/** A member with the deflated content, declaring `size` bytes and the checksum of the content. */
function deflatedNpz(key: string, content: Buffer, size: number): Buffer {
  const deflated = deflateRawSync(content, { level: 9 });
  const bytes = storedNpz([[key, deflated]]);
  const checksum = storedNpz([[key, content]]).readUInt32LE(14);
  for (const at of [0, bytes.indexOf("PK\x01\x02", 0, "latin1") + 2]) {
    bytes.writeUInt16LE(8, at + 8);
    bytes.writeUInt32LE(checksum, at + 14);
    bytes.writeUInt32LE(size, at + 22);
  }
  return bytes;
}

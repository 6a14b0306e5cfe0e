// Archives of numpy are read, ours are the same bytes everywhere, and damaged or hostile ones are tagged errors.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ZipFile as ZipWriter } from "yazl";
import type { AnyArray } from "../array/ndarray.ts";
import { isDoselapError } from "../errors.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { openNpz, openNpzBytes, writeNpz } from "./npz.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/npy");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-npz-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const frames: AnyArray = { dtype: "float32", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) };
const index: AnyArray = { dtype: "int64", shape: [2], data: BigInt64Array.of(1n, -2n) };
const text: AnyArray = { dtype: "string", shape: [], data: ["µm 😀"] };
const zeros: AnyArray = { dtype: "float64", shape: [50000], data: new Float64Array(50000) };

async function written(arrays: Record<string, AnyArray>, name = "a.npz"): Promise<Buffer> {
  await writeNpz(join(folder, name), arrays);
  return readFileSync(join(folder, name));
}
async function readAll(bytes: Uint8Array, limits = {}): Promise<Record<string, AnyArray>> {
  const npz = await openNpzBytes(bytes, "hostile.npz", limits);
  const arrays: Record<string, AnyArray> = {};
  for (const name of npz.names) arrays[name] = await npz.read(name);
  return arrays;
}
/** The bytes with one field of the central directory's first entry, and of its local header, replaced. */
function patched(bytes: Buffer, central: number, write: (target: Buffer, at: number) => void): Buffer {
  const copy = Buffer.from(bytes);
  write(copy, copy.indexOf("PK\x01\x02", 0, "latin1") + central);
  return copy;
}

describe("reading what numpy wrote", () => {
  test.each(["stored.npz", "deflated.npz", "stored.npz.bz2"])(
    "%s: names, headers and values",
    async (file) => {
      const npz = await openNpz(join(fixtures, file));
      expect(npz.names).toEqual(["a", "b", "c"]);
      expect(await npz.header("a")).toMatchObject({ name: "float32", shape: [2, 3] });
      expect(await npz.read("a")).toEqual(frames);
      expect(await npz.read("b")).toEqual({ dtype: "string", shape: [2], data: ["x", "yz"] });
      expect(await npz.read("c")).toEqual({ dtype: "complex128", shape: [], data: Float64Array.of(3, 4) });
      expect(npz.wrapping).toBe(file.endsWith("bz2") ? "bzip2" : undefined);
      await npz.close();
    },
  );

  test("a zip64 archive is read like any other", async () => {
    const zip = new ZipWriter();
    zip.addBuffer(Buffer.from(encodeNpy(frames)), "frames.npy", { forceZip64Format: true });
    zip.end({ forceZip64Format: true, comment: "" });
    expect(await readAll(await buffer(zip.outputStream))).toEqual({ frames });
  });

  test("the content tells what a file is, whatever its name", async () => {
    const path = join(folder, "misnamed.dat");
    writeFileSync(path, readFileSync(join(fixtures, "stored.npz.bz2")));
    const npz = await openNpz(path);
    expect(npz.names).toEqual(["a", "b", "c"]);
    await npz.close();
  });
});

describe("writing", () => {
  test("arrays come back as they were, in the order given", async () => {
    const arrays = { z: frames, index, text, a: zeros };
    const back = await readAll(await written(arrays));
    expect(Object.keys(back)).toEqual(["z", "index", "text", "a"]);
    expect(back).toEqual(arrays);
  });

  test("the same arrays give the same bytes in another time zone, dated 1980-01-01", async () => {
    const zone = process.env["TZ"];
    const first = await written({ frames, text }, "one.npz");
    // The westernmost zone: yazl took its earliest date, local midnight, from the zone it was loaded in.
    process.env["TZ"] = "Etc/GMT+12";
    const second = await written({ frames, text }, "two.npz");
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
    expect(second.equals(first)).toBe(true);
    // DOS date in the local header: year 0 (1980), month 1, day 1; time 0.
    expect([first.readUInt16LE(10), first.readUInt16LE(12)]).toEqual([0, 0x21]);
  });

  test("a failed write leaves neither the file nor a temporary one", async () => {
    const inside = mkdtempSync(join(folder, "failed-"));
    await expect(writeNpz(join(inside, "a.npz"), { "../up": frames })).rejects.toThrow(
      /cannot have this name/,
    );
    const broken: AnyArray = { dtype: "float32", shape: [9], data: new Float32Array(2) };
    await expect(writeNpz(join(inside, "a.npz"), { broken })).rejects.toThrow(/a\.npz : broken/);
    await expect(writeNpz(join(folder, "a.npz", "below.npz"), { frames })).rejects.toThrow(
      /cannot be written/,
    );
    expect(readdirSync(inside)).toEqual([]);
  });

  test("arrays of any shape come back as they were", async () => {
    const float = fc.array(fc.float(), { maxLength: 40 }).map((values): AnyArray => ({
      dtype: "float32",
      shape: [values.length],
      data: Float32Array.from(values),
    }));
    const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).filter((name) => name !== "__proto__");
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, float, { maxKeys: 4, noNullPrototype: true }), async (arrays) => {
        expect(await readAll(await written(arrays))).toEqual(arrays);
      }),
      { seed: 4, numRuns: 40 },
    );
  });
});

describe("hostile files", () => {
  test("a name the archive lacks is an error that lists the names it has", async () => {
    const npz = await openNpzBytes(await written({ frames, text }), "x.npz");
    await expect(npz.read("Frames")).rejects.toThrow(/x\.npz : Frames: .*one of frames, text/);
  });

  test("an object array is refused by name, listed by header, and the others are read", async () => {
    const { storedNpz } = await import("../../test/support/stored-npz.ts");
    const object = readFileSync(join(fixtures, "object.npy"));
    const npz = await openNpzBytes(
      storedNpz([
        ["_metadata", object],
        ["a", Buffer.from(encodeNpy(frames))],
      ]),
      "x.npz",
    );
    expect((await npz.header("_metadata")).name).toBe("object");
    await expect(npz.read("_metadata")).rejects.toThrow(/x\.npz : _metadata: .*never executed/);
    expect(await npz.read("a")).toEqual(frames);
  });

  test("a wrong checksum names file and key", async () => {
    const bytes = patched(await written({ frames }), 16, (target, at) => target.writeUInt32LE(1, at));
    await expect(readAll(bytes)).rejects.toThrow(/hostile\.npz : frames: the checksum does not match/);
  });

  test("a member that inflates to more than it declares stops there", async () => {
    // The header of the small array with the deflated body of a large one.
    const honest = encodeNpy(frames);
    const bomb = deflateRawSync(Buffer.concat([honest, Buffer.alloc(50_000_000)]), { level: 9 });
    const bytes = await zipOf("frames.npy", bomb, honest.length);
    await expect(readAll(bytes)).rejects.toThrow(
      /hostile\.npz : frames: decompresses to more than it declares/,
    );
  });

  test("a member that inflates to less than it declares is an error", async () => {
    const declared: AnyArray = { dtype: "float32", shape: [100], data: new Float32Array(100) };
    const body = encodeNpy(declared);
    const bytes = await zipOf("frames.npy", deflateRawSync(body.subarray(0, 300)), body.length);
    await expect(readAll(bytes)).rejects.toThrow(/decompresses to less/);
  });

  test("a size that no deflate stream of that length can give is refused before inflating", async () => {
    const bytes = patched(await written({ zeros }), 24, (target, at) => target.writeUInt32LE(0xfffffff0, at));
    await expect(readAll(bytes)).rejects.toThrow(/zeros: declares a size that its bytes cannot give/);
  });

  test("a header that lies about its shape is refused before inflating", async () => {
    const lying = Buffer.from(encodeNpy(zeros)).toString("latin1").replace("(50000,)", "(90000,)");
    const body = Buffer.from(lying, "latin1");
    const bytes = await zipOf("zeros.npy", deflateRawSync(body), body.length);
    await expect(readAll(bytes)).rejects.toThrow(/zeros: the header does not fit the bytes/);
  });

  test("an array beyond the limit is refused by name", async () => {
    await expect(readAll(await written({ zeros }), { maxArrayBytes: 1000 })).rejects.toThrow(
      /zeros: is larger than/,
    );
  });

  test.each(["../evil.npy", "/etc/evil.npy", "a\\evil.npy"])(
    "the member name %s is refused",
    async (name) => {
      const bytes = await zipOf(name, deflateRawSync(encodeNpy(frames)), encodeNpy(frames).length);
      await expect(readAll(bytes)).rejects.toThrow(/hostile\.npz: is not a sound ZIP archive.*evil/);
    },
  );

  test("two members of one name are refused", async () => {
    const { storedNpz } = await import("../../test/support/stored-npz.ts");
    const body = Buffer.from(encodeNpy(frames));
    await expect(
      readAll(
        storedNpz([
          ["a", body],
          ["a", body],
        ]),
      ),
    ).rejects.toThrow(/hostile\.npz : a: has two arrays/);
  });

  test("an encrypted member and an unknown compression are refused", async () => {
    const bytes = await written({ frames });
    await expect(readAll(patched(bytes, 8, (target, at) => target.writeUInt16LE(1, at)))).rejects.toThrow(
      /encrypted/,
    );
    await expect(readAll(patched(bytes, 10, (target, at) => target.writeUInt16LE(93, at)))).rejects.toThrow(
      /method 93/,
    );
  });

  test("an empty file, a text, a folder and a missing file each say what they are", async () => {
    await expect(readAll(new Uint8Array(0))).rejects.toThrow(/got an empty file/);
    await expect(readAll(Buffer.from("hello"))).rejects.toThrow(/is not an NPZ file/);
    await expect(openNpz(folder)).rejects.toThrow(/a folder/);
    await expect(openNpz(join(folder, "none.npz"))).rejects.toThrow(/no such file/);
  });

  test("a file cut anywhere is a doselap error", async () => {
    const bytes = await written({ frames, text });
    for (let length = 0; length < bytes.length; length++) {
      const error: unknown = await readAll(bytes.subarray(0, length)).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(isDoselapError(error, "Format"), `cut after ${length} bytes`).toBe(true);
    }
  });

  test("flipped bytes give arrays or a doselap error, and never a wrong value", async () => {
    const arrays = { frames, index, text };
    const sound = await written(arrays);
    const flips = fc.array(fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255) }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const bytes = Buffer.from(sound);
        for (const { at, to } of changes) bytes[at] = to;
        const result = await readAll(bytes, { maxArrayBytes: 1 << 20 }).then(
          (value) => value,
          (cause: unknown) => cause,
        );
        if (isDoselapError(result)) return;
        // A renamed or lost member is possible; a checksummed value that changed is not.
        for (const array of Object.values(result as Record<string, AnyArray>)) {
          expect(Object.values(arrays)).toContainEqual(array);
        }
      }),
      { seed: 5, numRuns: 1500 },
    );
  });
});

/** A one-member archive with deflated bytes, declaring `size`, with the checksum of what `size` bytes of it would be. */
async function zipOf(name: string, deflated: Buffer, size: number): Promise<Buffer> {
  const { crc32, inflateRawSync } = await import("node:zlib");
  const content = inflateRawSync(deflated);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt16LE(0x21, 8);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(deflated.length, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, Buffer.from(name), deflated]);
  const directory = Buffer.concat([
    Buffer.from("PK\x01\x02\x14\x00", "latin1"),
    fields,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, directory, Buffer.from("PK\x05\x06", "latin1"), end]);
}

test("a member is what decoding its bytes gives", async () => {
  const bytes = encodeNpy(frames);
  const read = await readAll(await zipOf("frames.npy", deflateRawSync(bytes), bytes.length));
  expect(read["frames"]).toEqual(decodeNpy(bytes));
});

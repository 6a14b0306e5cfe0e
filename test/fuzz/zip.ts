// ZIP archives for the fuzzer, made and taken apart with Node alone and none of our own code.
// APPNOTE.TXT 6.3.10 (PKWARE).

import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly body: Uint8Array;
  readonly isDeflated: boolean;
}

const [localMark, centralMark, endMark] = ["PK\x03\x04", "PK\x01\x02", "PK\x05\x06"].map((mark) =>
  Buffer.from(mark, "latin1"),
) as [Buffer, Buffer, Buffer];

export function zipOf(entries: readonly ZipEntry[]): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, body, isDeflated } of entries) {
    const packed = isDeflated ? deflateRawSync(body) : Buffer.from(body);
    const fileName = Buffer.from(name, "utf8");
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(isDeflated ? 8 : 0, 4);
    fields.writeUInt16LE(0x0021, 8);
    fields.writeUInt32LE(crc32(body), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(body.length, 18);
    fields.writeUInt16LE(fileName.length & 0xffff, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([centralMark, Buffer.from([20, 0]), fields, tail, fileName]));
    const local = Buffer.concat([localMark, fields, fileName, packed]);
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length & 0xffff, 4);
  end.writeUInt16LE(entries.length & 0xffff, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, endMark, end]);
}

/** The members of a sound archive; undefined for one that is damaged already. */
export function unzip(bytes: Uint8Array): ZipEntry[] | undefined {
  const zip = Buffer.from(bytes);
  const entries: ZipEntry[] = [];
  try {
    for (let at = zip.indexOf(centralMark); at >= 0; at = zip.indexOf(centralMark, at + 4)) {
      const nameLength = zip.readUInt16LE(at + 28);
      const isDeflated = zip.readUInt16LE(at + 10) === 8;
      const start = zip.readUInt32LE(at + 42);
      const dataStart = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
      const packed = zip.subarray(dataStart, dataStart + zip.readUInt32LE(at + 20));
      const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
      const body = isDeflated ? inflateRawSync(packed, { maxOutputLength: 1 << 24 }) : packed;
      entries.push({ name, body, isDeflated });
    }
  } catch {
    // Damaged by an earlier mutation.
    return undefined;
  }
  return entries.length === 0 ? undefined : entries;
}

/** Where the records of an archive begin, with how many bytes of fields each has. */
export function zipRecords(bytes: Uint8Array): { readonly at: number; readonly length: number }[] {
  const zip = Buffer.from(bytes);
  const found: { at: number; length: number }[] = [];
  for (const [mark, length] of [
    [localMark, 30],
    [centralMark, 46],
    [endMark, 22],
  ] as const) {
    for (let at = zip.indexOf(mark); at >= 0; at = zip.indexOf(mark, at + 4)) found.push({ at, length });
  }
  return found;
}

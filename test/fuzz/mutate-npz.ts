// Damage that knows NPY and NPZ: headers that say something else, members that are renamed, doubled, missing or hostile with
// right checksums, and fields of the zip's own records.

import type { Random } from "./random.ts";
import type { Mutator } from "./target.ts";
import { byteMutators } from "./mutate-bytes.ts";
import { jsonMutators } from "./mutate-json.ts";
import { hostileWords } from "./words.ts";
import { unzip, zipOf, zipRecords } from "./zip.ts";

const dtypes = [
  "<f4",
  ">f8",
  "<f2",
  "<c8",
  "|b1",
  "<i8",
  "<u8",
  "|O",
  "<U0",
  "<U7",
  "<U100000000",
  "|S0",
  "|S3",
  "|V8",
  "<M8[s]",
  "<f16",
  "=f4",
  "<f4\\",
  "",
  "<f-4",
  "<f99999999999",
];
const shapes = [
  "()",
  "(0,)",
  "(1,)",
  "(-1,)",
  "(3, 3)",
  "(1.5,)",
  "(9007199254740993,)",
  "(4294967296, 4294967296)",
  "(0, 9007199254740991)",
  "(1000000000,)",
  "(True,)",
  "('a',)",
  "((1,),)",
  `(${"1, ".repeat(64)})`,
  `(${"9007199254740991, ".repeat(40)}0)`,
];

/** Writes other words into the header, its length kept right. */
export const changeNpyHeader: Mutator = (input, random) => {
  const bytes = Buffer.from(input);
  if (bytes.length < 12 || bytes[0] !== 0x93) return input;
  const long = bytes[6]! > 1;
  const start = long ? 12 : 10;
  const end = start + (long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const changed = changedHeader(bytes.toString("latin1", start, end), random);
  const header = Buffer.from(changed, "latin1");
  const prefix = Buffer.from(bytes.subarray(0, start));
  if (long) prefix.writeUInt32LE(header.length, 8);
  else prefix.writeUInt16LE(header.length & 0xffff, 8);
  return Buffer.concat([prefix, header, bytes.subarray(Math.min(end, bytes.length))]);
};

function changedHeader(header: string, random: Random): string {
  switch (random.below(6)) {
    case 0:
      return header.replace(/'descr': *'[^']*'/u, () => `'descr': '${random.pick(dtypes)}'`);
    case 1:
      return header.replace(/\([^)]*\)/u, () => random.pick(shapes));
    case 2:
      return header.replace(/True|False/u, () => random.pick(["True", "False", "None", "1", "'True'"]));
    case 3:
      return header.replace(/'(?:descr|shape|fortran_order)'/u, () => `'${random.pick(hostileWords)}'`);
    case 4:
      return random.pick(["[", "(", "{'a': "]).repeat(1 + random.below(3000));
    default:
      return header.replace(/'descr': *'[^']*'/u, () => "'descr': [('a', '<f4'), ('b', '|O')]");
  }
}

const otherNames = [
  "diffraction",
  "diff3d",
  "xcoords",
  "probeGuess",
  "objectGuess",
  "Y",
  "scan_index",
  "_metadata",
  "data",
  "scan",
  "probe",
];

/** A member is damaged, and its archive made anew around it. */
export const changeMember: Mutator = (input, random, others) => {
  const entries = unzip(input);
  if (entries === undefined) return input;
  const at = random.below(entries.length);
  const entry = entries[at]!;
  switch (random.below(5)) {
    case 0: {
      const mutator = random.pick(byteMutators);
      entries[at] = { ...entry, body: mutator(entry.body, random, others) };
      break;
    }
    case 1:
      entries.splice(at, 1);
      break;
    case 2:
      entries.push({ ...entry, isDeflated: random.chance(0.5) });
      break;
    case 3: {
      const name = random.chance(0.5) ? random.pick(otherNames) : random.pick(hostileWords);
      entries[at] = { ...entry, name: `${name}.npy` };
      break;
    }
    default:
      entries[at] = { ...entry, body: changeNpyHeader(entry.body, random, others) };
  }
  return zipOf(entries);
};

/** Data of the right size and of another kind: not finite, negative, enormous. */
const changeNumbers: Mutator = (input, random) => {
  const entries = unzip(input);
  if (entries === undefined) return input;
  const at = random.below(entries.length);
  const body = Buffer.from(entries[at]!.body);
  const start = 10 + (body.length > 12 ? body.readUInt16LE(8) : 0);
  const value = random.pick([NaN, Infinity, -Infinity, -1, 1e38, 1e-40, 2 ** 31, -0]);
  const wide = random.chance(0.5);
  const size = wide ? 8 : 4;
  for (let count = 1 + random.below(20); count > 0; count--) {
    const place = start + size * random.below(Math.max(1, Math.floor((body.length - start) / size)));
    if (place + size > body.length) continue;
    if (wide) body.writeDoubleLE(value, place);
    else body.writeFloatLE(value, place);
  }
  entries[at] = { ...entries[at]!, body };
  return zipOf(entries);
};

/** The text of the metadata, as JSON that says something else. */
const changeMetadata: Mutator = (input, random, others) => {
  const entries = unzip(input);
  const at = entries?.findIndex(({ name }) => name === "_metadata.npy") ?? -1;
  if (entries === undefined || at < 0) return input;
  const body = Buffer.from(entries[at]!.body);
  if (body.length < 12) return input;
  const start = 10 + body.readUInt16LE(8);
  const characters = Array.from({ length: Math.floor((body.length - start) / 4) }, (_, i) =>
    String.fromCharCode(body.readUInt16LE(start + 4 * i)),
  );
  const json = random.pick(jsonMutators)(Buffer.from(characters.join("")), random, others);
  const codes = Array.from(Buffer.from(json).toString("utf8"), (character) => character.codePointAt(0)!);
  const header = body
    .toString("latin1", 10, start)
    .replace(/<U\d+/u, `<U${codes.length}`)
    .trimEnd()
    .padEnd(117);
  const head = Buffer.from(body.subarray(0, 10));
  head.writeUInt16LE(header.length + 1, 8);
  const data = Buffer.alloc(4 * codes.length);
  codes.forEach((code, i) => data.writeUInt32LE(code, 4 * i));
  entries[at] = { ...entries[at]!, body: Buffer.concat([head, Buffer.from(`${header}\n`, "latin1"), data]) };
  return zipOf(entries);
};

/** One field of a record of the archive, the rest sound. */
const changeRecord: Mutator = (input, random) => {
  const records = zipRecords(input);
  if (records.length === 0) return input;
  const { at, length } = random.pick(records);
  const bytes = Buffer.from(input);
  const place = at + 4 + 2 * random.below((length - 4) / 2);
  if (place + 2 > bytes.length) return input;
  bytes.writeUInt16LE(random.pick([0, 1, 8, 9, 12, 99, 0x7fff, 0xffff, random.below(0x10000)]), place);
  return bytes;
};

/** A small member that claims, and gives, a great deal. */
const bomb: Mutator = (input, random) => {
  const entries = unzip(input) ?? [];
  const at = random.below(Math.max(1, entries.length));
  const { name = "diffraction.npy", body = new Uint8Array(0) } = entries[at] ?? {};
  entries[at] = {
    name,
    body: Buffer.concat([body, Buffer.alloc(random.pick([1 << 16, 1 << 20, 1 << 24]))]),
    isDeflated: true,
  };
  return zipOf(entries);
};

export const npzMutators: readonly Mutator[] = [
  changeMember,
  changeMember,
  changeMember,
  changeNumbers,
  changeMetadata,
  changeRecord,
  changeRecord,
  // A bomb takes as long as a hundred others.
  (input, random, others) => (random.chance(0.05) ? bomb : changeMember)(input, random, others),
];

// The pages of a TIFF file: TIFF 6.0 (Adobe, 1992) and BigTIFF, both byte orders. Directories are a chain of offsets that anyone
// may have written: each is visited once, and nothing is taken for larger than the file.

import { DoselapError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";

export interface TiffPage {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample; samples of a pixel. */
  readonly bits: number;
  readonly samples: number;
  readonly format: "u" | "i" | "f" | "other";
  readonly compression: number;
  readonly predictor: number;
  readonly littleEndian: boolean;
  /** Strips are as wide as the page. */
  readonly segment: { readonly width: number; readonly height: number };
  readonly isTiled: boolean;
  /** Where the segments lie, row by row of them. */
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
  readonly description: string;
}

/** Bytes per value of a field's type; 0 for those that no tag here has. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 0, 0, 0, 8, 8, 8];
const maxPages = 1_000_000;
const maxEntries = 4096;
const windowBytes = 4096;

/** Whether the bytes begin like a TIFF file. */
export function isTiff(head: Uint8Array): boolean {
  const [a, b, c, d] = head;
  const isLittle = a === 0x49 && b === 0x49 && (c === 42 || c === 43) && d === 0;
  return isLittle || (a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43));
}

/** All pages, in order. @throws Format for a damaged chain of directories. */
export async function tiffPages(source: ByteSource): Promise<TiffPage[]> {
  const { file, size } = source;
  const bytes = new Window(source);
  const head = await bytes.at(0, Math.min(16, size));
  if (!isTiff(head)) throw new DoselapError("Format", "is no TIFF file", { file, got: "other bytes" });
  const reader = new Reader(bytes, head[0] === 0x49, head[2] === 43 || head[3] === 43, file);
  const pages: TiffPage[] = [];
  const visited = new Set<number>();
  for (let offset = await reader.firstDirectory(); offset !== 0;) {
    if (visited.has(offset) || visited.size >= maxPages) {
      throw new DoselapError("Format", "has a chain of pages without end", {
        file,
        key: `page ${pages.length}`,
        expected: `at most ${maxPages} pages, each once`,
        got: `the directory at ${offset} again`,
      });
    }
    visited.add(offset);
    const { page, next } = await reader.directory(offset, `page ${pages.length}`);
    pages.push(page);
    offset = next;
  }
  if (pages.length === 0) throw new DoselapError("Format", "has no pages", { file });
  return pages;
}

/** Neighbouring small reads are one. */
class Window {
  readonly #source: ByteSource;
  #start = 0;
  #bytes = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get size(): number {
    return this.#source.size;
  }

  async at(position: number, length: number): Promise<Uint8Array> {
    if (position < this.#start || position + length > this.#start + this.#bytes.length) {
      const wanted = Math.max(length, Math.min(windowBytes, this.size - position));
      // Beyond the end: the source says so, before memory is taken for a length that is a lie.
      if (position + length > this.size) await this.#source.readInto(new Uint8Array(1), this.size);
      const bytes = new Uint8Array(wanted);
      await this.#source.readInto(bytes, position);
      [this.#start, this.#bytes] = [position, bytes];
    }
    return this.#bytes.subarray(position - this.#start, position - this.#start + length);
  }
}

interface Field {
  readonly type: number;
  readonly count: number;
  /** Where its values lie. */
  readonly at: number;
}

class Reader {
  readonly #bytes: Window;
  readonly #little: boolean;
  readonly #big: boolean;
  readonly #file: string;

  constructor(bytes: Window, little: boolean, big: boolean, file: string) {
    this.#bytes = bytes;
    this.#little = little;
    this.#big = big;
    this.#file = file;
  }

  firstDirectory(): Promise<number> {
    return this.#big ? this.#number(8, 8) : this.#number(4, 4);
  }

  async directory(offset: number, key: string): Promise<{ page: TiffPage; next: number }> {
    const [countBytes, entryBytes, wordBytes] = this.#big ? [8, 20, 8] : [2, 12, 4];
    const count = await this.#number(offset, countBytes);
    if (count > maxEntries) throw this.#wrong(key, `at most ${maxEntries} fields`, `${count}`);
    const fields = new Map<number, Field>();
    const start = offset + countBytes;
    for (let i = 0; i < count; i++) {
      const at = start + i * entryBytes;
      const tag = await this.#number(at, 2);
      const type = await this.#number(at + 2, 2);
      const values = await this.#number(at + 4, wordBytes);
      const inline = values * (typeBytes[type] ?? 0) <= wordBytes;
      const place = at + 4 + wordBytes;
      fields.set(tag, { type, count: values, at: inline ? place : await this.#number(place, wordBytes) });
    }
    const page = await this.#page(fields, key);
    return { page, next: await this.#number(start + count * entryBytes, wordBytes) };
  }

  async #page(fields: ReadonlyMap<number, Field>, key: string): Promise<TiffPage> {
    const list = async (tag: number): Promise<number[] | undefined> => {
      const field = fields.get(tag);
      return field === undefined ? undefined : this.#values(field, key, tag);
    };
    const one = async (tag: number, otherwise?: number): Promise<number> => {
      const value = (await list(tag))?.[0] ?? otherwise;
      if (value !== undefined) return value;
      throw this.#wrong(key, `the field ${tag}`, "none");
    };
    const width = await one(256);
    const height = await one(257);
    const bits = (await list(258)) ?? [1];
    const compression = await one(259, 1);
    const isTiled = fields.has(324);
    const segment = isTiled
      ? { width: await one(322), height: await one(323) }
      : { width, height: Math.min(height, await one(278, height)) };
    const offsets = (await list(isTiled ? 324 : 273)) ?? [];
    const samples = await one(277, 1);
    if (!(width > 0 && height > 0 && segment.width > 0 && segment.height > 0))
      throw this.#wrong(key, "at least one pixel", `${width} × ${height}`);
    const planes = (await one(284, 1)) === 2 ? samples : 1;
    const segments = Math.ceil(width / segment.width) * Math.ceil(height / segment.height) * planes;
    if (offsets.length !== segments)
      throw this.#wrong(key, `${segments} strips or tiles`, `${offsets.length}`);
    // Old writers leave the length of the one uncompressed strip out.
    const whole = Math.ceil((width * height * bits[0]!) / 8);
    const byteCounts =
      (await list(isTiled ? 325 : 279)) ?? (segments === 1 && compression === 1 ? [whole] : []);
    if (byteCounts.length !== segments)
      throw this.#wrong(key, `${segments} lengths of strips or tiles`, `${byteCounts.length}`);
    const isOdd = bits.some((other) => other !== bits[0]) || (await one(266, 1)) !== 1;
    const format = (["other", "u", "i", "f"] as const)[await one(339, 1)] ?? "other";
    return {
      width,
      height,
      bits: bits[0]!,
      samples,
      format: isOdd ? "other" : format,
      compression,
      predictor: await one(317, 1),
      littleEndian: this.#little,
      segment,
      isTiled,
      offsets,
      byteCounts,
      description: await this.#text(fields.get(270)),
    };
  }

  async #values({ type, count, at }: Field, key: string, tag: number): Promise<number[]> {
    const width = typeBytes[type] ?? 0;
    // BYTE, SHORT, LONG and their 8-byte kind: what sizes and offsets are made of.
    if (![1, 3, 4, 13, 16, 18].includes(type) || width === 0)
      throw this.#wrong(`${key}, field ${tag}`, "whole numbers", `type ${type}`);
    if (count * width > this.#bytes.size)
      throw this.#wrong(`${key}, field ${tag}`, `at most ${this.#bytes.size} bytes`, `${count * width}`);
    const bytes = await this.#bytes.at(at, count * width);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: count }, (_, i) => this.#decode(view, i * width, width));
  }

  async #text(field: Field | undefined): Promise<string> {
    if (field === undefined || field.type !== 2 || field.at + field.count > this.#bytes.size) return "";
    const bytes = await this.#bytes.at(field.at, Math.min(field.count, windowBytes));
    return Buffer.from(bytes).toString("latin1").replace(/\0.*$/su, "");
  }

  async #number(at: number, width: number): Promise<number> {
    const bytes = await this.#bytes.at(at, width);
    return this.#decode(new DataView(bytes.buffer, bytes.byteOffset, width), 0, width);
  }

  #decode(view: DataView, at: number, width: number): number {
    switch (width) {
      case 1:
        return view.getUint8(at);
      case 2:
        return view.getUint16(at, this.#little);
      case 4:
        return view.getUint32(at, this.#little);
      default: {
        const value = Number(view.getBigUint64(at, this.#little));
        if (Number.isSafeInteger(value)) return value;
        throw this.#wrong("a 64-bit number", "an offset in the file", `${value}`);
      }
    }
  }

  #wrong(key: string, expected: string, got: string): DoselapError {
    return new DoselapError("Format", "is no sound TIFF file", { file: this.#file, key, expected, got });
  }
}

// Two files that should be the same: arrays element by element, JSON leaf by leaf, text line by line, the rest byte by byte.

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { isComplex, shapeText, sizeOf, type AnyArray } from "../../array/ndarray.ts";
import { messageOf } from "../../errors.ts";
import { openNpz } from "../../io/npz.ts";
import { sha256Hex } from "../../study/design/canonical.ts";
import { jsonDifferences, type JsonComparison, type JsonDifference } from "./json-differences.ts";

/** Compares a stored file with its recomputed twin, which must be readable. A stored file that cannot be read differs. */
export async function fileDifferences(stored: string, recomputed: string): Promise<JsonComparison> {
  try {
    switch (extname(recomputed)) {
      case ".npz":
        return await npzDifferences(stored, recomputed);
      case ".json":
        return jsonDifferences(
          parsed(await readFile(stored, "utf8")),
          parsed(await readFile(recomputed, "utf8")),
        );
      case ".csv":
      case ".html":
      case ".md":
      case ".svg":
        return textDifferences(await readFile(stored, "utf8"), await readFile(recomputed, "utf8"));
      default:
        return byteDifferences(await readFile(stored), await readFile(recomputed));
    }
  } catch (error) {
    return {
      differences: [{ key: "", stored: messageOf(error), recomputed: "a readable file" }],
      numbers: 0,
    };
  }
}

/** The first line that differs, around the place where it does, and how many do. */
function textDifferences(stored: string, recomputed: string): JsonComparison {
  const [a, b] = [stored.split("\n"), recomputed.split("\n")];
  const lines = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).filter(
    (i) => a[i] !== b[i],
  );
  const [first] = lines;
  if (first === undefined) return { differences: [], numbers: 0 };
  const more = lines.length > 1 ? ` and ${lines.length - 1} more` : "";
  const at = firstChange(a[first] ?? "", b[first] ?? "");
  return {
    differences: [
      { key: `line ${first + 1}${more}`, stored: excerpt(a[first], at), recomputed: excerpt(b[first], at) },
    ],
    numbers: 0,
  };
}

function firstChange(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** What stands around a place of a line; nothing when the line is not there. */
function excerpt(line: string | undefined, at: number): string {
  if (line === undefined) return "nothing";
  const from = Math.max(0, at - 32);
  const cut = line.slice(from, from + 64).trim();
  return `${from > 0 ? "… " : ""}${cut}${from + 64 < line.length ? " …" : ""}`;
}

function byteDifferences(stored: Uint8Array, recomputed: Uint8Array): JsonComparison {
  const [a, b] = [sha256Hex(stored), sha256Hex(recomputed)];
  return { differences: a === b ? [] : [{ key: "sha256", stored: a, recomputed: b }], numbers: 0 };
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}

async function npzDifferences(stored: string, recomputed: string): Promise<JsonComparison> {
  const [a, b] = [await arraysOf(stored), await arraysOf(recomputed)];
  const differences: JsonDifference[] = [];
  for (const name of new Set([...b.keys(), ...a.keys()])) {
    const [one, other] = [a.get(name), b.get(name)];
    if (one === undefined || other === undefined || describe(one) !== describe(other)) {
      const text = (array: AnyArray | undefined): string =>
        array === undefined ? "nothing" : describe(array);
      differences.push({ key: name, stored: text(one), recomputed: text(other) });
      continue;
    }
    const difference = elementDifference(name, one, other);
    if (difference !== undefined) differences.push(difference);
  }
  return { differences, numbers: 0 };
}

async function arraysOf(file: string): Promise<Map<string, AnyArray>> {
  const npz = await openNpz(file);
  try {
    const arrays = new Map<string, AnyArray>();
    for (const name of npz.names) arrays.set(name, await npz.read(name));
    return arrays;
  } finally {
    await npz.close();
  }
}

function describe({ dtype, shape }: AnyArray): string {
  return `${dtype} ${shapeText(shape)}`;
}

/** The first pixel that differs, by its indices, and how many do. */
function elementDifference(name: string, one: AnyArray, other: AnyArray): JsonDifference | undefined {
  const perPixel = isComplex(one.dtype) ? 2 : 1;
  const pixels = sizeOf(other.shape);
  let first = -1;
  let count = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    let same = true;
    for (let i = pixel * perPixel; i < (pixel + 1) * perPixel; i++)
      same &&= Object.is(one.data[i], other.data[i]);
    if (same) continue;
    if (first < 0) first = pixel;
    count++;
  }
  if (first < 0) return undefined;
  const text = ({ data }: AnyArray): string =>
    Array.from({ length: perPixel }, (_, i) => String(data[first * perPixel + i])).join(" + i·");
  const more = count > 1 ? ` and ${count - 1} more` : "";
  return {
    key: `${name}[${indices(first, other.shape).join(", ")}]${more}`,
    stored: text(one),
    recomputed: text(other),
  };
}

function indices(flat: number, shape: readonly number[]): number[] {
  const result: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    result.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return result;
}

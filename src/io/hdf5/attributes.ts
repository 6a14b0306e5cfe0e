// Attributes of an object of an HDF5 file: numbers, texts, and lists of them.

import type { Attributes, AttributeValue } from "../tree.ts";
import { hdf5Error, type Hdf5Library, type Metadata } from "./library.ts";

/** All attributes; `null` for one that has no value or a kind that is neither number nor text. @throws Format. */
export function readAttributes(
  { calls, Attribute }: Hdf5Library,
  id: bigint,
  { path, file }: { readonly path: string; readonly file: string },
): Attributes {
  try {
    const names = calls.get_attribute_names(id, path);
    return Object.fromEntries(names.map((name) => [name, valueOf(new Attribute(id, path, name))]));
  } catch (cause) {
    throw hdf5Error("has attributes that cannot be read", cause, { file, key: path });
  }
}

function valueOf(attribute: { readonly metadata: Metadata; readonly value: unknown }): AttributeValue {
  const { compound_type: compound } = attribute.metadata;
  return compound === undefined ? plain(attribute.value) : null;
}

function plain(value: unknown): AttributeValue {
  if (!isList(value)) return item(value);
  const items = Array.from(value, item);
  // A list of one is how a scalar is often stored.
  if (items.length === 1) return items[0]!;
  return items.every((entry) => entry !== null) ? items : null;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

function item(value: unknown): number | string | boolean | null {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  return null;
}

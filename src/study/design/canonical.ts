// Canonical JSON: one text per value, so that equal designs have equal hashes. Keys in code unit order, no
// spaces, numbers as ECMAScript prints them (RFC 8785, section 3.2). What JSON cannot say is an error, not null.

import { createHash } from "node:crypto";
import { DoselapError } from "../../errors.ts";

/** Levels of arrays and objects; a design has 5. */
const maxDepth = 64;

/** @throws Range for undefined, too many levels, NaN, infinities and anything but plain JSON values. */
export function canonicalJson(value: unknown): string {
  return write(value, "$", maxDepth);
}

/** SHA-256 of UTF-8 text or bytes, 64 hex digits. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function write(value: unknown, path: string, levels: number): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (levels === 0) {
    throw new DoselapError("Range", "is nested too deeply", {
      key: path.slice(0, 80),
      expected: `at most ${maxDepth} levels`,
    });
  }
  if (Array.isArray(value))
    return `[${value.map((item, i) => write(item, `${path}[${i}]`, levels - 1)).join(",")}]`;
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${write(value[key], `${path}.${key}`, levels - 1)}`);
    return `{${members.join(",")}}`;
  }
  throw new DoselapError("Range", "has no canonical JSON", {
    key: path,
    expected: "null, a boolean, a finite number, a string, an array or a plain object",
    got: typeof value === "number" ? String(value) : Object.prototype.toString.call(value),
  });
}

function isPlainObject(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

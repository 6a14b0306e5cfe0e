// Flags that several commands share, and parsers that say what they expected.

import { DoselapError } from "../errors.ts";

/** `--json`: one JSON document on stdout and nothing else. */
export const jsonFlag = {
  kind: "boolean",
  default: false,
  withNegated: false,
  brief: "Print one JSON document on stdout and nothing else",
} as const;

/** A finite number. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new RangeError(`expected a number, got "${text}"`);
  return value;
}

/** A finite number above zero. */
export function parsePositive(text: string): number {
  const value = parseNumber(text);
  if (!(value > 0)) throw new RangeError(`expected a number above 0, got "${text}"`);
  return value;
}

/** A number of at least 0. */
export function parseNonNegative(text: string): number {
  const value = parseNumber(text);
  if (!(value >= 0)) throw new RangeError(`expected a number of at least 0, got "${text}"`);
  return value;
}

/** A fraction in (0, 1]. */
export function parseFraction(text: string): number {
  const value = parseNumber(text);
  if (!(value > 0 && value <= 1)) throw new RangeError(`expected a fraction in (0, 1], got "${text}"`);
  return value;
}

/** An overlap in [0, 1). */
export function parseOverlap(text: string): number {
  const value = parseNumber(text);
  if (!(value >= 0 && value < 1)) throw new RangeError(`expected an overlap in [0, 1), got "${text}"`);
  return value;
}

/** A whole number above zero. */
export function parseCount(text: string): number {
  const value = parsePositive(text);
  if (!Number.isInteger(value)) throw new RangeError(`expected a whole number, got "${text}"`);
  return value;
}

/** A seed: a whole number from 0 to 4294967295. */
export function parseSeed(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 0 || value > 4294967295) {
    throw new RangeError(`expected a whole number from 0 to 4294967295, got "${text}"`);
  }
  return value;
}

/** A file to write that ends in .npz: asked of the name before any work is done.
 * @throws Usage for another ending. */
export function parseNpzPath(text: string): string {
  if (/[^/\\]\.npz$/u.test(text)) return text;
  throw new DoselapError("Usage", "cannot write this kind of file", {
    expected: "a name ending in .npz",
    got: `"${text}"`,
  });
}

/** Text of at least one character that is no flag. */
export function parsePath(text: string): string {
  if (text === "") throw new DoselapError("Usage", "expected a path, got nothing");
  return text;
}

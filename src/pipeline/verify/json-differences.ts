// Two JSON values, leaf by leaf and exactly: results are deterministic, so a number is the same double or it was changed.
// Keys name what a person looks for (`arms.rpie.rows.phase ssim truth.value`), not places in lists.

import { valueText } from "./difference.ts";

export interface JsonDifference {
  readonly key: string;
  readonly stored: string;
  readonly recomputed: string;
}

export interface JsonComparison {
  readonly differences: readonly JsonDifference[];
  /** Numbers of the recomputed value: all of them were compared. */
  readonly numbers: number;
}

/** Compares two values as JSON.parse gives them. */
export function jsonDifferences(stored: unknown, recomputed: unknown): JsonComparison {
  const differences: JsonDifference[] = [];
  let numbers = 0;

  function visit(a: unknown, b: unknown, path: readonly string[]): void {
    if (typeof b === "number") numbers++;
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); i++)
        visit(a[i], b[i], [...path, nameOf(b[i] ?? a[i], i)]);
    } else if (isRecord(a) && isRecord(b)) {
      for (const key of new Set([...Object.keys(b), ...Object.keys(a)]))
        visit(a[key], b[key], [...path, key]);
    } else if (!Object.is(a, b)) {
      differences.push({ key: path.join("."), stored: valueText(a), recomputed: valueText(b) });
    }
  }

  visit(stored, recomputed, []);
  return { differences, numbers };
}

/** An item of a list by what it is about; by its place when it does not say. */
function nameOf(item: unknown, place: number): string {
  if (!isRecord(item)) return String(place);
  const { path, part, metric, comparison, dose, view, arm } = item;
  if (typeof metric === "string") return textOf([part, metric, comparison]);
  if (typeof path === "string") return path;
  if (typeof arm === "string") return textOf([dose, view, arm]);
  return String(place);
}

function textOf(parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === "string" || typeof part === "number").join(" ");
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A runner's result as plain JSON for logs and manifests. Models, tensors and functions are dropped; a long history is told by
// its length and its ends, so that a manifest stays readable (F-50).

/** Numeric lists up to this length are kept whole. */
const longestList = 16;

/** The value as plain JSON; undefined when nothing of it can be kept. */
export function toPlainJson(value: unknown): unknown {
  return plain(value, []);
}

function plain(value: unknown, above: readonly object[]): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || above.includes(value)) return undefined;
  const path = [...above, value];
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    if (items.length > longestList && items.every((item) => typeof item === "number")) {
      return { count: items.length, first: plain(items[0], path), last: plain(items.at(-1), path) };
    }
    return items.map((item) => plain(item, path)).filter((item) => item !== undefined);
  }
  if (!isPlainObject(value)) return undefined;
  const kept = Object.entries(value).map(([key, item]): [string, unknown] => [key, plain(item, path)]);
  return Object.fromEntries(kept.filter(([, item]) => item !== undefined));
}

/** Where in a result the first number lies that is not finite: "metrics.loss". Undefined when there is none. */
export function nonFinitePath(value: unknown): string | undefined {
  return search(value, []);
}

function search(value: unknown, above: readonly object[]): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "";
  if (typeof value !== "object" || value === null || above.includes(value)) return undefined;
  if (!Array.isArray(value) && !isPlainObject(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const below = search(item, [...above, value]);
    if (below !== undefined) return below === "" ? key : `${key}.${below}`;
  }
  return undefined;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// Laying a few changed fields over a whole design.

export interface Tree {
  readonly [key: string]: unknown;
}

/** Fields whose keys depend on their `kind`. */
const tagged: readonly string[] = ["object", "probe"];

/** Mappings are merged key by key, everything else is replaced. A file, or an object or probe of another `kind`, replaces the
 * whole mapping, for its keys mean something else. In `views`, a view set to null is taken out. */
export function mergeDesign(base: Tree, changes: Tree): Tree {
  const merged = merge(base, changes);
  const views = merged["views"];
  if (!isTree(views) || !isTree(changes["views"])) return merged;
  return { ...merged, views: Object.fromEntries(Object.entries(views).filter(([, view]) => view !== null)) };
}

function merge(base: Tree, changes: Tree): Tree {
  const merged: { [key: string]: unknown } = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    const old = Object.hasOwn(base, key) ? base[key] : undefined;
    const replaced =
      !isTree(old) ||
      !isTree(value) ||
      // Another file, or none of the old one's hash.
      value["kind"] === "file" ||
      (tagged.includes(key) && (value["kind"] ?? old["kind"]) !== old["kind"]);
    merged[key] = replaced ? value : merge(old, value);
  }
  return merged;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A tree that notes which of its arrays and attributes a reader took, so that what it left can be listed: a format holds more than
// a scan is made of.

import {
  lastName,
  type ArrayNode,
  type ArrayTree,
  type Attributes,
  type AttributeValue,
} from "../io/tree.ts";

/** Of groups: what they are, not what they hold. */
const structural = new Set(["NX_class", "default", "signal", "axes", "MATLAB_class"]);
/** Groups whose attributes are looked through, beside the arrays that were taken. */
const root = "/";

export interface WatchedTree {
  readonly tree: ArrayTree;
  /** Paths of arrays that nobody read, and "path@name" of attributes of what was read; not those that say nothing (0, "") or what
   * was read elsewhere. */
  unused(): readonly string[];
}

export function watched(source: ArrayTree): WatchedTree {
  const read = new Map<string, ArrayNode>();
  const taken = new Map<string, Set<string>>();
  const values = new Set<AttributeValue | undefined>([0, "", null]);
  const noting = (path: string, attributes: Attributes): Attributes =>
    new Proxy(attributes, {
      get(target, name) {
        if (typeof name !== "string") return undefined;
        const names = taken.get(path) ?? new Set<string>();
        taken.set(path, names.add(name));
        values.add(target[name]);
        return target[name];
      },
    });
  const nodeOf = (node: ArrayNode): ArrayNode => ({
    ...node,
    attributes: () => noting(node.path, node.attributes()),
    read: () => {
      read.set(node.path, node);
      return node.read();
    },
    readRows: (first, count) => {
      read.set(node.path, node);
      return node.readRows(first, count);
    },
  });
  const tree: ArrayTree = {
    ...source,
    arrays: source.arrays.map(nodeOf),
    find(path) {
      const node = source.find(path);
      return node === undefined ? undefined : nodeOf(node);
    },
    attributesOf: (path) => noting(path, source.attributesOf(path)),
  };
  return {
    tree,
    unused() {
      const used = [...read.values()];
      const arrays = source.arrays.filter((node) => !used.some((other) => isSame(node, other)));
      const owners = [
        ...new Set([root, ...[...taken.keys()].filter((path) => path === root || read.has(path))]),
      ];
      const attributes = owners.flatMap((path) =>
        Object.entries(source.attributesOf(path)).flatMap(([name, value]) => {
          const isTaken = taken.get(path)?.has(name) === true || structural.has(name) || values.has(value);
          return isTaken ? [] : [`${path}@${name}`];
        }),
      );
      return [...arrays.map(({ path }) => path), ...attributes];
    },
  };
}

/** The same array is often linked to under its own name. */
function isSame(a: ArrayNode, b: ArrayNode): boolean {
  const atRoot = ({ path }: ArrayNode): string => path.replace(/^\/*/u, "/");
  return (
    atRoot(a) === atRoot(b) ||
    (lastName(a.path) === lastName(b.path) && a.typeName === b.typeName && a.shape.join() === b.shape.join())
  );
}

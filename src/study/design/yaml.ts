// A study file's text as plain values, with a way back from a field to its line and column.

import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from "yaml";
import { DoselapError } from "../../errors.ts";
import type { Tree } from "./merge.ts";

export interface YamlTree {
  readonly tree: Tree;
  /** "12:3" of the field, or of the nearest field above it that the file has. */
  locate(path: readonly (string | number)[]): string | undefined;
}

/** Ten times the longest that anybody wrote. The parser takes half a kilobyte for a bracket. */
const maxCharacters = 2 ** 17;

/** @throws Design for text that is too long or not YAML, with line and column, or whose top is not a mapping. */
export function readYaml(text: string, file: string): YamlTree {
  if (text.length > maxCharacters) {
    throw new DoselapError("Design", "is too long for a study file", {
      file,
      expected: `at most ${maxCharacters} characters`,
      got: `${text.length}`,
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const position = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    throw new DoselapError("Design", `not valid YAML: ${fault.message}`, {
      file: `${file}:${position(fault.pos[0])}`,
    });
  }
  refuseOtherKeys(document, (offset) => `${file}:${position(offset)}`);
  const tree: unknown = toPlain(document, file);
  if (!isMap(document.contents) || typeof tree !== "object" || tree === null) {
    throw new DoselapError("Design", "a study file is a mapping of field names to values", {
      file,
      got: tree === null ? "an empty file" : Array.isArray(tree) ? "a list" : typeof tree,
      hint: "Start with `preset: quick`; docs/study-file.md shows a full example.",
    });
  }
  return {
    tree: Object.fromEntries(Object.entries(tree)),
    locate(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const offset = offsetOf(document, path.slice(0, depth));
        if (offset !== undefined) return position(offset);
      }
      return undefined;
    },
  };
}

/** A list or mapping as the name of a field would be turned into text, which takes time and memory beyond all measure. */
function refuseOtherKeys(document: Document, placeOf: (offset: number) => string): void {
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key)) return;
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      throw new DoselapError("Design", "a field has a name that is no plain word", { file: placeOf(offset) });
    },
  });
}

function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new DoselapError("Design", "its aliases expand to too much", { file, cause });
  }
}

/** Where the key of the last step stands, or the item when the step is an index. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path[path.length - 1];
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    return pair !== undefined && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
  }
  const item = document.getIn(path, true);
  return isNode(item) ? item.range?.[0] : undefined;
}

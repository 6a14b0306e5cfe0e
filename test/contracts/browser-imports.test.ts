// What a page needs can be loaded by a page: nothing that the browser's entries import, however far down, is Node's.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Packages that run in browsers. */
const portable = ["zod", "kdbush"];

/** Every import below `path`, types aside, as "file imports name". */
function foreignImports(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const text = readFileSync(join(root, path), "utf8");
  const found: string[] = [];
  for (const [, from] of text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^"]*?from\s+)?"([^"]+)"/gm)) {
    if (from!.startsWith(".")) found.push(...foreignImports(join(dirname(path), from!), seen));
    else if (!portable.includes(from!)) found.push(`${path} imports ${from}`);
  }
  return found;
}

test.each([
  "src/compute/browser.ts",
  "src/compute/browser-worker.ts",
  "src/engines/prepare.ts",
  "src/engines/run.ts",
  "src/nn/onnx/to-onnx.ts",
  "src/nn/runtime/web.ts",
  "src/optics/phantom/build.ts",
  "src/optics/simulate.ts",
  "src/report/viewer/page.ts",
])("%s and all it imports run in a browser", (entry) => {
  expect(foreignImports(entry)).toEqual([]);
});

test("the search finds Node's modules where they are used", () => {
  expect(foreignImports("src/compute/node.ts")).toContain("src/compute/node-thread.ts imports node:fs");
});

test.each(["src/index.ts", "src/cli/main.ts", "src/nn/runtime/node.ts", "src/nn/runtime/web.ts"])(
  "%s loads no network runtime before one is asked for",
  (entry) => {
    expect(foreignImports(entry).filter((found) => found.includes("onnxruntime"))).toEqual([]);
  },
);

// Checks docs/findings.md: ids are unique, the places a row cites exist, and every id cited in the code has a row.
// Usage: node scripts/check-findings.mjs [--root DIR]. Exit 1 with one line per fault.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { conclude, filesIn, rootFrom, textOf } from "./lib/tree.mjs";

const page = "docs/findings.md";
const root = rootFrom(process.argv);
const problems = [];
const ids = new Set();

for (const [i, line] of textOf(root, page).split("\n").entries()) {
  const id = /^\| ([A-Z]+-\d{3}|F-\d{2}) \|/.exec(line)?.[1];
  if (id === undefined) continue;
  if (ids.has(id)) problems.push(`${page}:${i + 1}: ${id} has two rows`);
  ids.add(id);
  const places = [
    ...line.matchAll(/`((?:src|test|scripts|fixtures|docs)\/[^`]*|package\.json|\.ci\/run)`/g),
  ].map(([, place]) => place);
  if (places.length === 0) problems.push(`${page}:${i + 1}: ${id} cites no place in the code`);
  for (const place of places) {
    if (!existsSync(join(root, place)))
      problems.push(`${page}:${i + 1}: ${id} cites ${place}, which does not exist`);
  }
}

const families = [
  ...new Set([...ids].filter((id) => !id.startsWith("F-")).map((id) => id.replace(/-\d+$/, ""))),
];
const citation = new RegExp(String.raw`\b(?:(?:${families.join("|")})-\d{3}|F-\d{2})\b`, "g");
for (const path of filesIn(root, ["src", "test", "examples"], [".ts"])) {
  for (const [id] of textOf(root, path).matchAll(citation)) {
    if (!ids.has(id)) problems.push(`${path}: cites ${id}, which has no row in ${page}`);
  }
}
conclude("findings", problems, `${ids.size} findings, every place exists`);

// Checks the pages people read: places and links in them exist, ids of docs/findings.md are unique and each says where
// it is obeyed, every finding cited in the code has a row, and every npm command mentioned is one of package.json.
// Usage: node scripts/check-docs.mjs [--root DIR]. Exit 1 with one line per fault.

import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { conclude, filesIn, rootFrom, textOf } from "./lib/tree.mjs";

const findingsPage = "docs/findings.md";
const root = rootFrom(process.argv);
const problems = [];
const exists = (path) => existsSync(join(root, path));
const pages = [...filesIn(root, ["docs"], [".md"]), ...["README.md", "CONTRIBUTING.md"].filter(exists)];
const commands = exists("package.json")
  ? Object.keys(JSON.parse(textOf(root, "package.json")).scripts ?? {})
  : [];

// Names in capitals and stars are patterns, not places. Folders that a build or a run makes are not in the repository.
const place = /`((?:src|test|scripts|fixtures|docs|examples|bench)\/[^`\s]+|\.ci\/run|package\.json)`/g;
const pattern = /\*|\bNAME\b/;

for (const page of pages) {
  for (const [i, line] of textOf(root, page).split("\n").entries()) {
    const at = `${page}:${i + 1}`;
    for (const [, path] of line.matchAll(place)) {
      if (!pattern.test(path) && !exists(path)) problems.push(`${at}: ${path} does not exist`);
    }
    for (const [, link] of line.matchAll(/\]\((?!\w+:|#)([^)#\s]+)[^)]*\)/g)) {
      const path = posix.join(posix.dirname(page), link);
      if (!exists(path)) problems.push(`${at}: the link to ${path} leads nowhere`);
    }
    for (const [, script] of line.matchAll(/\bnpm run (?:--silent )?([a-z][a-z:-]*)/g)) {
      if (!commands.includes(script)) problems.push(`${at}: npm run ${script} is no script of package.json`);
    }
  }
}

const ids = new Set();
for (const [i, line] of textOf(root, findingsPage).split("\n").entries()) {
  const id = /^\| ([A-Z]+-\d{3}|F-\d{2}) \|/.exec(line)?.[1];
  if (id === undefined) continue;
  if (ids.has(id)) problems.push(`${findingsPage}:${i + 1}: ${id} has two rows`);
  if ([...line.matchAll(place)].length === 0) problems.push(`${findingsPage}:${i + 1}: ${id} cites no place`);
  ids.add(id);
}

const families = [...new Set([...ids].map((id) => id.split("-")[0]))].filter((family) => family !== "F");
const citation = new RegExp(String.raw`\b(?:(?:${families.join("|")})-\d{3}|F-\d{2})\b`, "g");
for (const path of filesIn(root, ["src", "test", "examples"], [".ts"])) {
  for (const [id] of textOf(root, path).matchAll(citation)) {
    if (!ids.has(id)) problems.push(`${path}: cites ${id}, which has no row in ${findingsPage}`);
  }
}
conclude("docs", problems, `${pages.length} pages, ${ids.size} findings, every place exists`);

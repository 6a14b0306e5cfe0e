// Pages of docs/ that are made from the sources, which are compiled into a folder of their own: dist may be older than they are.

import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { conclude, textOf } from "./tree.mjs";

/** Compiles the sources; returns what imports one of them by its path in src, with the ending .js. */
export function compiledSources(root) {
  const compiled = "node_modules/.cache/docs";
  const compiler = spawnSync(
    process.execPath,
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--noCheck", "--outDir", compiled],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
  if (compiler.status !== 0) process.exit(1);
  return (path) => import(pathToFileURL(join(root, compiled, path)).href);
}

/** Writes the page unless there are problems; with --check only says whether it is stale. Ends with the checks' report. */
export function writePage(root, { page, wanted, title, summary, problems = [] }) {
  const current = existsSync(join(root, page)) ? textOf(root, page) : "";
  if (process.argv.includes("--check")) {
    if (current !== wanted) problems.push(`${page}: is stale; run npm run docs`);
  } else if (problems.length === 0 && current !== wanted) writeFileSync(join(root, page), wanted);
  conclude(title, problems, summary);
}

export function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)];
}

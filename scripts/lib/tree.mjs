// What the check scripts share: walking the tree, head comments, and one way to report.

import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Files below `root/folder` whose names end in one of `endings`, as sorted POSIX paths relative to `root`. */
export function filesIn(root, folders, endings) {
  const found = [];
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
    }
  };
  for (const folder of folders) if (isFolder(join(root, folder))) visit(folder);
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** The text of a file of the tree, with line ends as \n. */
export function textOf(root, path) {
  return readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n");
}

/** Number of lines as an editor counts them. */
export function lineCount(text) {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

/** Lines of the comment a file begins with, without its markers; empty when it has none. */
export function headComment(text) {
  const body = text.replace(/^#!.*\n/, "");
  const block = /^\/\*\*?([\s\S]*?)\*\//.exec(body);
  if (block !== null) return trimmed(block[1].split("\n").map((line) => line.replace(/^\s*\* ?/, "")));
  const lines = [];
  for (const line of body.split("\n")) {
    if (!line.startsWith("//")) break;
    lines.push(line.replace(/^\/\/ ?/, ""));
  }
  return trimmed(lines);
}

/** Prints the problems and fails the process, or prints `ok`. */
export function conclude(name, problems, ok) {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length === 0) process.stdout.write(`${name}: ${ok}\n`);
  else {
    process.stderr.write(`${name}: ${problems.length} problem${problems.length === 1 ? "" : "s"}\n`);
    process.exitCode = 1;
  }
}

/** The folder to check: the argument after --root, or the working directory. */
export function rootFrom(argv) {
  const at = argv.indexOf("--root");
  return at < 0 ? process.cwd() : argv[at + 1];
}

function trimmed(lines) {
  return lines
    .map((line) => line.trimEnd())
    .filter((line, i, all) => line !== "" || (i > 0 && i < all.length - 1));
}

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

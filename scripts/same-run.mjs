// Compares run folders file by file: usage: node scripts/same-run.mjs RUN RUN… Exit 1 when any differs from the first.
// Left out is what knows of time or place: the journal, the lock, what was given to Slurm, and the report's cost section.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [first, ...others] = process.argv.slice(2);
if (first === undefined || others.length === 0) {
  console.error("usage: node scripts/same-run.mjs RUN RUN…");
  process.exit(2);
}
const left = new Set(["events.jsonl", "run.lock"]);

/** sha256 by relative path. */
function fingerprints(root) {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !left.has(path) && !path.startsWith("slurm/"));
  return new Map(files.map((path) => [path, hashOf(root, path)]));
}

function hashOf(root, path) {
  const bytes = readFileSync(join(root, path));
  const content =
    path === "report.html"
      ? bytes.toString("utf8").replace(/<section id="cost">[\s\S]*?<\/section>/u, "")
      : bytes;
  return createHash("sha256").update(content).digest("hex");
}

const expected = fingerprints(first);
let differences = expected.size === 0 ? 1 : 0;
for (const other of others) {
  const got = fingerprints(other);
  for (const path of new Set([...expected.keys(), ...got.keys()])) {
    if (expected.get(path) === got.get(path)) continue;
    differences++;
    console.log(`${path}: ${first} and ${other} differ`);
  }
  console.log(`${other}: ${got.size} files, compared with ${expected.size} of ${first}`);
}
process.exit(differences === 0 ? 0 : 1);

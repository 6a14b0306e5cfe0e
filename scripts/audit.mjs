// `npm run audit`: what npm knows against the locked packages. Each advisory is answered by a row of docs/dependencies.md under
// "Advisories", or it fails; so does a row whose advisory is gone. Where the registry does not answer such questions (a mirror,
// no network) that is said, and it fails only with --required.
// Usage: node scripts/audit.mjs [--root DIR] [--required] [--report FILE]. --report reads npm's JSON instead of asking npm.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { conclude, rootFrom, textOf } from "./lib/tree.mjs";

const page = "docs/dependencies.md";
const root = rootFrom(process.argv);
const report = answerOf();
if (report === undefined) {
  const text =
    "audit: not asked, the registry gives no advisories here; where it does: npm run audit -- --required";
  process.stdout.write(`${text}\n`);
  if (process.argv.includes("--required")) process.exitCode = 1;
} else {
  const section =
    textOf(root, page)
      .split(/^## Advisories$/m)[1]
      ?.split(/^## /m)[0] ?? "";
  const explained = new Set([...section.matchAll(/^\| (GHSA(?:-[0-9a-z]{4}){3}) \|/gm)].map(([, id]) => id));
  const found = new Map();
  for (const { name, via } of Object.values(report.vulnerabilities)) {
    // A text names another package of the report, whose advisory stands there.
    for (const { url, title, severity } of via.filter((each) => typeof each === "object"))
      found.set(/GHSA(?:-[0-9a-z]{4}){3}/.exec(url)?.[0] ?? url, `${name}, ${severity}: ${title}`);
  }
  const problems = [
    ...[...found].flatMap(([id, what]) =>
      explained.has(id) ? [] : [`${id} has no row in ${page}: ${what}`],
    ),
    ...[...explained].flatMap((id) => (found.has(id) ? [] : [`${page}: ${id} is no finding any more`])),
  ];
  conclude("audit", problems, `${found.size} advisories, ${explained.size} explained`);
}

/** npm's report; undefined when the registry did not answer the question. @throws for an answer that is no report. */
function answerOf() {
  const at = process.argv.indexOf("--report");
  // npm's exit code is 1 for findings and for failures alike; its report tells them apart.
  const text =
    at < 0
      ? spawnSync("npm", ["audit", "--json"], { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 }).stdout
      : readFileSync(process.argv[at + 1], "utf8");
  const answer = JSON.parse(text);
  if (typeof answer.vulnerabilities === "object") return answer;
  const unanswered = answer.statusCode !== undefined || answer.error !== undefined;
  if (!unanswered) throw new Error(`npm audit answered neither a report nor an error: ${text.slice(0, 200)}`);
  process.stdout.write(`npm audit: ${answer.message ?? answer.error.summary ?? "no answer"}\n`);
  return undefined;
}

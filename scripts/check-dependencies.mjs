// Checks that every dependency is accounted for: docs/dependencies.md has one row per dependency of package.json
// with the version and licence that are installed, versions are exact, every package of package-lock.json comes from the registry
// with a sha512, and those with an install script are listed under "Install scripts". No such script runs: .npmrc says so.
// Usage: node scripts/check-dependencies.mjs [--root DIR]. Exit 1 with one line per fault.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { conclude, rootFrom, textOf } from "./lib/tree.mjs";

const page = "docs/dependencies.md";
const root = rootFrom(process.argv);
const manifest = JSON.parse(textOf(root, "package.json"));
const lock = JSON.parse(textOf(root, "package-lock.json"));
const wanted = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
const problems = [];

const [tables, scripts = ""] = textOf(root, page).split(/^## Install scripts$/m);
const rows = new Map();
for (const match of tables.matchAll(/^\| `([^`]+)` \| (\S+) \| ([^|]+?) \|/gm)) {
  rows.set(match[1], { version: match[2], licence: match[3] });
}
const allowed = new Set([...scripts.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name));

for (const [name, version] of Object.entries(wanted)) {
  const row = rows.get(name);
  const locked = lock.packages[`node_modules/${name}`];
  if (!/^\d+\.\d+\.\d+$/.test(version))
    problems.push(`package.json: ${name} ${version} is not an exact version`);
  if (locked?.version !== version)
    problems.push(`package-lock.json: ${name} is ${locked?.version}, package.json says ${version}`);
  if (row === undefined) {
    problems.push(`${page}: ${name} has no row`);
    continue;
  }
  if (row.version !== version) problems.push(`${page}: ${name} is ${version}, the row says ${row.version}`);
  const licence = locked?.license ?? installedLicence(name);
  if (row.licence !== licence)
    problems.push(`${page}: ${name} is under ${licence}, the row says ${row.licence}`);
}
for (const name of rows.keys())
  if (!(name in wanted)) problems.push(`${page}: ${name} is no dependency any more`);

// `npm ci` refuses a lock file that leaves out another platform's optional package, as one written behind a
// registry mirror without that package does.
for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const name of Object.keys(optionalDependencies)) {
    if (!(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages))
      problems.push(`package-lock.json: ${path} wants ${name}, which has no entry`);
  }
}

// What is installed is what was locked: from the registry that npm is set to, with the hash that it had then (SUPPLY-002).
for (const [path, { resolved, integrity }] of Object.entries(lock.packages)) {
  if (path === "") continue;
  if (resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"))
    problems.push(`package-lock.json: ${path} comes from ${resolved}, not from registry.npmjs.org`);
  if (!/^sha512-[\w+/]{86}==$/.test(integrity ?? ""))
    problems.push(`package-lock.json: ${path} has no sha512`);
}

const installing = new Set();
for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.hasInstallScript)
    installing.add(path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
}
for (const name of installing) {
  if (!allowed.has(name))
    problems.push(`package-lock.json: ${name} has an install script and ${page} does not list it`);
}
const settings = existsSync(join(root, ".npmrc")) ? textOf(root, ".npmrc").split("\n") : [];
if (installing.size > 0 && !settings.includes("ignore-scripts=true"))
  problems.push(".npmrc: does not say ignore-scripts=true, so npm would run install scripts");
for (const name of allowed) {
  if (!installing.has(name)) problems.push(`${page}: ${name} is listed under install scripts but has none`);
}
conclude("dependencies", problems, `${rows.size} documented, ${installing.size} with an install script`);

function installedLicence(name) {
  const path = `node_modules/${name}/package.json`;
  return existsSync(join(root, path)) ? JSON.parse(textOf(root, path)).license : undefined;
}

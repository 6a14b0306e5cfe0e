// Reads package-lock.json (version 3): which packages a production install holds, found as Node finds them.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Name of the package at a lock file's path: node_modules/a/node_modules/@b/c is @b/c. */
export function nameAt(path, entry) {
  return entry.name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** @returns {Map<string, { entry: object, dependsOn: string[], isRequired: boolean }>} what the root needs to run, optional packages
 * of every platform included, by path in the lock file ("" is the root itself); `dependsOn` are such paths. */
export function productionPackages(root) {
  const { packages: locked } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const required = reached(locked, requiredBy);
  const all = reached(locked, (entry) => [
    ...requiredBy(entry),
    ...Object.keys(entry.optionalDependencies ?? {}),
  ]);
  return new Map(
    [...all].map(([path, dependsOn]) => [
      path,
      { entry: locked[path], dependsOn, isRequired: required.has(path) },
    ]),
  );
}

/** Paths from the root on, each with the paths it leads to. */
function reached(locked, wantedBy) {
  const found = new Map();
  const visit = (path) => {
    if (found.has(path)) return;
    const next = [...new Set(wantedBy(locked[path]))].flatMap((name) => placeOf(locked, path, name) ?? []);
    found.set(path, next);
    for (const place of next) visit(place);
  };
  visit("");
  return found;
}

/** npm names an optional dependency among the others of a package, too. */
function requiredBy({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}) {
  return [
    ...Object.keys(dependencies).filter((name) => !(name in optionalDependencies)),
    ...Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true),
  ];
}

/** Where Node finds a package from another one: beside it, or beside what holds it. */
function placeOf(locked, from, name) {
  for (let folder = from; ;) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (path in locked) return path;
    if (folder === "") return undefined;
    const up = folder.lastIndexOf("/node_modules/");
    folder = up < 0 ? "" : folder.slice(0, up);
  }
}

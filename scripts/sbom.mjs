// Software bill of materials, CycloneDX 1.5: every package of a production install with version, licence, hash and what it
// needs, from package-lock.json. No clock and no random serial number: the same lock file gives the same bytes.
// npm's own `npm sbom --omit dev` leaves out what a development dependency may use too (SUPPLY-001).
// Usage: node scripts/sbom.mjs [--root DIR] > FILE. Exit 1 for a package without version, licence or hash.
// https://cyclonedx.org/docs/1.5/json/

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nameAt, productionPackages } from "./lib/lock.mjs";
import { rootFrom } from "./lib/tree.mjs";

const root = rootFrom(process.argv);
const packages = productionPackages(root);
const problems = [];
const refOf = (path) => {
  const { entry } = packages.get(path);
  return `pkg:npm/${nameAt(path, entry).replace("@", "%40")}@${entry.version}`;
};

const components = new Map();
const needs = new Map();
for (const [path, { entry, dependsOn, isRequired }] of packages) {
  const ref = refOf(path);
  // A package may lie at several places in the same version.
  needs.set(ref, [...new Set([...(needs.get(ref) ?? []), ...dependsOn.map(refOf)])].toSorted(byText));
  if (path === "") continue;
  const scope = isRequired || components.get(ref)?.scope === "required" ? "required" : "optional";
  components.set(ref, { ...componentOf(path, entry, ref), scope });
}

const { entry: own } = packages.get("");
const sorted = (map) => [...map].toSorted(([a], [b]) => byText(a, b));
const bom = {
  $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: {
    component: {
      "bom-ref": refOf(""),
      type: "application",
      name: own.name,
      version: own.version,
      purl: refOf(""),
      licenses: licencesOf(own.license),
    },
  },
  components: sorted(components).map(([, component]) => component),
  dependencies: sorted(needs).map(([ref, dependsOn]) => ({ ref, dependsOn })),
};
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);

function componentOf(path, entry, ref) {
  const name = nameAt(path, entry);
  const licence = entry.license ?? installedLicence(path);
  const [algorithm, digest] = (entry.integrity ?? "").split("-");
  if (licence === undefined) problems.push(`${path}: no licence in the lock file, and it is not installed`);
  if (algorithm !== "sha512") problems.push(`${path}: no sha512 in the lock file`);
  if (entry.version === undefined) problems.push(`${path}: no version in the lock file`);
  return {
    "bom-ref": ref,
    type: "library",
    name,
    version: entry.version,
    purl: ref,
    licenses: licencesOf(licence),
    hashes: [{ alg: "SHA-512", content: Buffer.from(digest ?? "", "base64").toString("hex") }],
  };
}

/** npm leaves the licence of some packages out of the lock file. */
function installedLicence(path) {
  const file = join(root, path, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).license : undefined;
}

/** An SPDX expression, a single SPDX id, or the package's own words. */
function licencesOf(text = "") {
  if (/^\(?[\w.+-]+(?: (?:OR|AND|WITH) [\w.+-]+)+\)?$/.test(text)) return [{ expression: text }];
  return [{ license: /^[\w.+-]+$/.test(text) ? { id: text } : { name: text } }];
}

function byText(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

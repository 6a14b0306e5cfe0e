// `npm run release`: builds from nothing and packs what is published, into release/ or --out: the tarball with its bill of
// materials inside (dist/sbom.cdx.json), the same bill beside it, and SHA256SUMS. The same commit gives the same bytes.
// Usage: node scripts/release.mjs [--out DIR] [--built]. --built packs the dist that is there.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const at = process.argv.indexOf("--out");
const out = at < 0 ? "release" : process.argv[at + 1];
if (out === undefined) throw new Error("--out needs a folder");
const inherit = { stdio: ["ignore", "inherit", "inherit"] };

if (!process.argv.includes("--built")) {
  rmSync("dist", { recursive: true, force: true });
  execFileSync("npm", ["run", "--silent", "build"], inherit);
}
const bill = "dist/sbom.cdx.json";
writeFileSync(bill, execFileSync(process.execPath, ["scripts/sbom.mjs"], { maxBuffer: 2 ** 26 }));

mkdirSync(out, { recursive: true });
const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", out], { encoding: "utf8" });
const [{ filename }] = JSON.parse(packed);
const billBeside = filename.replace(/\.tgz$/, ".cdx.json");
copyFileSync(bill, join(out, billBeside));
const sums = [filename, billBeside].map(
  (name) =>
    `${createHash("sha256")
      .update(readFileSync(join(out, name)))
      .digest("hex")}  ${name}\n`,
);
writeFileSync(join(out, "SHA256SUMS"), sums.join(""));
process.stdout.write(sums.join(""));

// Joins what the compiler made of the program and of a study's workers: dist/cli/main.js and dist/pipeline/worker.js are
// overwritten by bundles, which share dist/bundle/. Node takes about a millisecond a module, and these have some 700: a start of
// the program fell from .9 to .4 s. Packages stay outside. Usage: node scripts/build-program.mjs, after the compiler.

import { rmSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");

/** A module finds what lies beside it by its own place. Bundles lie in folders of dist as modules do, one level down. */
const ownPlaces = {
  name: "own-places",
  transform(code, id) {
    if (!code.includes("import.meta.url")) return null;
    const from = `../${relative(dist, id).split(sep).join("/")}`;
    return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(from)}, import.meta.url).href`);
  },
};

rmSync(join(dist, "bundle"), { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    "cli/main": join(dist, "cli/main.js"),
    "pipeline/worker": join(dist, "pipeline/worker.js"),
  },
  platform: "node",
  external: (id) => !id.startsWith(".") && !id.startsWith(dist),
  plugins: [ownPlaces],
  onLog(level, log, handle) {
    if (level === "warn") throw new Error(log.message);
    handle(level, log);
  },
});
await bundle.write({
  dir: dist,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "bundle/[name]-[hash].js",
});
await bundle.close();

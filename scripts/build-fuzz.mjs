// Joins the fuzzer and all that it reads with into dist-fuzz: each of its processes starts in a third of the time.

import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { joinModules } from "./lib/join.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
rmSync(join(root, "dist-fuzz"), { recursive: true, force: true });
await joinModules({
  root,
  input: { "dist-fuzz/main": "test/fuzz/main.ts", "dist-fuzz/child": "test/fuzz/child.ts" },
  shared: "dist-fuzz",
});

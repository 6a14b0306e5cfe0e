// `npm run check`: every check that is neither the linter nor a test. All of them run; one failure fails the whole.

import { spawnSync } from "node:child_process";

const knip = "node_modules/knip/bin/knip.js";
const checks = [
  ["scripts/check-layers.mjs"],
  ["scripts/check-source.mjs"],
  ["scripts/check-dependencies.mjs"],
  ["scripts/check-docs.mjs"],
  ["scripts/test-index.mjs", "--check"],
  ["scripts/engine-docs.mjs", "--check"],
  ["scripts/format-docs.mjs", "--check"],
  [knip, "--no-progress"],
  // Without the tests as entries: a file that only its own test imports is dead.
  [knip, "--no-progress", "--production", "--include", "files"],
];

for (const command of checks) {
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}

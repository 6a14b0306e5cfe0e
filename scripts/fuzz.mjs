// `npm run fuzz`: compiles test/fuzz and what it reads with, and runs it. Flags: test/fuzz/main.ts.

import { spawnSync } from "node:child_process";

const compiler = spawnSync(
  process.execPath,
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.fuzz.json"],
  {
    stdio: "inherit",
  },
);
if (compiler.status !== 0) process.exit(1);
const { status } = spawnSync(process.execPath, ["dist-fuzz/test/fuzz/main.js", ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;

// `npm run examples`: compiles examples/ and runs each as a reader would. An example passes when it exits with 0
// and prints something.

import { spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";

const compiled = "dist/examples/examples";
const compiler = spawnSync(
  process.execPath,
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.examples.json"],
  { stdio: "inherit" },
);
if (compiler.status !== 0) process.exit(1);
// The kernels of `npm run build`, where the copy of the library looks for them.
for (const name of readdirSync("dist/compute/wasm").filter((each) => each.endsWith(".wasm")))
  cpSync(`dist/compute/wasm/${name}`, `dist/examples/dist/compute/wasm/${name}`);

let failed = 0;
const names = readdirSync("examples").filter((name) => name.endsWith(".ts"));
for (const name of names) {
  process.stdout.write(`\n--- examples/${name}\n`);
  const run = spawnSync(process.execPath, [`${compiled}/${name.replace(/\.ts$/, ".js")}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.stdout.write(run.stdout);
  if (run.status === 0 && run.stdout.trim() !== "") continue;
  failed++;
  process.stderr.write(
    `examples/${name}: exit code ${run.status}, ${run.stdout.length} characters of output\n`,
  );
}
process.stdout.write(`\nexamples: ${names.length - failed} of ${names.length} ran\n`);
if (failed > 0 || names.length === 0) process.exitCode = 1;

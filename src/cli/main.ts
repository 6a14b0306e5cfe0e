#!/usr/bin/env node
// Entry of the `doselap` command: gives the real streams, folder and signals to the command line.

import { exitCodes } from "./context.ts";
import { runCli } from "./app.ts";

const abort = new AbortController();
let interrupts = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupts++;
    // A second Ctrl-C does not wait for the running jobs.
    if (interrupts > 1) process.exit(exitCodes.interrupted);
    process.stderr.write("\nstopping; finished jobs are kept (press again to leave at once)\n");
    abort.abort();
  });
}
// A reader that closes early, such as `| head`, is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  process: { stdout: process.stdout, stderr: process.stderr },
  cwd: process.cwd(),
  signal: abort.signal,
  now: () => Date.now(),
});

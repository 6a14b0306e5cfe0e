#!/usr/bin/env node
// Entry of the `doselap` command: gives the real streams, folder and signals to the command line.

import { exitCodes } from "./context.ts";
import { runCli } from "./app.ts";
import { lineText } from "./plain-text.ts";

const abort = new AbortController();
let interrupts = 0;
let keptWork: string | undefined;

/** From here on signals ask to stop. Commands that never ask for the abort signal are ended by them at once, which is safe:
 * every file is written beside its place and renamed in. */
function stopSignal(kept: string): AbortSignal {
  if (keptWork === undefined) {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, stop);
  }
  keptWork = kept;
  return abort.signal;
}

function stop(): void {
  interrupts++;
  // A second Ctrl-C does not wait for the work at hand.
  if (interrupts > 1) process.exit(exitCodes.interrupted);
  process.stderr.write(`\n${lineText(`stopping; ${keptWork} (press again to leave at once)`)}\n`);
  abort.abort();
}

// A reader that closes early, such as `| head`, is no error of ours: the work goes on, and the exit code tells how it ended.
// A terminal that is gone (SIGHUP) answers EIO.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  process: { stdout: process.stdout, stderr: process.stderr },
  cwd: process.cwd(),
  stopSignal,
  now: () => Date.now(),
});

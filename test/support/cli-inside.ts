// Runs the command line inside the test process: the same code, streams and exit codes without the start of a process, which is
// most of a short command's time. For tables of rows; that the real command answers so, rows in a child process show.

import { runCli } from "../../src/cli/app.ts";
import type { CliResult } from "./cli.ts";

export async function cliInside(args: readonly string[], { cwd }: { cwd: string }): Promise<CliResult> {
  let [stdout, stderr] = ["", ""];
  const code = await runCli(args, {
    process: {
      stdout: { write: (text) => void (stdout += text) },
      stderr: { write: (text) => void (stderr += text) },
    },
    cwd,
    stopSignal: () => new AbortController().signal,
    now: () => Date.now(),
  });
  return { code, signal: null, stdout, stderr };
}

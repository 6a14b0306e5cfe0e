// Runs commands of the command line inside the test process: what it printed, its exit code, what it threw.

import { buildApplication, buildRouteMap, run, type Command } from "@stricli/core";
import type { CliContext } from "../../src/cli/context.ts";

export interface CommandResult {
  readonly out: string;
  readonly err: string;
  readonly code: unknown;
  /** The error that ended the command; undefined when none did. */
  readonly thrown: unknown;
}

/** `argv` begins with the command's name; `exitCodeOf` stands for the application's table of exit codes. */
export async function runCommand(
  commands: { readonly [name: string]: Command<CliContext> },
  argv: readonly string[],
  { cwd, exitCodeOf = () => 1 }: { cwd: string; exitCodeOf?: (error: unknown) => number },
): Promise<CommandResult> {
  const seen = { out: "", err: "", thrown: undefined as unknown };
  const routes = buildRouteMap<string, CliContext>({
    routes: commands,
    docs: { brief: "commands under test" },
  });
  const app = buildApplication<CliContext>(routes, {
    name: "doselap",
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { disableAnsiColor: true },
    determineExitCode: (error) => {
      seen.thrown = error;
      return exitCodeOf(error);
    },
  });
  const process: CliContext["process"] = {
    stdout: { write: (text) => void (seen.out += text) },
    stderr: { write: (text) => void (seen.err += text) },
    exitCode: null,
  };
  await run(app, argv, { process, cwd, stopSignal: () => new AbortController().signal, now: () => 0 });
  return { ...seen, code: process.exitCode };
}

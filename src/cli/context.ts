// What a command is given instead of globals: streams, working directory, a way to set the exit code.

import type { CommandContext } from "@stricli/core";
import { lineText, plainText } from "./plain-text.ts";

export interface CliContext extends CommandContext {
  readonly process: {
    readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean | undefined };
    readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean | undefined };
    exitCode?: number | string | null;
  };
  /** Relative paths of the command line are taken from here. */
  readonly cwd: string;
  /** From here on Ctrl-C, or a signal that asks to stop, aborts this; `kept` tells the user then what becomes of the work. Only a
   * command that gives the event loop turns can hear it: the others never ask for it, and are ended by the signal itself. */
  readonly stopSignal: (kept: string) => AbortSignal;
  /** Clock, milliseconds since 1970: for the journal and progress only. */
  readonly now: () => number;
}

/** Exit codes: study.md section 8. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, skipped: 3, interrupted: 130 } as const;

/** One JSON document on stdout and nothing else. */
export function printJson(context: CliContext, value: unknown): void {
  context.process.stdout.write(`${plainText(JSON.stringify(value, null, 2))}\n`);
}

/** A line of the answer, on stdout. */
export function printLine(context: CliContext, line = ""): void {
  context.process.stdout.write(`${lineText(line)}\n`);
}

/** Lines of the answer that belong together, on stdout. */
export function printText(context: CliContext, text: string): void {
  context.process.stdout.write(`${plainText(text)}\n`);
}

/** A line of progress or warning, on stderr. */
export function printNote(context: CliContext, line: string): void {
  context.process.stderr.write(`${lineText(line)}\n`);
}

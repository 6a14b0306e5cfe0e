// events.jsonl: every event but progress, with its time. The one file that is not the same from run to run.

import { appendFileSync, closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { errorCode, fileError } from "../io/file-error.ts";
import type { EventSink, RunEvent } from "./events.ts";
import { watchTrainingSpeed } from "./training-speed.ts";

const journalFile = "events.jsonl";

/** Opens the journal for more lines. @throws File when it cannot be written, at once or at an event. */
export function openJournal(root: string, now: () => number, onEvent: EventSink | undefined): EventSink {
  const file = join(root, journalFile);
  beginLine(file);
  const speedAt = watchTrainingSpeed();
  return (event: RunEvent) => {
    const time = now();
    for (const kept of [event.kind === "job-progress" ? undefined : event, speedAt(event, time)]) {
      if (kept !== undefined) append(file, `${JSON.stringify({ time, ...kept })}\n`);
    }
    onEvent?.(event);
  };
}

/** Appends events that were written elsewhere, a line each. @throws File when it cannot be written. */
export function appendToJournal(root: string, lines: readonly string[]): void {
  const file = join(root, journalFile);
  beginLine(file);
  append(file, lines.map((line) => `${line}\n`).join(""));
}

/** A process that was killed while it wrote may have left half a line: the next one begins on a line of its own, and readers
 * skip the half (STORE-003). */
function beginLine(file: string): void {
  if (endsInside(file)) append(file, "\n");
}

function append(file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch (cause) {
    throw fileError("cannot be written", file, cause);
  }
}

/** True when the file's last line has no end. */
function endsInside(file: string): boolean {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    const { size } = fstatSync(handle);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(handle, last, 0, 1, size - 1) === 1 && last.toString() !== "\n";
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return false;
    throw fileError("cannot be read", file, cause);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

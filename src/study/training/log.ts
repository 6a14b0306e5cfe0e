// The log of one training job: ASCII, one event a line, written at once. No clock, so that the same job leaves the same log.

import { closeSync, fsyncSync, openSync, writeFileSync } from "node:fs";
import { DoselapError } from "../../errors.ts";
import { fileError } from "../../io/file-error.ts";

export interface TrainingLog {
  readonly path: string;
  /** Adds one line; whatever the text holds, it stays one line of ASCII. */
  line(text: string): void;
  /** Returns when the lines are on the disk. */
  flush(): void;
  /** Flushes and closes. */
  close(): void;
}

/** Creates the log, empty; its folder must be there. `rewrite` is applied to each line before it is escaped.
 * Lines are appended, so that a runner may also append to the file on its own.
 * @throws File when it cannot be made. */
export function openTrainingLog(
  path: string,
  { rewrite = (text) => text }: { rewrite?: (text: string) => string } = {},
): TrainingLog {
  let handle: number | undefined;
  try {
    writeFileSync(path, "");
    handle = openSync(path, "a");
  } catch (cause) {
    throw fileError("the training log cannot be made", path, cause);
  }
  function opened(): number {
    if (handle === undefined) throw new DoselapError("File", "the training log is closed", { file: path });
    return handle;
  }
  function told(act: () => void): void {
    try {
      act();
    } catch (cause) {
      throw fileError("the training log cannot be written", path, cause);
    }
  }
  return {
    path,
    line(text) {
      const own = opened();
      // Not writeSync, which may write a part when the disc is nearly full.
      told(() => writeFileSync(own, `${asciiLine(rewrite(text))}\n`));
    },
    flush() {
      const own = opened();
      told(() => fsyncSync(own));
    },
    close() {
      const own = opened();
      told(() => fsyncSync(own));
      closeSync(own);
      handle = undefined;
    },
  };
}

/** Printable ASCII: line breaks and tabs as \n, \r, \t, every other code unit as \uXXXX. */
export function asciiLine(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (unit) => shortEscapes[unit] ?? unicodeEscape(unit));
}

const shortEscapes: { readonly [unit: string]: string } = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

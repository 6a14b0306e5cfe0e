// Tagged errors: every failure doselap reports carries a literal tag, says expected and got,
// names the file and the key, and tells the way out. The command line maps tags to exit codes.

/** Where an error happened and what to do: appended to the message, and readable by programs. */
export interface ErrorContext {
  /** File the error is about, as the user named it. */
  readonly file?: string | undefined;
  /** Array, field, flag or JSON path inside it. */
  readonly key?: string | undefined;
  /** What was expected, in words or numbers. */
  readonly expected?: string | undefined;
  /** What was found instead. */
  readonly got?: string | undefined;
  /** Finding id of docs/findings.md, such as DATA-001. */
  readonly finding?: string | undefined;
  /** The way out: one sentence telling the user what to do. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** When each happens:
 * - `Shape`: two arrays that belong together do not fit.
 * - `Range`: a number lies outside what the operation allows.
 * - `File`: a file is absent, unreadable or not writable.
 * - `Format`: a file's bytes are not what its format says (truncated, wrong checksum, hostile).
 * - `Contract`: a dataset breaks a DATA-001 rule, or the files of a trained network contradict each other.
 * - `Design`: a study design is invalid.
 * - `Hash`: an artefact belongs to another design or was changed after it was written.
 * - `Job`: a job failed; `cause` holds why.
 * - `Runner`: an external trainer failed (exit code, signal, missing result).
 * - `Compute`: the numeric core does not run here, or a thread of it failed or ended.
 * - `Diverged`: an engine produced a non-finite or exploding field.
 * - `Usage`: the command line was misused, or a filter matched nothing.
 * - `Interrupted`: the user or a signal asked to stop. */
export type ErrorTag =
  | "Shape"
  | "Range"
  | "File"
  | "Format"
  | "Contract"
  | "Design"
  | "Hash"
  | "Job"
  | "Runner"
  | "Compute"
  | "Diverged"
  | "Usage"
  | "Interrupted";

/** The one error class. `_tag` tells kinds apart; narrow with {@link isDoselapError}. */
export class DoselapError extends Error {
  readonly _tag: ErrorTag;
  readonly context: ErrorContext;
  /** What is wrong, without the place and the comparison that the message adds around it. */
  readonly headline: string;

  constructor(tag: ErrorTag, message: string, context: ErrorContext = {}) {
    super(compose(message, context), context.cause === undefined ? undefined : { cause: context.cause });
    this.name = `${tag}Error`;
    this._tag = tag;
    this.context = context;
    this.headline = message;
  }
}

/** The error with the file that whoever threw it did not know; as it is when it names one. */
export function inFile(error: DoselapError, file: string): DoselapError {
  const { _tag, headline, context } = error;
  return context.file === undefined
    ? new DoselapError(_tag, headline, { ...context, file, cause: error })
    : error;
}

/** True for errors of this library, of one of the given tags when tags are given. */
export function isDoselapError(error: unknown, ...tags: ErrorTag[]): error is DoselapError {
  return error instanceof DoselapError && (tags.length === 0 || tags.includes(error._tag));
}

/** The message of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function compose(message: string, { file, key, expected, got, finding, hint }: ErrorContext): string {
  const where = [file, key].filter((part) => part !== undefined).join(" : ");
  const compared = [
    expected === undefined ? undefined : `expected ${expected}`,
    got === undefined ? undefined : `got ${got}`,
  ].filter((part) => part !== undefined);
  const what = [
    where === "" ? message : `${where}: ${message}`,
    compared.length > 0 ? `; ${compared.join(", ")}` : "",
    finding === undefined ? "" : ` [${finding}]`,
  ].join("");
  // What was got may be another message, with a full stop of its own.
  return hint === undefined ? what : `${what.replace(/\.$/u, "")}. ${hint}`;
}

/** A value that was read, for "got": as JSON has it, and the numbers that JSON does not have by name. */
export function valueText(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

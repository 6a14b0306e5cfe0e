// What verification finds: one place where a run folder is not what its stored reconstructions give.

/** One difference. Values are short texts, ready to print. */
export interface Difference {
  /** POSIX, relative to the run folder. */
  readonly file: string;
  /** Path of the value inside the file, "sha256" for its bytes, "" for the file as a whole. */
  readonly key: string;
  readonly stored: string;
  readonly recomputed: string;
}

/** A value as text of at most about 80 characters; numbers in full. */
export function valueText(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 76)} …`;
}

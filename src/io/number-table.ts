// Tables of numbers as text: CSV, or columns apart by tabs, semicolons or spaces; with or without a line of names, and one of
// units below it; lines that begin with # or % are comments, and the last of them may hold the names, as numpy.savetxt writes
// them. Columns of words (the files of the frames) are left out; a comma is a decimal point between semicolons or tabs alone.

import { DoselapError } from "../errors.ts";

export interface NumberTable {
  /** One a column; undefined when the file has no names. */
  readonly names: readonly string[] | undefined;
  /** float64, all of one length, at least 1. */
  readonly columns: readonly Float64Array[];
}

interface Splitter {
  split(line: string): string[];
  /** A number as people and programs write it. */
  number(field: string): number | undefined;
}

/** Longer lines are no table. */
const maxLineLength = 10_000;

/** Reads a table; `file` is for messages. @throws Format for what is no table, with the line. */
export function parseNumberTable(text: string, file: string): NumberTable {
  const lines = text
    .replace(/^\uFEFF/u, "")
    .split(/\r\n|\n|\r/u)
    .map((line, i) => ({ number: i + 1, line: line.trim() }))
    .filter(({ line }) => line !== "");
  const rows = lines.filter(({ line }) => !isComment(line));
  const [first] = rows;
  if (first === undefined)
    throw noTable(file, { got: lines.length === 0 ? "an empty file" : "comments only" });
  if (first.line.length > maxLineLength || first.line.includes("\0"))
    throw noTable(file, { got: "other bytes" });
  const { split, number: numberIn } = splitter(first.line);
  const isWord = (field: string): boolean => numberIn(field) === undefined && !isMissing(field);
  const fields = rows.slice(0, 3).map(({ line }) => split(line));
  const [head = [], second, third] = fields;
  // A line of names has words where the numbers begin; words in the same columns of both lines are a column of words.
  const hasNames =
    head.some((field) => numberIn(field) === undefined) &&
    (second === undefined ||
      head.length !== second.length ||
      head.some((field, i) => isWord(field) !== isWord(second[i]!)) ||
      head.every(isWord));
  const hasUnits =
    hasNames &&
    third !== undefined &&
    second!.length === head.length &&
    second!.every((f) => isUnitLike(f, isWord));
  const data = rows.slice(hasUnits ? 2 : hasNames ? 1 : 0);
  const [sample] = data;
  if (sample === undefined) throw noTable(file, { got: `one line: "${first.line.slice(0, 80)}"` });
  const labels = hasNames ? head : namesInComment(lines, first.number, head.length);
  const names = hasUnits ? labels!.map((name, i) => withUnit(name, second![i]!)) : labels;
  const sampled = split(sample.line);
  const kept = head.flatMap((_, column) => (isWord(sampled[column] ?? "") ? [] : [column]));
  if (kept.length === 0) throw noTable(file, { got: `words alone: "${sample.line.slice(0, 80)}"` });
  const columns = kept.map(() => new Float64Array(data.length));
  data.forEach(({ line, number }, row) => {
    const found = split(line);
    if (found.length !== head.length) {
      throw noTable(file, {
        key: `line ${number}`,
        expected: `${head.length} columns, as in the line${hasNames ? " of names" : "s before"}`,
        got: `${found.length}`,
      });
    }
    kept.forEach((column, i) => {
      const field = found[column]!;
      const value = numberIn(field);
      if (value !== undefined) columns[i]![row] = value;
      else
        throw noTable(file, { key: `line ${number}`, expected: "numbers", got: `"${field.slice(0, 40)}"` });
    });
  });
  return { names: names && kept.map((column) => unquoted(names[column]!)), columns };
}

/** "um", "[mm]", or nothing: what stands below a name. */
function isUnitLike(field: string, isWord: (field: string) => boolean): boolean {
  return field === "" || (isWord(field) && /^[[(]?[\p{L}°/^\d-]{1,16}[\])]?$/u.test(unquoted(field)));
}

function withUnit(name: string, unit: string): string {
  const bare = unquoted(unit).replace(/^[[(]|[\])]$/gu, "");
  return bare === "" ? name : `${unquoted(name)} (${bare})`;
}

/** A number that was not taken is no word. */
function isMissing(field: string): boolean {
  return /^(|nan|[+-]?inf(inity)?|n\/?a|null|none|-+)$/iu.test(unquoted(field));
}

function isComment(line: string): boolean {
  return /^[#%]/u.test(line);
}

function splitter(line: string): Splitter {
  const separator = [";", "\t", ","].find((candidate) => line.includes(candidate));
  if (separator === undefined) return { split: (text) => text.split(/\s+/u), number: numberIn };
  return {
    split(text) {
      const fields = text.split(separator).map((field) => field.trim());
      // A separator at the end of every line, as some programs leave it.
      return fields.length > 1 && fields.at(-1) === "" ? fields.slice(0, -1) : fields;
    },
    number: separator === "," ? numberIn : (field) => numberIn(field) ?? numberIn(field.replace(",", ".")),
  };
}

/** The comment right before the numbers, when it has as many words as they have columns. */
function namesInComment(
  lines: readonly { readonly line: string; readonly number: number }[],
  firstRow: number,
  columns: number,
): readonly string[] | undefined {
  const comment = lines.findLast(({ line, number }) => number < firstRow && isComment(line))?.line;
  const text = comment?.replace(/^[#%\s]+/u, "");
  if (text === undefined || text === "") return undefined;
  const words = splitter(text).split(text);
  return words.length === columns && words.some((word) => numberIn(word) === undefined) ? words : undefined;
}

/** With a point; Fortran writes D before the exponent. */
function numberIn(field: string): number | undefined {
  const text = unquoted(field);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/u.test(text)) return undefined;
  const value = Number(text.replace(/d/iu, "e"));
  return Number.isFinite(value) ? value : undefined;
}

function unquoted(field: string): string {
  return /^"(.*)"$/u.exec(field)?.[1]?.trim() ?? field;
}

function noTable(
  file: string,
  { key, expected, got }: { readonly key?: string; readonly expected?: string; readonly got: string },
): DoselapError {
  return new DoselapError("Format", "is no table of numbers", {
    file,
    key,
    expected: expected ?? "lines of numbers, with or without a line of names",
    got,
  });
}

// Tables of numbers as text: CSV, or columns apart by tabs, semicolons or spaces; with or without a line of names; lines that
// begin with # or % are comments, and the last of them may hold the names, as numpy.savetxt writes them.

import { DoselapError } from "../errors.ts";

export interface NumberTable {
  /** One a column; undefined when the file has no names. */
  readonly names: readonly string[] | undefined;
  /** float64, all of one length, at least 1. */
  readonly columns: readonly Float64Array[];
}

type Split = (line: string) => string[];

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
  const split = splitter(first.line);
  const head = split(first.line);
  const hasNames = head.some((field) => numberIn(field) === undefined);
  const data = hasNames ? rows.slice(1) : rows;
  if (data.length === 0) throw noTable(file, { got: `one line: "${first.line.slice(0, 80)}"` });
  const names = hasNames ? head : namesInComment(lines, first.number, head.length);
  const columns = head.map(() => new Float64Array(data.length));
  data.forEach(({ line, number }, row) => {
    const fields = split(line);
    if (fields.length !== columns.length) {
      throw noTable(file, {
        key: `line ${number}`,
        expected: `${columns.length} columns, as in the line${hasNames ? " of names" : "s before"}`,
        got: `${fields.length}`,
      });
    }
    fields.forEach((field, column) => {
      const value = numberIn(field);
      if (value !== undefined) columns[column]![row] = value;
      else
        throw noTable(file, { key: `line ${number}`, expected: "numbers", got: `"${field.slice(0, 40)}"` });
    });
  });
  return { names: names?.map(unquoted), columns };
}

function isComment(line: string): boolean {
  return /^[#%]/u.test(line);
}

function splitter(line: string): Split {
  const separator = [",", ";", "\t"].find((candidate) => line.includes(candidate));
  if (separator === undefined) return (text) => text.split(/\s+/u);
  return (text) => text.split(separator).map((field) => field.trim());
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
  const words = splitter(text)(text);
  return words.length === columns && words.some((word) => numberIn(word) === undefined) ? words : undefined;
}

/** A number as people and programs write it; a comma is never a decimal point. */
function numberIn(field: string): number | undefined {
  const text = unquoted(field);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/u.test(text)) return undefined;
  const value = Number(text);
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

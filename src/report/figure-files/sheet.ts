// A figure for publication: titled panels in columns, a legend, and the data that it draws.

import { csvField } from "../../io/csv.ts";
import type { Markup } from "../markup.ts";

/** One value of a table; null is an empty cell. */
export type Cell = string | number | null;

export interface FigureSheet {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  readonly columns: number;
  readonly panels: readonly SheetPanel[];
  /** What the panels' lines mean: a name, and its sign as SVG in a box of 34 × 12. Empty when a panel is one arm's. */
  readonly legend: readonly { readonly name: string; readonly sign: string }[];
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] };
}

export interface SheetPanel {
  readonly title: string;
  /** An SVG element with a viewBox. */
  readonly draw: () => Markup;
}

/** A name that any file system takes: "phase-ssim-truth". */
export function sheetName(...parts: readonly string[]): string {
  return parts
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** Comma-separated values: one heading line, lines ending in CRLF. */
export function csvText({ head, rows }: FigureSheet["table"]): string {
  return [head, ...rows].map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
}

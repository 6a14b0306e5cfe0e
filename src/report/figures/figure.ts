// Observable Plot without a browser: one jsdom document per report, SVG out as markup. Plot's own style element is
// dropped (the report's sheet has the few rules it needs), ids and counters are never used, so bytes repeat.

import * as Plot from "@observablehq/plot";
import { JSDOM } from "jsdom";
import { type Markup, raw } from "../markup.ts";

export interface FigureMaker {
  /** Draws a plot. `label` is read out for the picture; it should say what is seen and not only what it is. */
  draw(options: Plot.PlotOptions, label: string): Markup;
  /** Frees the document. */
  close(): void;
}

export function createFigureMaker(): FigureMaker {
  const dom = new JSDOM("<!doctype html><body></body>");
  const { document } = dom.window;
  return {
    draw(options, label) {
      const svg = Plot.plot({ ...options, document, className: "plot" });
      for (const style of svg.querySelectorAll("style")) style.remove();
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", label);
      for (const attribute of ["width", "height"]) svg.removeAttribute(attribute);
      return raw(svg.outerHTML);
    },
    close() {
      dom.window.close();
    },
  };
}

/** Columns for so many panels: at most three, but four stand in one row. */
export function panelColumns(count: number): number {
  return count === 4 ? 4 : Math.min(3, count);
}

/** Width to draw a panel at, so that its text keeps its size in that many columns. */
export function panelWidth(columns: number): number {
  return columns === 4 ? 250 : 330;
}

/** Labels for the ticks of a logarithmic axis: 10ⁿ when every level is a power of ten from 100 up, else `other`. */
export function logLabels(
  levels: readonly number[],
  other: (level: number) => string,
): (level: number) => string {
  const isDecade = (level: number): boolean => level >= 100 && Math.abs(Math.log10(level) % 1) < 1e-9;
  return levels.every(isDecade) ? (level) => `10${superscript(Math.round(Math.log10(level)))}` : other;
}

function superscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!);
}

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

/** Powers of ten as 10ⁿ, anything else as given by `other`. For ticks of logarithmic axes. */
export function logTick(value: number, other: (value: number) => string): string {
  const exponent = Math.log10(value);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-9 || value < 100) return other(value);
  return `10${[...String(Math.round(exponent))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!).join("")}`;
}

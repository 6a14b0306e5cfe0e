// The colour bar of the viewer: a strip for one number, a rectangle of phase by amplitude for complex values.

import { fixedText } from "../format.ts";
import type { DisplayRanges } from "./catalog.ts";
import { type Kind, scaleOf, type Tables } from "./kinds.ts";

const columns = 256;
/** Rows of the complex bar, bright to dark. */
const rows = 24;

export interface ColorBar {
  readonly element: HTMLElement;
  show(kind: Kind, ranges: DisplayRanges): void;
}

export function createColorBar(document: Document, tables: Tables): ColorBar {
  const element = document.createElement("div");
  const name = document.createElement("div");
  const canvas = document.createElement("canvas");
  const ticks = document.createElement("div");
  element.className = "viewbar";
  ticks.className = "viewticks";
  canvas.setAttribute("role", "img");
  element.append(name, canvas, ticks);
  return {
    element,
    show(kind, ranges) {
      const { low, high, unit, table } = scaleOf(kind, ranges, tables);
      const height = kind === "complex" ? rows : 1;
      canvas.width = columns;
      canvas.height = height;
      canvas.classList.toggle("tall", kind === "complex");
      canvas.getContext("2d")?.putImageData(new ImageData(barPixels(table, height), columns, height), 0, 0);
      const texts = [low, (low + high) / 2, high].map((value) => fixedText(value, 2));
      ticks.replaceChildren(
        ...texts.map((text) => {
          const tick = document.createElement("span");
          tick.textContent = text;
          return tick;
        }),
      );
      const what = kind === "complex" ? "phase" : kind;
      name.textContent =
        `${what}${unit === "" ? "" : ` (${unit})`}` +
        (kind === "complex" ? `; brightness: amplitude to ${fixedText(ranges.amplitude.max, 2)}` : "");
      canvas.setAttribute("aria-label", `colour bar, ${name.textContent}, ${texts[0]!} to ${texts[2]!}`);
    },
  };
}

/** RGBA of the bar; with several rows the upper ones are brighter. */
function barPixels(table: Uint8Array, height: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * columns * height);
  for (let y = 0; y < height; y++) {
    const bright = height === 1 ? 1 : 1 - y / (height - 1);
    for (let x = 0; x < columns; x++) {
      const to = 4 * (y * columns + x);
      for (let c = 0; c < 3; c++) rgba[to + c] = bright * table[3 * x + c]!;
      rgba[to + 3] = 255;
    }
  }
  return rgba;
}

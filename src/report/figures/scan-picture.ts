// The scan as it was: every position of a view's compared frames, probe discs of the measured diameter (drawn when
// they are few enough to be read), and one nearest-neighbour pair picked out, whose common area is the overlap.

import { extentOf } from "../../array/scan.ts";
import type { CellResult } from "../../study/results.ts";
import { countText, fixedText, numberText } from "../format.ts";
import { escapeText, type Markup, raw } from "../markup.ts";

/** Above this many discs a picture is a blot; the positions alone are drawn. */
const mostDiscs = 3000;

export function scanPicture(cell: CellResult): Markup {
  const { x, y } = cell.positions;
  const radius = cell.probeDiameterPx / 2;
  if (x.length === 0) return raw("");
  const [across, down] = [extentOf(x), extentOf(y)];
  const [left, top] = [across.from - radius, down.from - radius];
  const [width, height] = [across.to + radius - left, down.to + radius - top];
  const unit = Math.max(width, height) / 300;
  const at = (i: number): string => `${num(x[i]!)} ${num(y[i]!)}`;
  const discs =
    x.length > mostDiscs
      ? ""
      : x.map((_, i) => `<circle cx="${num(x[i]!)}" cy="${num(y[i]!)}" r="${num(radius)}"/>`).join("");
  // The deeper the discs overlap, the paler each: three tenths of full colour where the scan is evenly covered.
  const depth = Math.max(1, (x.length * Math.PI * radius ** 2) / (width * height));
  const opacity = (1 - 0.7 ** (1 / depth)).toFixed(4);
  const dots = `<path d="${x.map((_, i) => `M${at(i)}h0`).join("")}" stroke-width="${num(2.2 * unit)}"/>`;
  const pair = typicalPair(x, y);
  const marked = pair
    .map(
      (i) =>
        `<circle cx="${num(x[i]!)}" cy="${num(y[i]!)}" r="${num(radius)}" stroke-width="${num(1.6 * unit)}"/>`,
    )
    .join("");
  const { x0, y0, x1, y1 } = cell.window;
  const frame = `<rect x="${num(x0)}" y="${num(y0)}" width="${num(x1 - x0)}" height="${num(y1 - y0)}" stroke-width="${num(unit)}" stroke-dasharray="${num(4 * unit)} ${num(3 * unit)}"/>`;
  const label = `Scan of view ${cell.view}: ${countText(cell.frames, "frame")}, probe diameter ${numberText(cell.probeDiameterPx)} pixels, measured overlap ${fixedText(cell.overlapMeasured, 2)}`;
  return raw(
    `<svg class="scan" role="img" aria-label="${escapeText(label)}" viewBox="${[left, top, width, height].map(num).join(" ")}">` +
      `<g class="discs" fill="var(--arm-0)" fill-opacity="${opacity}">${discs}</g><g class="dots" fill="none" stroke="var(--ink)" stroke-linecap="round">${dots}</g><g class="window" fill="none" stroke="var(--muted)">${frame}</g><g class="pair" fill="var(--arm-1)" fill-opacity=".28" stroke="var(--arm-1)">${marked}</g></svg>`,
  );
}

/** The position whose nearest neighbour lies at the median distance, with that neighbour: a typical overlap. */
function typicalPair(x: readonly number[], y: readonly number[]): number[] {
  // A thousand seeds give the median well enough, and keep a scan of 10⁴ positions quick.
  const stride = Math.ceil(x.length / 1000);
  const pairs = Array.from({ length: Math.ceil(x.length / stride) }, (_, k) => {
    const i = k * stride;
    let nearest = -1;
    let distance = Infinity;
    for (let j = 0; j < x.length; j++) {
      const d = j === i ? Infinity : Math.hypot(x[j]! - x[i]!, y[j]! - y[i]!);
      if (d < distance) [nearest, distance] = [j, d];
    }
    return { i, nearest, distance };
  });
  if (x.length < 2) return [];
  const median = pairs.map((pair) => pair.distance).toSorted((a, b) => a - b)[pairs.length >> 1]!;
  const [cx, cy] = [mean(x), mean(y)];
  const fromCentre = (i: number): number => Math.hypot(x[i]! - cx, y[i]! - cy);
  const typical = pairs
    .filter((pair) => Math.abs(pair.distance - median) <= 0.1 * median + 1e-9)
    .reduce((best, pair) => (fromCentre(pair.i) < fromCentre(best.i) ? pair : best));
  return [typical.i, typical.nearest];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function num(value: number): string {
  return String(Number(value.toFixed(2)));
}

// What phantoms are drawn with: float64 [height, width] layers and soft-edged shapes. Coverage of an edge pixel is taken
// from the signed distance to the edge, so edges are anti-aliased over one pixel.

import type { RealImage } from "../../array/ndarray.ts";

export function blankLayer(height: number, width: number): RealImage {
  return { height, width, data: new Float64Array(height * width) };
}

/** Coverage, 0 … 1, of a pixel whose centre lies `insidePx` inside an edge that is `softPx` wide. */
export function coverage(insidePx: number, softPx = 1): number {
  const t = Math.min(1, Math.max(0, 0.5 + insidePx / softPx));
  return t * t * (3 - 2 * t);
}

/** Calls `paint(index, x, y)` for the pixels of a box, cut to the layer. */
export function forBox(
  { height, width }: RealImage,
  cx: number,
  cy: number,
  reach: number,
  paint: (index: number, x: number, y: number) => void,
): void {
  const x1 = Math.min(width - 1, Math.ceil(cx + reach));
  const y1 = Math.min(height - 1, Math.ceil(cy + reach));
  for (let y = Math.max(0, Math.floor(cy - reach)); y <= y1; y++) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x <= x1; x++) paint(y * width + x, x, y);
  }
}

/** Adds `value` on a rectangle with bounds in pixels, edges anti-aliased. */
export function addRectangle(
  { height, width, data }: RealImage,
  { x0, y0, x1, y1 }: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number },
  value: number,
): void {
  for (let y = Math.max(0, Math.floor(y0)); y <= Math.min(height - 1, Math.ceil(y1)); y++) {
    const rows = Math.max(0, Math.min(y + 0.5, y1) - Math.max(y - 0.5, y0));
    for (let x = Math.max(0, Math.floor(x0)); x <= Math.min(width - 1, Math.ceil(x1)); x++) {
      const columns = Math.max(0, Math.min(x + 0.5, x1) - Math.max(x - 0.5, x0));
      data[y * width + x] = data[y * width + x]! + value * rows * columns;
    }
  }
}

/** Stretches a layer linearly to [0, 1]; the `clipped` part of the pixels that is brightest becomes 1. A constant layer
 * becomes 0.5. */
export function stretch({ data }: RealImage, { clipped = 0 }: { readonly clipped?: number } = {}): void {
  let low = Infinity;
  let high = -Infinity;
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(high > low)) {
    data.fill(0.5);
    return;
  }
  const top = low + (high - low) * brightness(data, low, high, 1 - clipped);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, (data[i]! - low) / (top - low));
}

/** Where in [0, 1] between low and high so much of the pixels is reached, to a 1024th. */
function brightness(data: Float64Array, low: number, high: number, share: number): number {
  const bins = 1024;
  const histogram = new Float64Array(bins);
  for (const value of data) {
    const bin = Math.min(bins - 1, Math.floor((bins * (value - low)) / (high - low)));
    histogram[bin] = histogram[bin]! + 1;
  }
  let seen = 0;
  let bin = 0;
  while (bin < bins && seen < share * data.length) seen += histogram[bin++]!;
  return bin / bins;
}

// What a bootstrap over tiles needs of a Fourier ring correlation: the sums of each ring, tile by tile. Any choice of tiles
// then has an FRC of its own, Σ cross / √(Σ power · Σ power), without going back to the images.
// Tiles are squares of one even side side by side, the largest that leave nine of them, centred in the window; the same for all
// arms, doses and views. A tile's spectrum is that of metrics/ring-sums.ts.

import type { ComplexImage, RealImage } from "../../array/ndarray.ts";
import { cropMask } from "../../metrics/mask.ts";
import { amplitudeOf, phasorsOf } from "../../metrics/parts.ts";
import { ringSums, windowedSpectrum } from "../../metrics/ring-sums.ts";

/** Each list is [tile, ring], ring 1 … sidePx / 2; ring r is r / sidePx cycles per pixel. */
export interface TileRings {
  readonly sidePx: number;
  /** Re Σ F1 F2*. */
  readonly cross: readonly (readonly number[])[];
  /** Σ |F1|². */
  readonly powerA: readonly (readonly number[])[];
  /** Σ |F2|². */
  readonly powerB: readonly (readonly number[])[];
}

const leastTiles = 9;
/** Eight rings. */
const leastSidePx = 16;

/** Sums over the rings of each tile; null when the window is too small for nine tiles of 16 px. Numbers keep six digits.
 * @param a, b both float64 [h, w] or both complex64 [h, w]. @param mask 1 = compared, uint8 [h, w]. */
export function tileRings<Image extends RealImage | ComplexImage>(
  a: Image,
  b: Image,
  mask: Uint8Array,
): TileRings | null {
  const { height, width } = a;
  const side = sideOf(height, width);
  if (side === null) return null;
  const [down, across] = [Math.floor(height / side), Math.floor(width / side)];
  const top = Math.floor((height - down * side) / 2);
  const left = Math.floor((width - across * side) / 2);
  const rings: { cross: number[][]; powerA: number[][]; powerB: number[][] } = {
    cross: [],
    powerA: [],
    powerB: [],
  };
  for (let tile = 0; tile < down * across; tile++) {
    const x0 = left + (tile % across) * side;
    const y0 = top + Math.floor(tile / across) * side;
    const square = { x0, y0, x1: x0 + side, y1: y0 + side };
    const inside = cropMask(mask, width, square);
    const { cross, powerA, powerB } = ringSums(
      windowedSpectrum(a, square, inside),
      windowedSpectrum(b, square, inside),
      side,
    );
    rings.cross.push(sixDigits(cross));
    rings.powerA.push(sixDigits(powerA));
    rings.powerB.push(sixDigits(powerB));
  }
  return { sidePx: side, ...rings };
}

/** The ring sums of both parts of an image in the target's gauge, the phase as e^{iφ}. @param mask uint8 [h, w]. */
export function partRings(
  aligned: ComplexImage,
  target: ComplexImage,
  mask: Uint8Array,
): { readonly amplitude: TileRings | null; readonly phase: TileRings | null } {
  return {
    amplitude: tileRings(amplitudeOf(aligned), amplitudeOf(target), mask),
    phase: tileRings(phasorsOf(aligned, mask), phasorsOf(target, mask), mask),
  };
}

function sideOf(height: number, width: number): number | null {
  for (let side = 2 * Math.floor(Math.min(height, width) / 2); side >= leastSidePx; side -= 2)
    if (Math.floor(height / side) * Math.floor(width / side) >= leastTiles) return side;
  return null;
}

function sixDigits(values: Float64Array): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(6)));
}

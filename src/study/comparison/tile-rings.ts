// What a bootstrap over tiles needs of a Fourier ring correlation: the sums of each ring, tile by tile. Any choice of tiles
// then has an FRC of its own, Σ cross / √(Σ power · Σ power), without going back to the images.
// Tiles are squares of one even side side by side, the largest that leave nine of them, centred in the window; the same for all
// arms, doses and views. In a tile the mean of its compared pixels is removed and a Hann window applied, as in metrics/frc.ts.

import type { ComplexImage, RealImage } from "../../array/ndarray.ts";
import { fft2Float64, signedIndex } from "../../math/fft64.ts";
import { amplitudeOf, phasePair } from "../../metrics/parts.ts";

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
    const corner = { x0: left + (tile % across) * side, y0: top + Math.floor(tile / across) * side, side };
    const sums = ringSums(tileSpectrum(a, mask, corner), tileSpectrum(b, mask, corner), side);
    rings.cross.push(sums.cross);
    rings.powerA.push(sums.powerA);
    rings.powerB.push(sums.powerB);
  }
  return { sidePx: side, ...rings };
}

/** The ring sums of both parts of an image in the target's gauge. @param mask uint8 [h, w]. */
export function partRings(
  aligned: ComplexImage,
  target: ComplexImage,
  mask: Uint8Array,
): { readonly amplitude: TileRings | null; readonly phase: TileRings | null } {
  const phase = phasePair(aligned, target, mask);
  return {
    amplitude: tileRings(amplitudeOf(aligned), amplitudeOf(target), mask),
    phase: tileRings(phase.a, phase.b, mask),
  };
}

function sideOf(height: number, width: number): number | null {
  for (let side = 2 * Math.floor(Math.min(height, width) / 2); side >= leastSidePx; side -= 2)
    if (Math.floor(height / side) * Math.floor(width / side) >= leastTiles) return side;
  return null;
}

interface Corner {
  readonly x0: number;
  readonly y0: number;
  readonly side: number;
}

/** complex128 [side, side]; zero when the image is constant over the tile's compared pixels. */
function tileSpectrum(
  { data, height, width }: RealImage | ComplexImage,
  mask: Uint8Array,
  { x0, y0, side }: Corner,
): Float64Array {
  const stride = data.length / (height * width);
  const field = new Float64Array(2 * side * side);
  const inside = new Uint8Array(side * side);
  let [re, im, n] = [0, 0, 0];
  let [first, varies] = [-1, false];
  for (let i = 0; i < side * side; i++) {
    const from = (y0 + Math.floor(i / side)) * width + x0 + (i % side);
    if (mask[from] !== 1) continue;
    inside[i] = 1;
    field[2 * i] = data[stride * from]!;
    if (stride === 2) field[2 * i + 1] = data[stride * from + 1]!;
    if (first < 0) first = i;
    varies ||= field[2 * i] !== field[2 * first] || field[2 * i + 1] !== field[2 * first + 1];
    re += field[2 * i]!;
    im += field[2 * i + 1]!;
    n++;
  }
  if (!varies) return new Float64Array(2 * side * side);
  for (let i = 0; i < side * side; i++) {
    const weight = inside[i]! * hann(i % side, side) * hann(Math.floor(i / side), side);
    field[2 * i] = (field[2 * i]! - re / n) * weight;
    field[2 * i + 1] = (field[2 * i + 1]! - im / n) * weight;
  }
  fft2Float64(field, side, side);
  return field;
}

function hann(i: number, size: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1));
}

function ringSums(
  a: Float64Array,
  b: Float64Array,
  side: number,
): { cross: number[]; powerA: number[]; powerB: number[] } {
  const rings = side / 2;
  const [cross, powerA, powerB] = [new Float64Array(rings), new Float64Array(rings), new Float64Array(rings)];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const ring = Math.round(Math.hypot(signedIndex(x, side), signedIndex(y, side))) - 1;
      if (ring < 0 || ring >= rings) continue;
      const i = 2 * (y * side + x);
      cross[ring] = cross[ring]! + a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
      powerA[ring] = powerA[ring]! + a[i]! ** 2 + a[i + 1]! ** 2;
      powerB[ring] = powerB[ring]! + b[i]! ** 2 + b[i + 1]! ** 2;
    }
  }
  return { cross: sixDigits(cross), powerA: sixDigits(powerA), powerB: sixDigits(powerB) };
}

function sixDigits(values: Float64Array): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(6)));
}

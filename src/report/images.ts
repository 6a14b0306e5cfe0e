// Complex images as pictures: amplitude in grey, phase on a cyclic table, 8 bits per pixel with a palette.
// Entry 0 of every palette is the "no value" colour: transparent where a mask excludes the pixel. Entry 1 is
// the bad-pixel colour (not finite); 254 entries are left for values.

import type { ComplexImage } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { encodePng, type IndexedPng } from "../io/png.ts";
import { badPixelRgb, cyclicTable, greyTable, type ColorTable } from "./colormap.ts";

export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** Which phases the wheel shows: `spanRad` around `centerRad`; a span below 2π clips what lies beyond it. */
export interface PhaseRange {
  readonly centerRad: number;
  readonly spanRad: number;
}

export const fullCircle: PhaseRange = { centerRad: 0, spanRad: 2 * Math.PI };

/** Pixels to show, one byte per pixel, 0 = leave transparent. */
export type Mask = ArrayLike<number>;

const levels = 254;
const firstValue = 2;

/** |O| in grey: `min` black, `max` white, clipped beyond. @throws Range when the range is empty or not finite. */
export function amplitudeImage(image: ComplexImage, { min, max }: ValueRange, mask?: Mask): IndexedPng {
  if (!(Number.isFinite(min) && Number.isFinite(max) && max > min)) {
    throw new DoselapError("Range", "an amplitude image needs a range with max above min", {
      got: `${min} … ${max}`,
    });
  }
  const scale = levels / (max - min);
  return paint(image, greyTable(), mask, (re, im) => (Math.hypot(re, im) - min) * scale);
}

/** arg O on the cyclic table. With a span of 2π nothing is clipped. @throws Range for a span outside (0, 2π]. */
export function phaseImage(
  image: ComplexImage,
  { centerRad, spanRad }: PhaseRange = fullCircle,
  mask?: Mask,
): IndexedPng {
  if (!(spanRad > 0 && spanRad <= 2 * Math.PI + 1e-9) || !Number.isFinite(centerRad)) {
    throw new DoselapError("Range", "a phase image shows a span of at most one turn", {
      expected: "0 < spanRad ≤ 2π",
      got: `${spanRad} around ${centerRad}`,
    });
  }
  const [cos, sin] = [Math.cos(centerRad), Math.sin(centerRad)];
  return paint(image, cyclicTable(), mask, (re, im) => {
    const phase = Math.atan2(im * cos - re * sin, re * cos + im * sin);
    return (phase / spanRad + 0.5) * levels;
  });
}

/** Least to greatest amplitude: the grey scale that images compared with this one share. */
export function amplitudeRange({ data }: ComplexImage): ValueRange {
  let min = Infinity;
  let max = 0;
  for (let i = 0; i < data.length; i += 2) {
    const amplitude = Math.hypot(data[i]!, data[i + 1]!);
    min = Math.min(min, amplitude);
    max = Math.max(max, amplitude);
  }
  // A flat reference has no range of its own; any grey will do.
  return max > min ? { min, max } : { min: 0, max: Math.max(1, max) };
}

/** PNG file of |O| in grey. */
export function renderAmplitudePng(image: ComplexImage, range: ValueRange, mask?: Mask): Uint8Array {
  return encodePng(amplitudeImage(image, range, mask));
}

/** PNG file of arg O on the cyclic table, −π to π unless a range says otherwise. */
export function renderPhasePng(image: ComplexImage, range: PhaseRange = fullCircle, mask?: Mask): Uint8Array {
  return encodePng(phaseImage(image, range, mask));
}

/** A horizontal strip through a table, for colour bars: `columns` × 1 pixels with square ends. */
export function tableStrip(table: ColorTable): Uint8Array {
  const data = Uint8Array.from({ length: levels }, (_, i) => firstValue + i);
  return encodePng({
    kind: "indexed",
    width: levels,
    height: 1,
    data,
    palette: paletteOf(table),
    firstIsTransparent: true,
  });
}

/** Straight RGBA bytes [height, width, 4] of a painted image, for callers that need pixels and not a file. */
export function toRgba({ data, palette, firstIsTransparent }: IndexedPng): Uint8Array {
  const rgba = new Uint8Array(4 * data.length);
  for (let i = 0; i < data.length; i++) {
    const entry = data[i]!;
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = palette[3 * entry + c]!;
    rgba[4 * i + 3] = firstIsTransparent && entry === 0 ? 0 : 255;
  }
  return rgba;
}

function paint(
  { height, width, data: field }: ComplexImage,
  table: ColorTable,
  mask: Mask | undefined,
  level: (re: number, im: number) => number,
): IndexedPng {
  if (mask !== undefined && mask.length !== height * width) {
    throw new DoselapError("Shape", "the mask does not fit the image", {
      expected: `${height * width} pixels`,
      got: `${mask.length}`,
    });
  }
  const data = new Uint8Array(height * width);
  for (let i = 0; i < data.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue;
    const value = level(field[2 * i]!, field[2 * i + 1]!);
    data[i] = Number.isFinite(value) ? firstValue + Math.min(levels - 1, Math.max(0, Math.floor(value))) : 1;
  }
  return { kind: "indexed", width, height, data, palette: paletteOf(table), firstIsTransparent: true };
}

/** No value, bad pixel, then 254 entries spread over the table's 256. */
function paletteOf(table: ColorTable): Uint8Array {
  const palette = new Uint8Array(768);
  palette.set([128, 128, 128, ...badPixelRgb]);
  for (let i = 0; i < levels; i++) {
    const from = Math.round((i * 255) / (levels - 1));
    palette.set(table.subarray(3 * from, 3 * from + 3), 3 * (firstValue + i));
  }
  return palette;
}

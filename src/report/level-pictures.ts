// The report's pictures: amplitude or phase as 8-bit levels of a PNG with a palette. The levels span every value of the
// image (viewer/levels.ts), so that the page can read numbers back; the palette colours the display range and clips beyond it.

import type { ComplexImage } from "../array/ndarray.ts";
import { encodePng } from "../io/png.ts";
import { badPixelRgb, cyclicTable, greyTable } from "./colormap.ts";
import type { Mask, PhaseRange, ValueRange } from "./images.ts";
import { firstLevel, levelCount, levelOf, type LevelScale, levelScale, valueOf } from "./viewer/levels.ts";

export interface LevelPicture {
  readonly png: Uint8Array;
  readonly scale: LevelScale;
  readonly width: number;
  readonly height: number;
}

/** |O| in grey over the range. @param mask [h, w], 0 = transparent. */
export function amplitudePicture(image: ComplexImage, { min, max }: ValueRange, mask: Mask): LevelPicture {
  const { data } = image;
  return picture(image, mask, {
    value: (i) => Math.hypot(data[2 * i]!, data[2 * i + 1]!),
    low: min,
    high: max,
    table: greyTable(),
  });
}

/** arg O on the cyclic table over the range; values are on the branch around its centre. @param mask [h, w], 0 = transparent. */
export function phasePicture(
  image: ComplexImage,
  { centerRad, spanRad }: PhaseRange,
  mask: Mask,
): LevelPicture {
  const { data } = image;
  const [cos, sin] = [Math.cos(centerRad), Math.sin(centerRad)];
  return picture(image, mask, {
    value: (i) => {
      const [re, im] = [data[2 * i]!, data[2 * i + 1]!];
      return centerRad + Math.atan2(im * cos - re * sin, re * cos + im * sin);
    },
    low: centerRad - spanRad / 2,
    high: centerRad + spanRad / 2,
    table: cyclicTable(),
  });
}

function picture(
  { height, width }: ComplexImage,
  mask: Mask,
  {
    value,
    low,
    high,
    table,
  }: { value: (pixel: number) => number; low: number; high: number; table: Uint8Array },
): LevelPicture {
  const values = new Float64Array(height * width);
  let count = 0;
  const finite = new Float64Array(height * width);
  for (let i = 0; i < values.length; i++) {
    values[i] = value(i);
    if (mask[i] !== 0 && Number.isFinite(values[i])) finite[count++] = values[i]!;
  }
  const scale = rounded(levelScale(finite.subarray(0, count)));
  const data = new Uint8Array(values.length);
  for (let i = 0; i < data.length; i++) {
    if (mask[i] === 0) continue;
    data[i] = Number.isFinite(values[i]) ? firstLevel + levelOf(scale, values[i]!) : 1;
  }
  const palette = new Uint8Array(768);
  palette.set([128, 128, 128, ...badPixelRgb]);
  for (let level = 0; level < levelCount; level++) {
    const part = (valueOf(scale, level) - low) / (high - low);
    const from = 3 * Math.min(255, Math.max(0, Math.floor(256 * part)));
    palette.set(table.subarray(from, from + 3), 3 * (firstLevel + level));
  }
  const png = encodePng({ kind: "indexed", width, height, data, palette, firstIsTransparent: true });
  return { png, scale, width, height };
}

/** As it is written into the page: seven digits, as many as float32 images have. */
function rounded(scale: LevelScale): LevelScale {
  const [a, b, c, d] = scale.map((value) => Number(value.toPrecision(7)));
  return [a!, b!, c!, d!];
}

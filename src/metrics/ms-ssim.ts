// Multi-scale structural similarity. Wang, Simoncelli & Bovik 2003, doi:10.1109/ACSSC.2003.1292216
//   MS-SSIM = mean(SSIM_5)^w5 · Π_{j<5} mean(CS_j)^wj,  w = .0448 .2856 .3001 .2363 .1333
// CS is the contrast-structure factor; between levels a 2×2 mean, then every second pixel (odd sides repeat their last).
// Windows, constants and data range as in ssim.ts; a small image gets fewer levels with weights rescaled to sum 1.
// A negative mean factor has no real power: it counts as 0, with a warning.
// With a mask: cut to its bounding box, pixels outside it are multiplied by 0 in both images, and only windows centred
// in it count (a coarse pixel belongs to it when all its pixels do), so the common zeros do not raise the score.

import type { RealImage } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { gaussianBlur } from "./gaussian.ts";
import { checkSameShape, cropImage, cropMask, maskBox, type PixelMask } from "./mask.ts";
import { absent, dataRange, type Measured } from "./range.ts";
import { meanOverWindows, ssimMaps, ssimWindowPx } from "./ssim.ts";

const levelWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;

/** `b` is the truth. `sigmaPx` blurs both images first; 0 = not. null when no window fits or the truth is constant.
 * @throws Shape when shapes differ, Range for a negative blur. */
export function msSsim(
  a: RealImage,
  b: RealImage,
  { mask, sigmaPx = 0 }: { mask?: PixelMask | undefined; sigmaPx?: number | undefined } = {},
): Measured {
  checkSameShape(a, b, mask);
  if (!(sigmaPx >= 0 && sigmaPx < 1000)) {
    throw new DoselapError("Range", "the blur before MS-SSIM is not usable", {
      key: "msSsimSigmaPx",
      expected: "0 to 1000 px",
      got: String(sigmaPx),
    });
  }
  const range = dataRange(b, mask);
  if (range === 0) return absent("constant truth: MS-SSIM has no data range");

  const box = maskBox(a, mask);
  const inside = cropMask(mask, a.width, box);
  const levels = pyramid(prepare(a), prepare(b), inside);
  if (levels.length === 0) {
    return absent(`no ${ssimWindowPx}×${ssimWindowPx} window fits: no MS-SSIM`);
  }
  return combine(levels, range);

  function prepare(image: RealImage): RealImage {
    const cut = cropImage(sigmaPx > 0 ? gaussianBlur(image, sigmaPx) : image, box);
    if (inside !== undefined) for (let i = 0; i < inside.length; i++) if (inside[i] === 0) cut.data[i] = 0;
    return cut;
  }
}

interface Level {
  readonly a: RealImage;
  readonly b: RealImage;
  readonly mask: PixelMask | undefined;
}

/** Up to five levels, finest first; stops before the first one without a window. */
function pyramid(a: RealImage, b: RealImage, mask: PixelMask | undefined): Level[] {
  const levels: Level[] = [];
  let level: Level = { a, b, mask };
  while (levels.length < levelWeights.length && hasWindow(level)) {
    levels.push(level);
    level = { a: halve(level.a), b: halve(level.b), mask: halveMask(level.mask, level.a) };
  }
  return levels;
}

function hasWindow({ a, mask }: Level): boolean {
  if (Math.min(a.height, a.width) < ssimWindowPx) return false;
  if (mask === undefined) return true;
  const border = (ssimWindowPx - 1) / 2;
  for (let y = border; y < a.height - border; y++) {
    for (let x = border; x < a.width - border; x++) if (mask[y * a.width + x] !== 0) return true;
  }
  return false;
}

function combine(levels: readonly Level[], range: number): Measured {
  const warnings: string[] = [];
  if (levels.length < levelWeights.length) {
    warnings.push(
      `MS-SSIM over ${levels.length} of ${levelWeights.length} levels, weights rescaled: image too small`,
    );
  }
  const weights = levelWeights.slice(0, levels.length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let value = 1;
  levels.forEach(({ a, b, mask }, j) => {
    const maps = ssimMaps(a, b, range);
    const map = j === levels.length - 1 ? maps.ssim : maps.contrastStructure;
    const mean = meanOverWindows(map, maps.width, mask, a.width) ?? 0;
    if (mean < 0)
      warnings.push(`MS-SSIM level ${j + 1} is negative (${mean.toPrecision(3)}) and counts as 0`);
    value *= Math.max(mean, 0) ** (weights[j]! / total);
  });
  return { value, warnings };
}

/** 2×2 means, [⌈h/2⌉, ⌈w/2⌉]; an odd side repeats its last row or column. */
function halve({ height, width, data }: RealImage): RealImage {
  const rows = Math.ceil(height / 2);
  const columns = Math.ceil(width / 2);
  const out = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const top = 2 * y * width;
    const bottom = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < columns; x++) {
      const left = 2 * x;
      const right = Math.min(left + 1, width - 1);
      out[y * columns + x] =
        (data[top + left]! + data[top + right]! + data[bottom + left]! + data[bottom + right]!) / 4;
    }
  }
  return { height: rows, width: columns, data: out };
}

function halveMask(mask: PixelMask | undefined, { height, width }: RealImage): PixelMask | undefined {
  if (mask === undefined) return undefined;
  const means = halve({ height, width, data: Float64Array.from(mask, (value) => (value === 0 ? 0 : 1)) });
  return Uint8Array.from(means.data, (mean) => (mean === 1 ? 1 : 0));
}

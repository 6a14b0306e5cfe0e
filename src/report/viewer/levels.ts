// How a picture's 8 bits hold values: palette entries 2 … 255 are 254 levels between the least and the greatest value,
// most of them between two inner quantiles, so that a few outliers cost the rest no precision. Entry 0 is a pixel that is not
// shown, entry 1 one that has no finite value. Written when the report is made, read back in the page.

/** Values at the edges of level 0, of the inner levels, and of the last level; they never fall. */
export type LevelScale = readonly [number, number, number, number];

export const levelCount = 254;
/** Palette entry of level 0. */
export const firstLevel = 2;
/** Levels below and above the inner ones. */
const tailLevels = 12;
const edges = [0, tailLevels, levelCount - tailLevels, levelCount] as const;
/** Part of the pixels beyond each inner edge. */
const tail = 0.002;
/** Values that tell the inner edges well enough. */
const sampleCount = 8192;

/** The scale for these values. Without a value it is all zero. */
export function levelScale(values: ArrayLike<number>): LevelScale {
  if (values.length === 0) return [0, 0, 0, 0];
  let [least, greatest] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    greatest = Math.max(greatest, values[i]!);
  }
  const stride = Math.ceil(values.length / sampleCount);
  const sorted = Float64Array.from(
    { length: Math.ceil(values.length / stride) },
    (_, i) => values[i * stride]!,
  ).sort();
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))]!;
  return [least, at(tail), at(1 - tail), greatest];
}

/** The level, 0 … 253, that holds a value; values beyond the ends go to the ends. */
export function levelOf(scale: LevelScale, value: number): number {
  const part = value < scale[1] ? 0 : value < scale[2] ? 1 : 2;
  const [low, high] = [scale[part]!, scale[part + 1]!];
  const [from, to] = [edges[part]!, edges[part + 1]!];
  const inside = high > low ? ((value - low) / (high - low)) * (to - from) : 0;
  return Math.min(levelCount - 1, Math.max(0, Math.floor(from + inside)));
}

/** The value in the middle of a level: off by at most half the level's width. */
export function valueOf(scale: LevelScale, level: number): number {
  const part = level < edges[1] ? 0 : level < edges[2] ? 1 : 2;
  const [low, high] = [scale[part]!, scale[part + 1]!];
  const [from, to] = [edges[part]!, edges[part + 1]!];
  return low + ((level + 0.5 - from) / (to - from)) * (high - low);
}

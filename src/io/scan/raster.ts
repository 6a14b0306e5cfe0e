// Positions of a raster from its steps: frame m lies in row ⌊m / columns⌋.

import type { RawOptions, RawPositions } from "./raw-scan.ts";

/** From the first frame on. @param shape rows and columns of the whole raster. */
export function rasterPositions(
  [rows = 0, columns = 0]: readonly number[],
  { alongRowM, alongColumnM }: { readonly alongRowM: number; readonly alongColumnM: number },
  { frames: selection }: Pick<RawOptions, "frames">,
): RawPositions {
  const { first, count } = selection ?? { first: 0, count: rows * columns };
  const each = (place: (m: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => place(first + i));
  return {
    x: each((m) => alongRowM * (m % columns)),
    y: each((m) => alongColumnM * Math.floor(m / columns)),
    unit: "m",
  };
}

// The zero frequency in the mean pattern: the centre of mass of what is brighter than a tenth of the maximum, once bad pixels are
// out. A pattern in FFT order has its light in the four corners, and is told from that.

import type { Survey } from "./survey.ts";

export interface Centre {
  readonly x: number;
  readonly y: number;
  /** Where the light is: centred, or at [0, 0] as an FFT leaves it. */
  readonly dc: "center" | "corner";
  /** Radius of gyration of the bright part, px: how well a centre is defined. */
  readonly spreadPx: number;
}

const brightFraction = 0.1;

/** The centre in pixels, or in a far field whose light is in the corners, [0, 0]. */
export function findCentre(
  { mean, height, width }: Pick<Survey, "mean" | "height" | "width">,
  bad?: Uint8Array,
): Centre {
  const good = mean.map((value, i) => (bad !== undefined && bad[i] !== 0 ? 0 : value));
  const centred = momentsOf(good, height, width, 0);
  const wrapped = momentsOf(good, height, width, 0.5);
  // In FFT order the light is compact only when the picture is turned by half its size.
  if (wrapped.spreadPx < 0.6 * centred.spreadPx) return { ...wrapped, dc: "corner" };
  return { ...centred, dc: "center" };
}

/** Centre of mass and spread of the bright part, the picture turned by a share of its size first. */
function momentsOf(
  values: Float64Array,
  height: number,
  width: number,
  turn: number,
): { x: number; y: number; spreadPx: number } {
  const max = values.reduce((most, value) => Math.max(most, value), 0);
  const [offY, offX] = [Math.floor(turn * height), Math.floor(turn * width)];
  let [sum, sx, sy, sr] = [0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = values[((y + offY) % height) * width + ((x + offX) % width)]!;
      if (value < brightFraction * max) continue;
      sum += value;
      sx += value * x;
      sy += value * y;
      sr += value * (x * x + y * y);
    }
  }
  const [cx, cy] = [sx / sum, sy / sum];
  const spreadPx = Math.sqrt(Math.max(0, sr / sum - cx * cx - cy * cy));
  return { x: (cx + offX) % width, y: (cy + offY) % height, spreadPx };
}

// The zero frequency in the mean pattern: the centre of mass of what is brighter than a tenth of the maximum, once bad pixels are
// out, and with each its mirror image, since half a beam stop would draw the centre away. A pattern in FFT order has its light in
// the four corners, and is told from that.

import { DoselapError } from "../errors.ts";
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
/** Mirror images are about a centre that they move: it stands still after a few rounds. */
const rounds = 8;

interface Moments {
  readonly x: number;
  readonly y: number;
  readonly spreadPx: number;
}

interface Picture {
  /** 0 where nothing is measured. */
  readonly light: Float64Array;
  readonly bad: Uint8Array | undefined;
  readonly height: number;
  readonly width: number;
}

/** The centre in pixels; exactly [0, 0] for a pattern in FFT order.
 * @throws Contract when no good pixel has light. */
export function findCentre(
  { mean, height, width }: Pick<Survey, "mean" | "height" | "width">,
  { bad, dc }: { readonly bad?: Uint8Array; readonly dc?: Centre["dc"] | undefined } = {},
): Centre {
  const light = mean.map((value, i) => (bad !== undefined && bad[i] !== 0 ? 0 : value));
  if (!light.some((value) => value > 0)) {
    throw new DoselapError("Contract", "no pixel that measures has light", {
      key: "mask",
      expected: "some good pixels with counts",
      got: "bad or dark ones only",
      hint: "Look at --mask and --saturation; --keep-bad-pixels looks for no hot and dead ones.",
    });
  }
  const picture = { light, bad, height, width };
  const centred = momentsOf(picture);
  const wrapped = momentsOf(picture, { turn: 0.5 });
  if (dc === "corner") return { x: 0, y: 0, dc, spreadPx: wrapped.spreadPx };
  // In FFT order the light is compact only when the picture is turned by half its size.
  if (dc === undefined && wrapped.spreadPx < 0.6 * centred.spreadPx) {
    return { x: 0, y: 0, dc: "corner", spreadPx: wrapped.spreadPx };
  }
  return { ...balanced(picture, centred), dc: "center" };
}

/** Without pixels whose mirror image is bad, or beyond the detector. */
function balanced(picture: Picture, start: Moments): Moments {
  if (picture.bad?.some((value) => value !== 0) !== true) return start;
  let found = start;
  for (let round = 0; round < rounds; round++) {
    const next = momentsOf(picture, { mirror: found });
    if (!Number.isFinite(next.spreadPx)) return found;
    found = next;
  }
  return found;
}

/** Centre of mass and spread of the bright part, the picture turned by a share of its size first. */
function momentsOf(
  { light, bad, height, width }: Picture,
  { turn = 0, mirror }: { readonly turn?: number; readonly mirror?: Moments } = {},
): Moments {
  const max = light.reduce((most, value) => Math.max(most, value), 0);
  const [offY, offX] = [Math.floor(turn * height), Math.floor(turn * width)];
  const isAlone = (x: number, y: number): boolean => {
    if (mirror === undefined) return false;
    const [u, v] = [Math.round(2 * mirror.x - x), Math.round(2 * mirror.y - y)];
    return u < 0 || v < 0 || u >= width || v >= height || bad?.[v * width + u] !== 0;
  };
  let [sum, sx, sy, sr] = [0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = light[((y + offY) % height) * width + ((x + offX) % width)]!;
      if (value < brightFraction * max || isAlone(x, y)) continue;
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

// From the light of a frame to the amplitudes of the contract: crop about the zero frequency, binning, gain, root. Pixels outside the detector, or masked, measure nothing: they are 0 and in the mask.

import type { Centre } from "./centre.ts";

export interface CropOptions {
  readonly height: number;
  readonly width: number;
  /** N, after binning. */
  readonly sizePx: number;
  readonly bin: number;
  readonly centre: Pick<Centre, "x" | "y" | "dc">;
  /** uint8 [height, width], not 0 = bad. */
  readonly bad: Uint8Array;
  readonly aduPerPhoton: number;
  /** Counts are rounded to whole ones. */
  readonly isWhole?: boolean;
}

export interface Crop {
  /** Its place on the detector, pixels before binning; may reach beyond the detector. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
  /** uint8 [N, N], 1 = at least one of its pixels measured nothing. */
  readonly mask: Uint8Array;
  /** Pixels of the crop that lie outside of the detector. */
  readonly outside: number;
  /** Writes √counts of one frame, [N, N], zero frequency at (N/2, N/2). */
  write(frame: Float64Array, out: Float32Array): void;
}

/** Plans the crop: a table from the N·N·bin² pixels that are used to where they lie in a frame. */
export function planCrop(options: CropOptions): Crop {
  const { height, width, sizePx, bin, centre, bad, aduPerPhoton, isWhole = false } = options;
  const side = sizePx * bin;
  // The middle of a binned pixel is (bin − 1)/2 to the right of its first.
  const start = (at: number): number => Math.round(at - (bin - 1) / 2) - side / 2;
  const [left, top] = [start(centre.x), start(centre.y)];
  const table = new Int32Array(side * side).fill(-1);
  const mask = new Uint8Array(sizePx * sizePx);
  let outside = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = placeOf(left + x, top + y, { height, width, isWrapped: centre.dc === "corner" });
      const isBad = at < 0 || bad[at] !== 0;
      if (at < 0) outside++;
      if (isBad) mask[Math.floor(y / bin) * sizePx + Math.floor(x / bin)] = 1;
      else table[y * side + x] = at;
    }
  }
  return {
    left,
    top,
    side,
    mask,
    outside,
    write(frame, out) {
      for (let y = 0; y < sizePx; y++) {
        for (let x = 0; x < sizePx; x++) {
          const to = y * sizePx + x;
          const counts = mask[to] === 0 ? Math.max(0, countsAt(frame, x, y)) / aduPerPhoton : 0;
          out[to] = Math.sqrt(isWhole ? Math.round(counts) : counts);
        }
      }
    },
  };

  function countsAt(frame: Float64Array, x: number, y: number): number {
    let sum = 0;
    for (let v = y * bin; v < (y + 1) * bin; v++) {
      for (let u = x * bin; u < (x + 1) * bin; u++) {
        sum += frame[table[v * side + u]!]!;
      }
    }
    return sum;
  }
}

function placeOf(
  x: number,
  y: number,
  { height, width, isWrapped }: { height: number; width: number; isWrapped: boolean },
): number {
  if (isWrapped) return (((y % height) + height) % height) * width + (((x % width) + width) % width);
  return x >= 0 && y >= 0 && x < width && y < height ? y * width + x : -1;
}

// The least-squares plane of an image over its mask: a·x + b·y + c, by normal equations about the centroid, which keeps them
// well conditioned.

import type { RealImage } from "../array/ndarray.ts";
import type { PixelMask } from "./mask.ts";

/** The image minus its plane, float64 [h·w]; pixels outside the mask become 0. */
export function removePlane({ height, width, data }: RealImage, mask?: PixelMask): Float64Array {
  let [n, meanX, meanY, mean] = [0, 0, 0, 0];
  const each = (visit: (i: number, x: number, y: number) => void): void => {
    for (let i = 0; i < height * width; i++) {
      if (mask === undefined || mask[i] !== 0) visit(i, i % width, Math.floor(i / width));
    }
  };
  each((i, x, y) => {
    n++;
    meanX += x;
    meanY += y;
    mean += data[i]!;
  });
  [meanX, meanY, mean] = [meanX / n, meanY / n, mean / n];
  let [xx, xy, yy, xv, yv] = [0, 0, 0, 0, 0];
  each((i, x, y) => {
    const [u, v, w] = [x - meanX, y - meanY, data[i]! - mean];
    xx += u * u;
    xy += u * v;
    yy += v * v;
    xv += u * w;
    yv += v * w;
  });
  // Pixels in a line leave the slope across it open: the ridge chooses none, and elsewhere moves the twelfth digit.
  const ridge = 1e-12 * (xx + yy);
  [xx, yy] = [xx + ridge, yy + ridge];
  const determinant = xx * yy - xy * xy;
  const slopeX = determinant > 0 ? (yy * xv - xy * yv) / determinant : 0;
  const slopeY = determinant > 0 ? (xx * yv - xy * xv) / determinant : 0;
  const out = new Float64Array(height * width);
  each((i, x, y) => {
    out[i] = data[i]! - mean - slopeX * (x - meanX) - slopeY * (y - meanY);
  });
  return out;
}

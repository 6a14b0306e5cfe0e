// The rectangle that scan positions keep to.

import { DoselapError } from "../errors.ts";

/** Where positions may lie, bounds included, object pixels. */
export interface ScanRegion {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** The positions whose N×N patch, sub-pixel neighbours included, lies inside the object.
 * @throws Range when the object is smaller than the frame. */
export function scanRegion(objectHeight: number, objectWidth: number, sizePx: number): ScanRegion {
  if (objectHeight < sizePx || objectWidth < sizePx) {
    throw new DoselapError("Range", "the object is smaller than a frame", {
      expected: `at least ${sizePx}×${sizePx} pixels`,
      got: `${objectHeight}×${objectWidth}`,
      hint: "Enlarge the object or use smaller frames.",
    });
  }
  const low = Math.floor(sizePx / 2);
  const high = sizePx - low;
  return { x0: low, y0: low, x1: objectWidth - high, y1: objectHeight - high };
}

// Positions of a scan in an object frame that is made to fit them.

import { extentOf, type Positions } from "../array/scan.ts";
import type { RawPositions } from "../io/scan/raw-scan.ts";
import { DoselapError } from "../errors.ts";

/** Object pixels around the outermost frames: room for position errors. */
const marginPx = 8;
/** A larger object frame than any scan in object pixels needs: 16384². */
const maxObjectPixels = 2 ** 28;

export interface Placed {
  readonly positions: Positions;
  readonly width: number;
  readonly height: number;
}

/** @throws Contract for positions that are no numbers. */
export function inPixels(file: string, { x, y, unit }: RawPositions, pixelSizeM: number): Positions {
  for (const [key, values] of Object.entries({ x, y })) {
    const lost = values.findIndex((value) => !Number.isFinite(value));
    if (lost < 0) continue;
    throw new DoselapError("Contract", "has a position that is no number", {
      file,
      key: `positions, ${key}`,
      expected: "finite numbers",
      got: `${values[lost]} at frame ${lost}`,
      hint: "Leave such frames out: --frames FIRST:END.",
    });
  }
  const factor = unit === "px" ? 1 : 1 / pixelSizeM;
  return { x: x.map((value) => value * factor), y: y.map((value) => value * factor) };
}

/** Moves the scan into an object frame with a margin. @throws Contract for positions that span too far. */
export function place(file: string, { x, y }: Positions, sizePx: number): Placed {
  const [columns, rows] = [extentOf(x), extentOf(y)];
  const border = sizePx + 2 * marginPx;
  const [width, height] = [columns, rows].map(({ from, to }) => Math.ceil(to - from) + border) as [
    number,
    number,
  ];
  if (!(width * height <= maxObjectPixels)) {
    throw new DoselapError("Contract", "positions span too far for object pixels", {
      file,
      key: "positions",
      expected: `at most ${maxObjectPixels} object pixels`,
      got: `${height} × ${width}`,
      hint: "Their unit may be another: --position-unit. Or the geometry is: --distance, --energy, --detector-pixel.",
    });
  }
  const shift = sizePx / 2 + marginPx;
  return {
    positions: {
      x: x.map((value) => value - columns.from + shift),
      y: y.map((value) => value - rows.from + shift),
    },
    width,
    height,
  };
}

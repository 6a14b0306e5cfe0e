// How a whole canvas goes through a tile network: in one pass, or, where its activations would take too much memory, in strips of
// rows, or, where strips would be little but margin, in tiles. A pixel of the output depends on inputs within the network's reach
// alone, so parts that overlap by it leave no seam.

import { DoselapError } from "../../errors.ts";
import { tileChannels } from "../models/tile-network.ts";
import { reachPx } from "../models/unet.ts";

/** Most bytes of activations at a time when nobody says another number. */
const defaultPassBytes = 2 ** 30;

export interface Canvas {
  readonly height: number;
  readonly width: number;
}

/** A part of the canvas that is computed, and the part of it that is kept: the rest is margin. */
export interface PassTile {
  readonly y: number;
  readonly x: number;
  readonly kept: {
    readonly top: number;
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
  };
}

export interface PassTiles {
  /** Sides of every tile, multiples of the network's coarsest pixel. */
  readonly rows: number;
  readonly columns: number;
  readonly tiles: readonly PassTile[];
}

/** @throws Range when the smallest tile takes more than the budget. */
export function passTiles(
  { height, width }: Canvas,
  widths: readonly number[],
  budgetBytes = defaultPassBytes,
): PassTiles {
  const step = 2 ** widths.length;
  const halo = step * Math.ceil(reachPx(widths.length) / step);
  const bytes = bytesPerPixel(widths);
  const whole = (side: number): number => step * Math.ceil(side / step);
  const least = (side: number): number => Math.min(whole(side), 2 * halo + step);
  const fitting = (beside: number): number => step * Math.floor(budgetBytes / bytes / beside / step);
  const needed = bytes * least(height) * least(width);
  if (!(needed <= budgetBytes)) {
    throw new DoselapError("Range", "the memory budget is too small for this network", {
      key: "memoryBudgetBytes",
      expected: `at least ${needed} bytes, --memory ${Math.ceil(needed / 1e6)}`,
      got: String(budgetBytes),
      hint: "Raise the budget: smaller parts of the canvas would show seams.",
    });
  }
  // Of a strip that is thinner than that, most would be margin.
  const thin = fitting(whole(width)) < Math.min(whole(height), 4 * halo);
  const square = step * Math.floor(Math.sqrt(budgetBytes / bytes) / step);
  const narrow = Math.max(least(width), Math.min(whole(width), square, fitting(least(height))));
  const columns = thin ? narrow : whole(width);
  const rows = Math.min(whole(height), fitting(columns));
  const tiles = spans(height, rows, halo).flatMap(({ at: y, from: top, to: bottom }) =>
    spans(width, columns, halo).map(({ at: x, from: left, to: right }) => ({
      y,
      x,
      kept: { top, left, bottom, right },
    })),
  );
  return { rows, columns, tiles };

  /** Starts are multiples of the coarsest pixel, and no part reaches over the canvas's edge, where layers are padded with zeros. */
  function spans(side: number, part: number, margin: number) {
    const end = whole(side);
    const inner = part === end ? end : part - 2 * margin;
    return Array.from({ length: Math.ceil(side / inner) }, (_, i) => {
      const from = i * inner;
      return { from, to: Math.min(side, from + inner), at: Math.min(Math.max(0, from - margin), end - part) };
    });
  }
}

/** float32 activations alive at a time: at the finest level a block's input and output, and what is kept for the skip. */
function bytesPerPixel(widths: readonly number[]): number {
  return 4 * (tileChannels.inputs + 4 * (widths[0] ?? 1) + 2 * (widths[1] ?? 0));
}

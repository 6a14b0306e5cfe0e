// Tiles for a made-up study: nine of each finished arm and part, whose curves cross 0.5 where the arm's whole field does, each
// tile off by its own share of `scatter`. Deterministic; no code under test makes them.

import type { TileRings } from "../../src/study/comparison/tile-rings.ts";
import type { StudyResult } from "../../src/study/results.ts";

const sidePx = 40;
const tiles = 9;

/** @param scatter half the range of a tile's resolution around the arm's, as a fraction of it. */
export function withTiles(result: StudyResult, { scatter }: { scatter: number }): StudyResult {
  const cells = result.cells.map((cell) => ({
    ...cell,
    arms: cell.arms.map((outcome, place) => {
      const entries = Object.keys(outcome.frc).flatMap((key): [string, TileRings][] => {
        const row = outcome.rows.find(
          (each) =>
            each.metric === "frc50" && (key === "halves" ? each.comparison === key : each.part === key),
        );
        return typeof row?.value === "number" && row.value > 0
          ? [[key, ringsOf(row.value, { scatter, turn: place + cell.replicate })]]
          : [];
      });
      return { ...outcome, tileRings: Object.fromEntries(entries) };
    }),
  }));
  return { ...result, cells };
}

/** Curves 1/(1 + (f/cut)⁶). @param turn moves the pattern of tiles, so that arms and seeds scatter each for itself. */
function ringsOf(cut: number, { scatter, turn }: { scatter: number; turn: number }): TileRings {
  const curves = Array.from({ length: tiles }, (_, tile) => {
    const own = cut * (1 + scatter * Math.cos(2.4 * tile + 1.7 * turn));
    return Array.from({ length: sidePx / 2 }, (__, ring) => 1 / (1 + ((ring + 1) / sidePx / own) ** 6));
  });
  const ones = curves.map((curve) => curve.map(() => 1));
  return { sidePx, cross: curves, powerA: ones, powerB: ones };
}

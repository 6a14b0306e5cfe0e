// The resolution of one arm and one seed in every draw of tiles. A draw's FRC is that of its tiles' ring sums together. Tiles are
// small and their rings wide, so only its departure from all T tiles together is taken, added to the whole field's curve, and the
// crossing found in the whole field's own rings: without a departure it is the whole field's.
// A ring of the whole field (side N) holds T·s/N times fewer frequencies than that of all tiles (side s) together, and departs
// √(T·s/N) times as far; √(T/(T−1)) undoes what a bootstrap of T units takes from a variance (Efron & Tibshirani 1993, 5.3).
// STAT-001: without the two, intervals of a repeated experiment held its mean in three cases of four.

import { findCrossing } from "../../metrics/crossing.ts";
import type { TileRings } from "../comparison/tile-rings.ts";
import type { FrcCurve } from "../results.ts";
import type { Resamples } from "./resamples.ts";

/** Resolution in cycles per pixel, float64 [draws]; Infinity when the draw's curve never falls below the threshold, 0 when it has
 * no value. @param curve of the whole field. @param thresholdUnder its threshold under each ring. @param decides as
 * in {@link findCrossing}. */
export function tileResolutions(
  rings: TileRings,
  resamples: Pick<Resamples, "draws" | "tileCount" | "tileWeights">,
  {
    curve,
    thresholdUnder,
    decides,
  }: {
    curve: FrcCurve;
    thresholdUnder: (ring: number) => number;
    decides?: (ring: number) => boolean;
  },
): Float64Array {
  const tiles = rings.cross.length;
  const { frequency, value } = curve;
  const threshold = frequency.map((_, ring) => thresholdUnder(ring));
  const pooled = pooledFrc(rings);
  const weights = new Uint16Array(tiles).fill(1);
  const all = pooled(weights).slice();
  const places = frequency.map((each) => placeOf(each * rings.sidePx - 1, all.length));
  const widths = tiles * rings.sidePx * frequency[0]! * (tiles / Math.max(1, tiles - 1));
  const scale = Math.sqrt(Math.max(1, widths));
  const drawn = value.slice();
  const out = new Float64Array(resamples.draws);
  for (let draw = 0; draw < resamples.draws; draw++) {
    weights.fill(0);
    for (let i = 0; i < resamples.tileCount; i++) {
      // Windows of two seeds may hold different numbers of tiles: the same part of the window then.
      const tile = Math.floor((i * tiles) / resamples.tileCount);
      weights[tile] = weights[tile]! + resamples.tileWeights[draw * resamples.tileCount + i]!;
    }
    const own = pooled(weights);
    for (let ring = 0; ring < value.length; ring++) {
      const here = value[ring];
      if (typeof here !== "number") continue;
      const { low, high, part } = places[ring]!;
      const departure = (1 - part) * (own[low]! - all[low]!) + part * (own[high]! - all[high]!);
      drawn[ring] = here + scale * departure;
    }
    const { state, frequency: found } = findCrossing(frequency, drawn, (ring) => threshold[ring]!, decides);
    out[draw] = state === "never" ? Infinity : (found ?? 0);
  }
  return out;
}

/** The rings around a place on the axis of rings, which ends where the first and the last are. */
function placeOf(place: number, rings: number): { low: number; high: number; part: number } {
  const low = Math.min(rings - 1, Math.max(0, Math.floor(place)));
  return { low, high: Math.min(rings - 1, low + 1), part: Math.min(1, Math.max(0, place - low)) };
}

/** The FRC of weighted tiles, float64 [ring], 0 where there is no power; one array for all calls. */
function pooledFrc({ sidePx, cross, powerA, powerB }: TileRings): (weights: Uint16Array) => Float64Array {
  const rings = sidePx / 2;
  const tiles = cross.length;
  // Each ring's tiles side by side, cross and powers in turn: a draw reads straight through.
  const sums = new Float64Array(3 * tiles * rings);
  [cross, powerA, powerB].forEach((list, kind) =>
    list.forEach((row, tile) => row.forEach((sum, ring) => (sums[3 * (ring * tiles + tile) + kind] = sum))),
  );
  const frc = new Float64Array(rings);
  return (weights) => {
    for (let ring = 0; ring < rings; ring++) {
      let c = 0;
      let a = 0;
      let b = 0;
      for (let tile = 0, i = 3 * ring * tiles; tile < tiles; tile++, i += 3) {
        const weight = weights[tile]!;
        c += weight * sums[i]!;
        a += weight * sums[i + 1]!;
        b += weight * sums[i + 2]!;
      }
      const power = Math.sqrt(a * b);
      frc[ring] = power > 0 ? c / power : 0;
    }
    return frc;
  };
}

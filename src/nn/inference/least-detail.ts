// The smoothest image that frames which have not seen it do not refute: of widths in rising order, the last one before the
// deviance rises above the best by more than one standard error of the difference, frame by frame.
// Breiman, Friedman, Olshen & Stone 1984, Classification and Regression Trees, 3.4.3.

import { mean, sum } from "../../math/stats.ts";

/** Standard errors that detail must be worth. */
const leastStanding = 1;
/** Half octaves. */
const widthsPx = [0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 11, 16, 22, 32];

/** A width up to `mostPx`; 0 where the finest detail stands.
 * @param deviancesAt deviance of each frame with an image smoothed by so many pixels */
export function leastDetail(deviancesAt: (sigmaPx: number) => Float64Array, mostPx: number): number {
  let best = deviancesAt(0);
  let chosen = 0;
  for (const width of widthsPx) {
    if (width > mostPx) break;
    const found = deviancesAt(width);
    if (!isBorne(found, best)) break;
    chosen = width;
    if (sum(found) < sum(best)) best = found;
  }
  return chosen;
}

/** False too where the frames see no difference, or a single frame cannot tell how sure it is. */
function isBorne(found: Float64Array, best: Float64Array): boolean {
  const rise = found.map((value, j) => value - best[j]!);
  const [frames, middle] = [rise.length, mean(rise)];
  const error = Math.sqrt(sum(rise.map((value) => (value - middle) ** 2)) / (frames - 1) / frames);
  return error > 0 && middle <= leastStanding * error;
}

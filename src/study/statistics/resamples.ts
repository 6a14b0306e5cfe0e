// Which seeds and which tiles each draw of a bootstrap takes. Seeds and tiles are crossed: every seed sees the same tiles of the
// object, so both are drawn with replacement and independently, and a draw is their product: the pigeonhole bootstrap.
// Owen, Ann. Appl. Stat. 1, 386 (2007), doi:10.1214/07-AOAS122; it does not understate the variance of a crossed mean.
// One list of draws serves all arms, doses and views of a study: whatever is compared has met the same seeds and tiles.

import { DoselapError } from "../../errors.ts";
import { createRng } from "../../math/random/rng.ts";

export interface Resamples {
  readonly draws: number;
  readonly seedCount: number;
  readonly tileCount: number;
  /** uint16 [draws, seedCount]: indices below seedCount. */
  readonly seeds: Uint16Array;
  /** uint16 [draws, tileCount]: how often each tile is taken; every row sums to tileCount. */
  readonly tileWeights: Uint16Array;
}

/** Draws that the mean of an interval's end is stable to about a tenth of its width with. */
export const defaultDraws = 1000;

/** @param seed of the generator. @throws Range when there is nothing to draw from. */
export function drawResamples({
  seedCount,
  tileCount,
  seed,
  draws = defaultDraws,
}: {
  seedCount: number;
  tileCount: number;
  seed: number;
  draws?: number;
}): Resamples {
  for (const [key, count] of Object.entries({ seedCount, tileCount, draws })) {
    if (Number.isInteger(count) && count >= 1 && count <= 65535) continue;
    throw new DoselapError("Range", "a bootstrap needs something to draw from", {
      key,
      expected: "an integer from 1 to 65535",
      got: String(count),
    });
  }
  // Two addresses: the tiles drawn do not depend on how many seeds there are.
  const seedRng = createRng(seed, "bootstrap", { frame: 0 });
  const tileRng = createRng(seed, "bootstrap", { frame: 1 });
  const seeds = Uint16Array.from({ length: draws * seedCount }, () => seedRng.integer(seedCount));
  const tileWeights = new Uint16Array(draws * tileCount);
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < tileCount; i++) tileWeights[draw * tileCount + tileRng.integer(tileCount)]!++;
  }
  return { draws, seedCount, tileCount, seeds, tileWeights };
}

/** Seed of the generator that a design hash (hexadecimal) stands for: its first 32 bits. */
export function seedOfHash(designHash: string): number {
  const seed = Number.parseInt(designHash.slice(0, 8), 16);
  if (Number.isInteger(seed)) return seed;
  throw new DoselapError("Range", "a design hash is hexadecimal", {
    key: "designHash",
    expected: "at least eight hexadecimal digits",
    got: designHash,
  });
}

/** Mean over the drawn seeds, float64 [draws]. @param perSeed by seed, float64 [draws] each. */
export function seedMeans(
  perSeed: readonly Float64Array[],
  { draws, seedCount, seeds }: Resamples,
): Float64Array {
  const out = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let total = 0;
    for (let i = 0; i < seedCount; i++) total += perSeed[seeds[draw * seedCount + i]!]![draw]!;
    out[draw] = total / seedCount;
  }
  return out;
}

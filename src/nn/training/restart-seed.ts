// The seed of a restart: never that of another replicate, nor of a restart of one, so that no two runs of a study begin alike.
// Replicates are one apart (study design), restarts 2²⁷: with at most 20 of them all stay apart below 2³².

const stride = 2 ** 27;

/** @param attempt 0 is the first run, which keeps its seed. */
export function restartSeed(seed: number, attempt: number): number {
  return (seed + attempt * stride) % 2 ** 32;
}

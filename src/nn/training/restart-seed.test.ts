// Seeds of restarts: whatever the study's seed, no run of any replicate begins as another.

import { expect, test } from "vitest";
import { restartSeed } from "./restart-seed.ts";

test.each([0, 42, 2 ** 27 - 3, 2 ** 32 - 1000])("a study from seed %i has a seed for every run", (first) => {
  // The most that a design and an arm allow.
  const [replicates, restarts] = [1000, 20];
  const seeds = Array.from({ length: replicates }, (_, r) => first + r).flatMap((seed) =>
    Array.from({ length: restarts + 1 }, (_, attempt) => restartSeed(seed, attempt)),
  );
  expect(new Set(seeds).size).toBe(replicates * (restarts + 1));
  for (const seed of seeds) expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
  expect(restartSeed(first, 0)).toBe(first);
});

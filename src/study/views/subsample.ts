// Which frames of a scan are kept before grouping.

import { DoselapError } from "../../errors.ts";
import { createRng } from "../../math/random/rng.ts";

/** Frame numbers, ascending: `count` of `frames` drawn without replacement, or all when count is null.
 * @throws Range for a count that is no whole number in 1 … frames. */
export function subsampleFrames(frames: number, count: number | null, seed: number): Int32Array {
  const kept = Int32Array.from({ length: frames }, (_, i) => i);
  if (count === null || count === frames) return kept;
  if (!(Number.isInteger(count) && count > 0 && count < frames)) {
    throw new DoselapError("Range", "cannot keep that many frames", {
      key: "training.subsampleCount",
      expected: `1 to ${frames}`,
      got: String(count),
      hint: "null keeps every frame.",
    });
  }
  const rng = createRng(seed, "subsampling");
  for (let i = 0; i < count; i++) {
    const j = i + rng.integer(frames - i);
    const held = kept[i]!;
    kept[i] = kept[j]!;
    kept[j] = held;
  }
  return kept.slice(0, count).sort();
}

// One case: a sample, spoilt a few times over. It depends on seed, target and number alone.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { randomOf } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

/** Longer inputs tell nothing that shorter ones do not. */
const maxBytes = 2 ** 25;

/** The input of a case. */
export function caseInput(
  { name, mutators }: FuzzTarget,
  samples: readonly Uint8Array[],
  { seed, number }: { readonly seed: number; readonly number: number },
): Uint8Array {
  const random = randomOf(seed, name, number);
  let input = random.pick(samples);
  for (let times = random.pick([1, 1, 1, 2, 3]); times > 0; times--)
    input = random.pick(mutators)(input, random, samples);
  return input.subarray(0, maxBytes);
}

/** Inputs that were once read wrongly, by file name. */
export function corpusInputs(
  corpus: string,
  { name }: FuzzTarget,
): { readonly file: string; readonly input: Uint8Array }[] {
  const folder = join(corpus, name);
  let files: string[];
  try {
    files = readdirSync(folder).sort();
  } catch {
    // Most targets have none.
    return [];
  }
  return files.map((file) => ({ file, input: readFileSync(join(folder, file)) }));
}

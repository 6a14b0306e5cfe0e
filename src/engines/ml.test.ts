// What moves object, probe or scan between ML's epochs does not take its memory away [ENGINE-060]: with a constraint that the truth
// keeps, or a fit of what was right from the start, it ends about as near to the truth as with none.

import { expect, test } from "vitest";
import { simd } from "../../test/support/engine-rows.ts";
import { relativeError, smallProblem } from "../../test/support/small-problem.ts";
import { prepareEngine } from "./prepare.ts";
import { runEngine } from "./run.ts";

const { problem, truth } = smallProblem();

async function distance(options: { readonly [option: string]: unknown }): Promise<number> {
  const prepared = prepareEngine("ml", { epochs: 60, prior: "none", ...options });
  const { object } = await runEngine(prepared, problem, { backend: simd, seed: 3 });
  return relativeError(object, truth);
}

test.each([
  { amplitudeMax: 1.5 },
  { amplitudeMin: 0.2 },
  { probeSupportPx: 10 },
  { floatIntensities: true },
  { positionStartEpoch: 5 },
])("%o costs no memory", async (options) => {
  const [free, held] = [await distance({}), await distance(options)];
  // Forgetting every epoch, which is steepest descent, ends 4.8 to 9.5 times as far; what a fit leaves open of its own, 2.7 times.
  expect(held).toBeLessThan(3.5 * free);
});

// A phase that steps by the frames, under a modulus that does not move.

import { expect, test } from "vitest";
import { phantomScan } from "../../../test/support/phantom-scan.ts";
import { openBackend } from "../../compute/node.ts";
import { problemOf } from "../../study/problem.ts";
import { freePhase } from "./free-phase.ts";

const backend = openBackend({ kernels: "simd" });
const { dataset, distance } = phantomScan({ dosePhotons: 1e5, size: 32, heightPx: 96, widthPx: 90 });
const problem = problemOf(dataset);

/** The true modulus without the phase, but for a pixel of nothing. */
function withoutPhase() {
  const { height, width, data } = dataset.object;
  const modulus = data.map((value, i) => (i % 2 === 0 ? Math.hypot(value, data[i + 1]!) : 0));
  modulus[2 * (48 * width + 45)] = 0;
  return { height, width, data: modulus };
}

test("steps draw the phase to the truth and leave the modulus", () => {
  const object = withoutPhase();
  const was = object.data.slice();
  const found = freePhase(object, problem, { backend, steps: 3 });
  expect(object.data).toEqual(was);
  for (let i = 0; i < was.length; i += 2) {
    // Float32 rounding of two parts.
    expect(Math.hypot(found.data[i]!, found.data[i + 1]!)).toBeCloseTo(was[i]!, 6);
  }
  expect(distance(found)).toBeLessThan(0.9 * distance(object));
});

test("no step leaves the object", () => {
  const object = withoutPhase();
  expect(freePhase(object, problem, { backend, steps: 0 }).data).toEqual(object.data);
});

// The closing shrinkage of objects that no engine made: noise goes, what a bright scan vouches for stays.

import { expect, test } from "vitest";
import { flatImage } from "../../array/ndarray.ts";
import { openBackend } from "../../compute/node.ts";
import { problemOf } from "../../study/problem.ts";
import { phantomScan } from "../../../test/support/phantom-scan.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { shrunken } from "./shrunken.ts";

const backend = openBackend({ kernels: "simd" });

test("steps that fit the noise of few photons, and end worse than a flat object, end better than it", () => {
  const { dataset, distance } = phantomScan({ dosePhotons: 1e3, overlap: 0.2 });
  const problem = problemOf(dataset);
  const { object } = gradientSteps(problem, { backend, steps: 8, damping: 0 });
  const before = object.data.slice();
  const drawn = shrunken(object, problem, { backend, seed: 1 });
  const flat = flatImage(object.height, object.width);
  expect(distance(object)).toBeGreaterThan(distance(flat));
  expect(distance(drawn)).toBeLessThan(distance(flat));
  expect(object.data).toEqual(before);
  expect(shrunken(object, problem, { backend, seed: 1 }).data).toEqual(drawn.data);
});

test("the true object of a bright scan stays as it is", () => {
  const { dataset } = phantomScan({ dosePhotons: 1e6 });
  const problem = problemOf(dataset);
  const drawn = shrunken(dataset.object, problem, { backend, seed: 1 });
  let [off, power] = [0, 0];
  for (const [i, value] of dataset.object.data.entries()) {
    off += (drawn.data[i]! - value) ** 2;
    power += value ** 2;
  }
  // Rings that hold little of the object are held back by their one standard deviation.
  expect(Math.sqrt(off / power)).toBeLessThan(0.01);
});

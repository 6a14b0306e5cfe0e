// The points of Student's t agree with the printed table.

import { expect, test } from "vitest";
import { tCritical95 } from "./students-t.ts";

// Abramowitz & Stegun, table 26.10, column 0.975.
test.each([
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [10, 2.228],
  [30, 2.042],
  [120, 1.98],
])("with %d degrees of freedom", (degrees, expected) => {
  // The expansion is good to 1 %, the table to half a unit of its last digit.
  expect(Math.abs(tCritical95(degrees) / expected - 1)).toBeLessThan(0.01);
});

test("one value has no interval", () => {
  expect(tCritical95(0)).toBe(Infinity);
});

// Edit distances, against known pairs.

import { expect, test } from "vitest";
import { didYouMean, editDistance, nearestName } from "./nearest.ts";

test.each([
  ["", "abc", 3],
  ["rpie", "rpie", 0],
  ["RPIE", "rpie", 0],
  ["rpei", "rpie", 1],
  ["kitten", "sitting", 3],
  ["neighbourCount", "neighborCount", 1],
  // Optimal string alignment: a swapped pair is not edited again.
  ["ca", "abc", 3],
])("%j becomes %j by %i edits, in both directions", (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
  expect(editDistance(b, a)).toBe(edits);
});

test("the nearest name has the fewest edits, and the first of equals wins", () => {
  expect(nearestName("quik", ["fly64", "quick", "measured"])).toBe("quick");
  expect(nearestName("x", ["a", "b"])).toBe("a");
  expect(nearestName("x", [])).toBeUndefined();
});

test("a suggestion quotes the name", () => {
  expect(didYouMean("dosses", ["doses", "views"])).toBe('Did you mean "doses"?');
  expect(didYouMean("dosses", [])).toBeUndefined();
});

test.each([
  ["alpha", ["epochs", "beta", "prior"]],
  ["memory", ["prior", "epochs"]],
  ["floatIntensities", ["likelihood", "heldOutFraction"]],
  ["x", ["a", "b"]],
])("a name that is far from all is no misspelling of one: %s", (word, names) => {
  expect(didYouMean(word, names)).toBeUndefined();
});

test.each([
  ["widht", "widths"],
  ["mk", "ml"],
  ["positionStart", "positionStartEpoch"],
  ["heldOut", "heldOutFraction"],
])("up to a third of the letters wrong, or a beginning, is near: %s for %s", (word, name) => {
  expect(didYouMean(word, ["prior", name, "epochs"])).toBe(`Did you mean "${name}"?`);
});

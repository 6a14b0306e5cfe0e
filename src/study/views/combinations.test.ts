// Numbered combinations, against Pascal and a recursive listing.

import { expect, test } from "vitest";
import { binomial, combinationAt } from "./combinations.ts";

test("binomials agree with Pascal's triangle up to row 30", () => {
  let row = [1];
  for (let n = 0; n <= 30; n++) {
    expect(Array.from({ length: n + 1 }, (_, k) => binomial(n, k))).toEqual(row);
    row = Array.from({ length: n + 2 }, (_, k) => (row[k - 1] ?? 0) + (row[k] ?? 0));
  }
  expect(binomial(7, 4)).toBe(35);
  expect(binomial(3, 4)).toBe(0);
});

test.each([
  [7, 3],
  [5, 0],
  [6, 6],
  [9, 4],
])("numbering lists every combination of %i over %i once, in lexicographic order", (n, k) => {
  const listed: string[] = [];
  const list = (from: number, chosen: number[]): void => {
    if (chosen.length === k) listed.push(chosen.join());
    else for (let item = from; item < n; item++) list(item + 1, [...chosen, item]);
  };
  list(0, []);
  const numbered = Array.from({ length: binomial(n, k) }, (_, rank) => {
    const out = new Int32Array(k);
    combinationAt(rank, n, k, out);
    return [...out].join();
  });
  expect(numbered).toEqual(listed);
});

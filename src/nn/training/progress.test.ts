// The progress of a part as progress of the whole.

import { expect, test } from "vitest";
import { partOf, type Progress } from "./progress.ts";

test("a part's share runs from where it begins to where it ends, with its own words and samples", () => {
  const told: Parameters<Progress>[] = [];
  const part = partOf((...report) => told.push(report), { from: 0.5, to: 0.9 })!;
  part(0, "begun");
  part(0.25, "on its way", 40);
  part(1, "over");
  expect(told).toEqual([
    [0.5, "begun", undefined],
    [0.6, "on its way", 40],
    [0.9, "over", undefined],
  ]);
});

test("parts nest, and where nobody listens nobody is told", () => {
  const told: number[] = [];
  const outer = partOf((fraction) => told.push(fraction), { from: 0.5, to: 1 });
  partOf(outer, { from: 0, to: 0.5 })!(1, "");
  expect(told).toEqual([0.75]);
  expect(partOf(undefined, { from: 0, to: 1 })).toBeUndefined();
});

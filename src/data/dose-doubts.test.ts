// A stated dose against the counts of the frames: doubted when they are half as much again apart, background not counted.

import { expect, test } from "vitest";
import { doseDoubts } from "./dose-doubts.ts";

const doubts = (metadata: object, counts: number): string[] =>
  doseDoubts("scan.npz", { size: 10, metadata: { ...metadata } }, counts);

test("a dose that the counts bear out is not doubted, nor is one that nobody states", () => {
  expect(doubts({ nphotons: 1000 }, 997)).toEqual([]);
  expect(doubts({ nphotons: 1000 }, 1490)).toEqual([]);
  expect(doubts({ nphotons: 1000 }, 670)).toEqual([]);
  expect(doubts({}, 997)).toEqual([]);
  expect(doubts({ nphotons: -5 }, 997)).toEqual([]);
});

test.each([
  [10_000, 997],
  [100, 997],
])("a dose of %d whose frames hold %d is told with both numbers and the file", (nphotons, counts) => {
  expect(doubts({ nphotons }, counts)).toEqual([
    expect.stringMatching(
      new RegExp(`^scan\\.npz: the metadata say ${nphotons} photons per frame, the frames hold 997`, "u"),
    ),
  ]);
  expect(doubts({ physics_parameters: { nphotons } }, counts)).toHaveLength(1);
});

test("a background stands beside the dose, and the frames hold both", () => {
  const metadata = { nphotons: 1000, backgroundPhotonsPerPx: 20 };
  expect(doubts(metadata, 3000)).toEqual([]);
  expect(doubts(metadata, 1000)).toEqual([
    expect.stringContaining("1000 photons per frame and 2000 of background, the frames hold 1000"),
  ]);
});

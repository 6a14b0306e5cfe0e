// Paths and labels of cells, written out.

import { expect, test } from "vitest";
import { armPath, cellFields, cellPath, cellText, doseFolder, type Cell } from "./cell.ts";

const cell: Cell = {
  dose: 1000,
  doseIndex: 0,
  view: "dense",
  gridsize: 2,
  overlap: 0.7,
  stepPx: 7,
  fluence: 20,
  replicate: 1,
  seed: 43,
};

test.each([
  [1000, "dose_1000"],
  [461212.7, "dose_461213"],
  [10, "dose_10"],
  [0.5, "dose_0.5"],
  [1.23456, "dose_1.23"],
])("dose %d lies in %s", (dose, folder) => {
  expect(doseFolder(dose)).toBe(folder);
});

test("paths name dose, view, gridsize, arm and seed", () => {
  expect(cellPath(cell)).toBe("dose_1000/dense/seed_43");
  expect(armPath(cell, "rpie")).toBe("dose_1000/dense/gs2/rpie/seed_43");
  expect(cellText({ ...cell, dose: 1234.56789 })).toBe("dose 1234.57, view dense, seed 43");
});

test("the fields of a row are the cell's conditions, and none without a cell", () => {
  expect(cellFields(cell)).toEqual({ dose: 1000, view: "dense", gridsize: 2, seed: 43, overlap: 0.7 });
  expect(cellFields(null)).toEqual({});
});

// A measured scan's dose is its mean counts, whatever the file says; a file that says nothing, or something else, is told.

import { expect, test } from "vitest";
import { smallDataset } from "../../test/support/small-dataset.ts";
import { withMeasuredDose } from "./measured-dose.ts";

const { diffraction } = smallDataset();
const counted = diffraction.reduce((sum, root) => sum + root * root, 0) / 5;
const given = (metadata: object) => withMeasuredDose(smallDataset({ metadata: { ...metadata } }));

test("without a stated dose the counts are the dose, and that is noted", () => {
  const { dataset, notes, warnings } = given({});
  expect(dataset.metadata).toEqual({});
  expect(notes).toEqual([
    expect.stringMatching(/^dose measured: \d+(\.\d+)? photons per frame, the mean counts/u),
  ]);
  expect(warnings).toEqual([]);
});

test("a stated dose within noise gives way to the counted one without a word", () => {
  // Five frames of about 3,000 counts: a standard error of 25.
  const { dataset, notes, warnings } = given({ nphotons: counted + 30, note: "kept" });
  expect(dataset.metadata["nphotons"]).toBeCloseTo(counted, 2);
  expect([dataset.metadata["note"], notes, warnings]).toEqual(["kept", [], []]);
});

test("a stated dose beyond noise gives way too, and the warning names both", () => {
  const { dataset, warnings } = given({ nphotons: 1e9 });
  expect(dataset.metadata["nphotons"]).toBeCloseTo(counted, 2);
  expect(warnings).toEqual([
    expect.stringMatching(/1000000000 photons per frame \(nphotons\), and \d.* were counted/u),
  ]);
});

test("a stated background is part of what was counted", () => {
  const { dataset, warnings } = given({ nphotons: counted - 64, backgroundPhotonsPerPx: 1 });
  expect(dataset.metadata["nphotons"]).toBeCloseTo(counted - 64, 2);
  expect(warnings).toEqual([]);
});

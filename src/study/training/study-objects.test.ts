// What an arm that learns from simulated scans takes from the study, and what is missing where the study has no phantom.

import { expect, test } from "vitest";
import { checkDesign } from "../design/check.ts";
import { mergeDesign } from "../design/merge.ts";
import { presets } from "../design/presets.ts";
import { missingObjects, withStudyObjects } from "./study-objects.ts";

const open = { objects: 6, phantoms: null, amplitudeMin: null, phaseRangeRad: null };
const named = { objects: 6, phantoms: ["circuit", "cells"], amplitudeMin: 0, phaseRangeRad: 2 };
const file = checkDesign(
  mergeDesign(presets.quick, {
    object: { kind: "file", path: "object.npz:objectGuess", sha256: "0".repeat(64) },
  }),
);

test("what is left open is the study's own phantom, and what is named stays", () => {
  const { phantom, amplitudeMin, phaseRangeRad } = presets.quick.object;
  expect(withStudyObjects(open, presets.quick)).toEqual({
    objects: 6,
    phantoms: [phantom],
    amplitudeMin,
    phaseRangeRad,
  });
  expect(withStudyObjects(named, presets.quick)).toEqual(named);
  expect(withStudyObjects({ ...open, amplitudeMin: 0 }, presets.quick)).toMatchObject({ amplitudeMin: 0 });
  expect(missingObjects(open, presets.quick)).toEqual([]);
});

test("a study of a file or of a measured scan has none to give", () => {
  for (const design of [file, presets.measured]) {
    expect(withStudyObjects(open, design)).toEqual(open);
    expect(missingObjects(open, design)).toEqual(["phantoms", "amplitudeMin", "phaseRangeRad"]);
    expect(missingObjects({ ...open, phantoms: ["cells"] }, design)).toEqual([
      "amplitudeMin",
      "phaseRangeRad",
    ]);
    expect(missingObjects(named, design)).toEqual([]);
  }
});

test("arms that simulate nothing are left as they are", () => {
  const other = { epochs: 3 };
  expect(withStudyObjects(other, presets.quick)).toBe(other);
  expect(missingObjects(other, presets.measured)).toEqual([]);
});

// Faults of a problem are told by the names of the scan's file, with the place in the array, or by what was given beside the file.

import { expect, test } from "vitest";
import { DoselapError } from "../errors.ts";
import { inScanFile } from "./scan-names.ts";

const fault = (key?: string, file?: string): DoselapError =>
  new DoselapError("Range", "is wrong", { key, file, expected: "a", got: "b", hint: "Mend it." });

test.each([
  ["probe", "probeGuess"],
  ["object", "objectGuess"],
  ["objectWidth", "objectGuess"],
  ["positions.x", "xcoords"],
  ["positions (frame 3)", "xcoords, ycoords (frame 3)"],
  ["transfer (number 5)", "_metadata.nearField (number 5)"],
  ["background", "_metadata.backgroundPhotonsPerPx"],
  ["size", "diffraction"],
  ["diffraction (frame 2, pixel 7)", "diffraction (frame 2, pixel 7)"],
  ["_metadata.subPixel", "_metadata.subPixel"],
])("%s is %s in the file", (key, named) => {
  expect(inScanFile(fault(key), "scan.npz").message).toBe(
    `scan.npz : ${named}: is wrong; expected a, got b. Mend it.`,
  );
});

test("a fault without a key, or with a file of its own, keeps what it has", () => {
  expect(inScanFile(fault(), "scan.npz").message).toMatch(/^scan\.npz: is wrong/u);
  expect(inScanFile(fault("probe", "p.npy"), "scan.npz").context.file).toBe("p.npy");
});

test("what was given beside the file is named by where it was given", () => {
  const elsewhere = { probe: { file: "p.npy", key: "--probe" }, saturationCounts: { key: "--saturation" } };
  expect(inScanFile(fault("probe"), "scan.npz", elsewhere).message).toMatch(/^p\.npy : --probe: /u);
  expect(inScanFile(fault("saturationCounts"), "scan.npz", elsewhere).message).toMatch(
    /^scan\.npz : --saturation: /u,
  );
});

// What a problem must meet before any work starts: shapes, numbers, positions. Frames are checked as they are read.

import { DoselapError } from "../errors.ts";
import type { Problem } from "./problem.ts";

/** @throws Shape, Range, Contract; names the array, the frame and the value. */
export function checkProblem(problem: Problem): void {
  const { frames, size, diffraction, positions, probe, probeModes } = problem;
  const { objectHeight, objectWidth, object, mask, background, transfer } = problem;
  if (!(Number.isInteger(size) && size > 0 && size % 2 === 0)) {
    throw new DoselapError("Range", "frames must have an even side", {
      key: "size",
      expected: "an even number of pixels",
      got: String(size),
      hint: "Crop the frames by one row and one column.",
    });
  }
  for (const [key, side] of Object.entries({ objectHeight, objectWidth })) {
    if (Number.isInteger(side) && side > 0) continue;
    throw new DoselapError("Range", "the object's sides are whole pixels", {
      key,
      expected: "a whole number above 0",
      got: String(side),
    });
  }
  const { saturationCounts } = problem;
  if (saturationCounts !== undefined && !(saturationCounts > 0)) {
    throw new DoselapError("Range", "the level of saturation is no count", {
      key: "saturationCounts",
      expected: "counts above 0",
      got: String(saturationCounts),
      hint: "Leave it out when nothing is saturated.",
    });
  }
  const pixels = size * size;
  if (typeof diffraction !== "function") expectLength("diffraction", diffraction, frames * pixels);
  expectLength("positions.x", positions.x, frames);
  expectLength("positions.y", positions.y, frames);
  expectLength("probe", probe, 2 * probeModes * pixels, "a probe must have the size of the frames");
  if (object !== undefined) expectLength("object", object.data, 2 * objectHeight * objectWidth);
  if (mask !== undefined) expectLength("mask", mask, pixels);
  if (background !== undefined) expectLength("background", background, pixels);
  if (transfer !== undefined) expectLength("transfer", transfer, 2 * pixels);
  if (problem.scales !== undefined) expectLength("scales", problem.scales, frames);
  expectFinite("transfer", transfer, "a transfer function is not finite");
  expectFinite("scales", problem.scales, "an intensity factor is not finite");
  checkProbe(probe);
  const broken = object?.data.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (object !== undefined && broken >= 0) {
    throw new DoselapError("Range", "the start object is not finite", {
      key: `object (pixel ${broken >> 1})`,
      got: String(object.data[broken]),
    });
  }
  checkHeldOut(problem);
  if (background?.some((value) => !(value >= 0 && value < Infinity)) === true) {
    throw new DoselapError("Range", "a background cannot be negative or infinite", { key: "background" });
  }
  checkPositions(problem);
}

function expectLength(key: string, { length }: ArrayLike<number>, expected: number, why?: string): void {
  if (length === expected) return;
  throw new DoselapError("Shape", why ?? "an array does not fit the scan", {
    key,
    expected: `${expected} numbers`,
    got: String(length),
  });
}

function expectFinite(key: string, values: Float32Array | undefined, message: string): void {
  const at = values?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (values === undefined || at < 0) return;
  throw new DoselapError("Range", message, {
    key: `${key} (number ${at})`,
    expected: "finite numbers",
    got: String(values[at]),
  });
}

function checkHeldOut({ heldOut, frames }: Problem): void {
  if (heldOut === undefined) return;
  const seen = new Set<number>();
  for (const j of Array.from(heldOut)) {
    if (Number.isInteger(j) && j >= 0 && j < frames && !seen.has(j)) {
      seen.add(j);
      continue;
    }
    throw new DoselapError("Range", "a held-out frame is not in the scan, or is named twice", {
      key: "heldOut",
      expected: `each of 0 … ${frames - 1} at most once`,
      got: String(j),
    });
  }
  if (seen.size < frames) return;
  throw new DoselapError("Range", "every frame is held out: none is left to fit", { key: "heldOut" });
}

function checkProbe(probe: Float32Array): void {
  let power = 0;
  for (let i = 0; i < probe.length; i++) power += probe[i]! ** 2;
  if (power > 0 && power < Infinity) return;
  throw new DoselapError("Range", "the probe carries no light, or is not finite", {
    key: "probe",
    expected: "a finite power above 0",
    got: String(power),
    finding: "DATA-004",
    hint: "Give a start probe, or check how it was read.",
  });
}

function checkPositions({ frames, size, positions, objectHeight, objectWidth }: Problem): void {
  const half = size / 2;
  for (let j = 0; j < frames; j++) {
    const x = positions.x[j]!;
    const y = positions.y[j]!;
    if (x >= half && x <= objectWidth - half && y >= half && y <= objectHeight - half) continue;
    throw new DoselapError("Range", "a scan position lies outside the object", {
      key: `positions (frame ${j})`,
      expected: `x in [${half}, ${objectWidth - half}], y in [${half}, ${objectHeight - half}] for ${size}×${size} frames`,
      got: `(x ${x}, y ${y})`,
      hint: "Enlarge the object or drop the position.",
    });
  }
}

// Floors for a made-up run: noise that falls in proportion to the dose, and a resolution that grows with its logarithm.

import type { PartFloor } from "../../src/floor/floor.ts";
import type { StudyResult } from "../../src/study/results.ts";

/** The result with a floor in every cell: at `dose` an error of 20/dose, a crossing at 0.04·log10(dose) cycles per pixel, and
 * a tenth less error where the spectrum is known. */
export function withFloors(result: StudyResult): StudyResult {
  return { ...result, cells: result.cells.map((cell) => ({ ...cell, floor: floorAt(cell.dose) })) };
}

function floorAt(dose: number): StudyResult["cells"][number]["floor"] {
  const crossing = 0.04 * Math.log10(dose);
  const crossings = { frc50: crossing, frc1over7: null, frcHalfBit: crossing + 0.02, frcOneBit: crossing };
  const frequency = [0.125, 0.25, 0.375, 0.5];
  const frc = [1, 0.9, 0.6, 0.3];
  const part: PartFloor = {
    frequency,
    frc,
    crossings,
    mse: 20 / dose,
    mseStandardError: 0.1 / dose,
    noisePower: [1, 1, 1, 1],
    signalPower: [9, 4, 2, 1],
    informed: { mse: 18 / dose, frc, crossings },
  };
  return { amplitude: part, phase: part, halves: { frequency, frc, crossings }, converged: true };
}

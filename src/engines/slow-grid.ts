// The cells in which the slow part of an object is told: a sixteenth of the window each, with what the probe does in them.

import { peak } from "../math/stats.ts";
import type { Problem } from "./problem.ts";
import type { Extent } from "./scan-plan.ts";

/** Cells across a window: what is slower than the probe needs no more. */
const cellsAcross = 16;
/** Light, as a share of the brightest cell's, below which the probe is as if dark. Tenfold more bends the phase at rims, where ML stays. */
const leastPower = 1e-4;
/** Real arrays over the cells that are alive at once, at most. */
const cellArrays = 10;

const cellOf = (sizePx: number): number => Math.max(2, Math.floor(sizePx / cellsAcross));

/** What the search holds beside the frames, bytes. */
export function slowGridBytes({ size, objectHeight, objectWidth }: Extent): number {
  const cellPx = cellOf(size);
  // Windows are moved to the nearest cell.
  const cells = (sidePx: number): number => Math.ceil(sidePx / cellPx) + 1;
  return 8 * cellArrays * cells(objectHeight) * cells(objectWidth);
}

/** The probe, cell by cell. */
export interface Lens {
  /** Cells across. */
  readonly across: number;
  /** Σ|P|², Σ Im P*∂P/∂x and Σ Im P*∂P/∂y of each cell. */
  readonly power: Float64Array;
  readonly currentX: Float64Array;
  readonly currentY: Float64Array;
}

/** The cells under the windows of some frames, one number each in a real array [height, width]. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly cellPx: number;
  /** First pixel of the first cell. */
  readonly topPx: number;
  readonly leftPx: number;
  readonly lens: Lens;
  /** First cell of a frame's window. */
  corner(frame: number): number;
  /** Cells that the probe lights, and how far each lies behind the first of the window. */
  readonly lit: Int32Array;
  readonly behind: Int32Array;
}

export function gridOf(problem: Problem, frames: Int32Array): Grid {
  const { positions, size } = problem;
  const cellPx = cellOf(size);
  const lens = binnedProbe(problem, cellPx);
  const cell = (at: number): number => Math.round((at - size / 2) / cellPx);
  const range = (along: ArrayLike<number>): [number, number] => {
    let [least, most] = [Infinity, -Infinity];
    for (const j of frames) {
      least = Math.min(least, cell(along[j]!));
      most = Math.max(most, cell(along[j]!));
    }
    return [least, most - least + lens.across];
  };
  const [[top, height], [left, width]] = [range(positions.y), range(positions.x)];
  const corner = (j: number): number => (cell(positions.y[j]!) - top) * width + cell(positions.x[j]!) - left;
  const lit = Int32Array.from(lens.power.keys()).filter((i) => lens.power[i]! > 0);
  const behind = lit.map((i) => Math.floor(i / lens.across) * width + (i % lens.across));
  return { height, width, cellPx, topPx: cellPx * top, leftPx: cellPx * left, lens, corner, lit, behind };
}

/** Calls `visit` for the cells that a frame lights. */
export function overCells(
  { corner, lit, behind }: Grid,
  frame: number,
  visit: (cell: number, inLens: number) => void,
): void {
  const first = corner(frame);
  for (let k = 0; k < lit.length; k++) visit(first + behind[k]!, lit[k]!);
}

function binnedProbe({ probe, probeModes, size }: Problem, cellPx: number): Lens {
  const across = Math.ceil(size / cellPx);
  const power = new Float64Array(across * across);
  const currentX = new Float64Array(power.length);
  const currentY = new Float64Array(power.length);
  for (let m = 0; m < probeModes; m++) {
    for (let row = 1; row < size - 1; row++) {
      for (let column = 1; column < size - 1; column++) {
        const at = 2 * ((m * size + row) * size + column);
        const cell = Math.floor(row / cellPx) * across + Math.floor(column / cellPx);
        const [re, im] = [probe[at]!, probe[at + 1]!];
        const current = (step: number): number =>
          (re * (probe[at + step + 1]! - probe[at - step + 1]!) -
            im * (probe[at + step]! - probe[at - step]!)) /
          2;
        power[cell] = power[cell]! + re * re + im * im;
        currentX[cell] = currentX[cell]! + current(2);
        currentY[cell] = currentY[cell]! + current(2 * size);
      }
    }
  }
  const brightest = peak(power);
  for (const [i, light] of power.entries())
    if (light < leastPower * brightest) power[i] = currentX[i] = currentY[i] = 0;
  return { across, power, currentX, currentY };
}

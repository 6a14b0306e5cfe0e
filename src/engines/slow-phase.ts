// The slow part of an object's phase from where the light of each frame lies: the centre of mass of a far-field pattern is the
// mean phase gradient under the probe, 2π/N rad per object pixel and detector pixel (Dekkers & de Lang 1974, Optik 41, 452;
// Waddell & Chapman 1979, Optik 54, 83). Where the sample is darker on one side, a curved probe moves the centre too: that part is
// known from the counts of the frames and taken away,
//   k·c_j = (Σ|P|²T ∇φ + Σ T Im P*∇P) / Σ|P|²T,   T: transmission, from the counts.
// Gradients are gathered under the probes, shrunk by their noise, and integrated by least squares.

import { integrateGradients, type Gradients } from "../math/integrate-gradients.ts";
import { momentsOf, spreadOf } from "../math/moments.ts";
import type { FrameSurvey } from "./counts.ts";
import { flatLight } from "./flat-light.ts";
import type { Problem } from "./problem.ts";
import type { Extent } from "./scan-plan.ts";

/** Real [height, width], one value per cell of `cellPx` pixels. */
export interface SlowPhase {
  readonly phase: Float64Array;
  /** Root mean square over the lit cells, rad. */
  readonly rms: number;
  readonly height: number;
  readonly width: number;
  readonly cellPx: number;
  /** First pixel of the first cell. */
  readonly topPx: number;
  readonly leftPx: number;
}

/** Cells across a window: what is slower than the probe needs no more. */
const cellsAcross = 16;
/** Light, as a share of the brightest cell's, below which a cell is as if dark. */
const leastLight = 0.1;
/** And the share at which a gradient is halved. */
const weakLight = 0.01;
/** Coupling of dark cells, so that their phase is that of their neighbours. */
const darkCoupling = 1e-3;

/** Real arrays over the cells that are alive at once, at most. */
const cellArrays = 9;

const cellOf = (sizePx: number): number => Math.max(2, Math.floor(sizePx / cellsAcross));

/** What the search holds beside the frames, bytes. */
export function slowPhaseBytes({ size, objectHeight, objectWidth }: Extent): number {
  const cellPx = cellOf(size);
  // Windows are moved to the nearest cell.
  const cells = (sidePx: number): number => Math.ceil(sidePx / cellPx) + 1;
  return 8 * cellArrays * cells(objectHeight) * cells(objectWidth);
}

/** The slow phase that some frames tell; 0 everywhere when noise is all there is. */
export function slowPhaseOf(problem: Problem, frames: Int32Array, look: FrameSurvey): SlowPhase {
  const grid = gridOf(problem, frames);
  const { height, width, cellPx, top, left } = grid;
  const slopes = slopesOf(problem, frames, look, grid);
  const gradients = gathered(slopes, frames, grid);
  const phase = integrateGradients(gradients);
  const { weight } = gradients;
  const square = phase.reduce((sum, value, i) => sum + weight[i]! * value ** 2, 0);
  const rms = Math.sqrt(square / weight.reduce((a, b) => a + b, 0));
  return { phase, rms, height, width, cellPx, topPx: cellPx * top, leftPx: cellPx * left };
}

interface Lens {
  /** Cells across. */
  readonly across: number;
  /** Σ|P|², Σ Im P*∂P/∂x and Σ Im P*∂P/∂y of each cell. */
  readonly power: Float64Array;
  readonly currentX: Float64Array;
  readonly currentY: Float64Array;
}

/** The cells under the windows of some frames. */
interface Grid {
  readonly height: number;
  readonly width: number;
  readonly cellPx: number;
  /** The first cell, counted from the object's. */
  readonly top: number;
  readonly left: number;
  readonly lens: Lens;
  /** The cells of a frame's window: the first row and column. */
  corner(frame: number): readonly [row: number, column: number];
}

function gridOf(problem: Problem, frames: Int32Array): Grid {
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
  const corner = (j: number) => [cell(positions.y[j]!) - top, cell(positions.x[j]!) - left] as const;
  return { height, width, cellPx, top, left, lens, corner };
}

interface Slopes {
  /** Mean phase gradient under each frame, rad per pixel, and the variance of its noise. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly variance: Float64Array;
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
  return { across, power, currentX, currentY };
}

/** Calls `visit` for the cells of a frame's window. */
function overCells(
  { width, lens: { across }, corner }: Grid,
  frame: number,
  visit: (cell: number, inLens: number) => void,
): void {
  const [top, left] = corner(frame);
  for (let row = 0; row < across; row++) {
    const from = (top + row) * width + left;
    for (let column = 0; column < across; column++) visit(from + column, row * across + column);
  }
}

function slopesOf(problem: Problem, frames: Int32Array, look: FrameSurvey, grid: Grid): Slopes {
  const { size, frames: all, background, mask } = problem;
  const radPerPx = (2 * Math.PI) / size;
  const { lens } = grid;
  const measured = (light: Float64Array): Float64Array =>
    mask === undefined ? light : light.map((value, i) => (mask[i] === 0 ? value : 0));
  const still = momentsOf(measured(flatLight(problem)), size);
  const dark = background && momentsOf(measured(Float64Array.from(background)), size);
  // Along one axis.
  const spread = spreadOf(momentsOf(look.meanCounts, size)) / 2;
  const transmission = transmissionOf(frames, look, grid, problem.scales);
  const slopes = { x: new Float64Array(all), y: new Float64Array(all), variance: new Float64Array(all) };
  const whole = meanCurrent(lens, (visit) => lens.power.forEach((_, i) => visit(i, 1)));
  for (const j of frames) {
    const counts = look.frameCounts[j]! - look.frameBackground[j]!;
    if (!(counts > 0)) {
      slopes.variance[j] = Infinity;
      continue;
    }
    const own = meanCurrent(lens, (visit) =>
      overCells(grid, j, (cell, inLens) => visit(inLens, transmission[cell]!)),
    );
    slopes.x[j] =
      radPerPx * ((look.momentX[j]! - (dark?.x ?? 0)) / counts - still.x / still.sum) - (own.x - whole.x);
    slopes.y[j] =
      radPerPx * ((look.momentY[j]! - (dark?.y ?? 0)) / counts - still.y / still.sum) - (own.y - whole.y);
    slopes.variance[j] = (radPerPx ** 2 * spread * look.frameCounts[j]!) / counts ** 2;
  }
  return slopes;
}

/** Calls `visit` for cells of the probe, with the share of their light that passes. */
type OverLens = (visit: (inLens: number, passed: number) => void) => void;

/** Mean of Im P*∇P per power that passes. */
function meanCurrent({ power, currentX, currentY }: Lens, over: OverLens): { x: number; y: number } {
  let [x, y, light] = [0, 0, 0];
  over((i, passed) => {
    x += passed * currentX[i]!;
    y += passed * currentY[i]!;
    light += passed * power[i]!;
  });
  return light > 0 ? { x: x / light, y: y / light } : { x: 0, y: 0 };
}

/** Share of the light that passes each cell, up to a factor. */
function transmissionOf(
  frames: Int32Array,
  look: FrameSurvey,
  grid: Grid,
  scales: Float32Array | undefined,
): Float64Array {
  const passed = new Float64Array(grid.height * grid.width);
  const light = new Float64Array(passed.length);
  for (const j of frames) {
    const counts = Math.max(0, look.frameCounts[j]! - look.frameBackground[j]!) / (scales?.[j] ?? 1);
    overCells(grid, j, (cell, inLens) => {
      passed[cell] = passed[cell]! + grid.lens.power[inLens]! * counts;
      light[cell] = light[cell]! + grid.lens.power[inLens]!;
    });
  }
  return passed.map((value, i) => (light[i]! > 0 ? value / light[i]! : 1));
}

/** Gradients of the cells: the mean of the frames that light them, all shrunk by the share of their spread that is noise. */
function gathered(slopes: Slopes, frames: Int32Array, grid: Grid): Gradients {
  const x = new Float64Array(grid.height * grid.width);
  const y = new Float64Array(x.length);
  const light = new Float64Array(x.length);
  const noise = new Float64Array(x.length);
  for (const j of frames) {
    if (!Number.isFinite(slopes.variance[j]!)) continue;
    overCells(grid, j, (cell, inLens) => {
      const weight = grid.lens.power[inLens]!;
      x[cell] = x[cell]! + weight * slopes.x[j]!;
      y[cell] = y[cell]! + weight * slopes.y[j]!;
      noise[cell] = noise[cell]! + weight ** 2 * slopes.variance[j]!;
      light[cell] = light[cell]! + weight;
    });
  }
  const brightest = light.reduce((a, b) => Math.max(a, b), 0);
  let [found, chance] = [0, 0];
  for (const [i, weight] of light.entries()) {
    if (weight < leastLight * brightest) continue;
    found += (x[i]! ** 2 + y[i]! ** 2) / weight ** 2;
    chance += (2 * noise[i]!) / weight ** 2;
  }
  const kept = found > 0 ? Math.max(0, 1 - chance / found) : 0;
  // Per cell, not per pixel.
  const shrunk = (sum: number, i: number): number =>
    (grid.cellPx * kept * sum) / (light[i]! + weakLight * brightest);
  const weight = light.map((value) => Math.min(1, value / (leastLight * brightest)) + darkCoupling);
  return { height: grid.height, width: grid.width, x: x.map(shrunk), y: y.map(shrunk), weight };
}

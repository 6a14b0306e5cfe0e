// The slow part of an object's phase from where the light of each frame lies: the centre of mass of a far-field pattern is the
// mean phase gradient under the probe, 2π/N rad per object pixel and detector pixel (Dekkers & de Lang 1974, Optik 41, 452;
// Waddell & Chapman 1979, Optik 54, 83). Where the sample is darker on one side, a curved probe moves the centre too: that part is
// known from the counts of the frames and taken away,
//   k·c_j = (Σ|P|²T ∇φ + Σ T Im P*∇P) / Σ|P|²T,   T: transmission, from the counts (slow-transmission.ts).
// Gradients are gathered under the probes, shrunk by their noise, and integrated by least squares.

import { integrateGradients, type Gradients } from "../math/integrate-gradients.ts";
import { momentsOf, spreadOf } from "../math/moments.ts";
import type { FrameSurvey } from "./counts.ts";
import { flatLight } from "./flat-light.ts";
import type { Problem } from "./problem.ts";
import { gridOf, overCells, type Grid, type Lens } from "./slow-grid.ts";
import { transmissionOf } from "./slow-transmission.ts";

/** What frames tell of an object without its detail: one value per cell of the grid. */
export interface SlowObject {
  readonly grid: Grid;
  readonly phase: Float64Array;
  /** Root mean square of the phase over the lit cells, rad. */
  readonly rms: number;
  /** Transmission over its mean where the frames lie. */
  readonly transmission: Float64Array;
}

/** Light, as a share of the brightest cell's, below which a cell is as if dark. */
const leastLight = 0.1;
/** And the share at which a gradient is halved. */
const weakLight = 0.01;
/** Coupling of dark cells, so that their phase is that of their neighbours. */
const darkCoupling = 1e-3;

/** What some frames tell; a phase of 0 everywhere when noise is all there is. */
export function slowObjectOf(problem: Problem, frames: Int32Array, look: FrameSurvey): SlowObject {
  const grid = gridOf(problem, frames);
  const transmission = transmissionOf(frames, look, grid, problem.scales);
  const gradients = gathered(slopesOf(problem, frames, look, grid, transmission), frames, grid);
  const phase = integrateGradients(gradients);
  const { weight } = gradients;
  const square = phase.reduce((sum, value, i) => sum + weight[i]! * value ** 2, 0);
  const rms = Math.sqrt(square / weight.reduce((a, b) => a + b, 0));
  return { grid, phase, rms, transmission };
}

interface Slopes {
  /** Mean phase gradient under each frame, rad per pixel, and the variance of its noise. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly variance: Float64Array;
}

function slopesOf(
  problem: Problem,
  frames: Int32Array,
  look: FrameSurvey,
  grid: Grid,
  transmission: Float64Array,
): Slopes {
  const { size, frames: all, background, mask } = problem;
  const radPerPx = (2 * Math.PI) / size;
  const { lens } = grid;
  const measured = (light: Float64Array): Float64Array =>
    mask === undefined ? light : light.map((value, i) => (mask[i] === 0 ? value : 0));
  const still = momentsOf(measured(flatLight(problem)), size);
  const dark = background && momentsOf(measured(Float64Array.from(background)), size);
  // Along one axis.
  const spread = spreadOf(momentsOf(look.meanCounts, size)) / 2;
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

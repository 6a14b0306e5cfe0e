// A small noise-free ptychography problem with a known answer, for engine contracts. The forward model is written out here
// with a naive DFT and four-corner patches, so that it shares no code with what it tests.

import type { ComplexImage } from "../../src/array/ndarray.ts";
import type { Problem } from "../../src/engines/problem.ts";
import type { SubPixel } from "../../src/compute/scan-memory.ts";
import { naiveDft2 } from "./fields.ts";
import { naiveInterpolation } from "./naive-scan.ts";

export interface SmallProblem {
  readonly problem: Problem & { readonly diffraction: Float32Array };
  readonly truth: ComplexImage;
  readonly probe: Float32Array;
}

export interface SmallScene {
  /** Incoherent modes, 1 or 2; the second is a Hermite mode of 30 % of the power. */
  readonly modes?: 1 | 2;
  /** Frames behind a transfer function instead of a Fourier transform. */
  readonly nearField?: boolean;
  /** Where frame j was really measured, relative to the position that the problem gives, px. */
  readonly offsetPx?: (frame: number) => { readonly x: number; readonly y: number };
  /** Positions of all frames lie up to half a pixel off those of the grid, and the problem says so. */
  readonly betweenPixels?: boolean;
  /** How the object is sampled there; told to the engine. */
  readonly subPixel?: SubPixel;
  /** Factor of the counts of a frame. */
  readonly intensity?: (frame: number) => number;
  /** Counts per pixel that are added to every frame and told to the engine. */
  readonly background?: number;
  /** Counts per frame. */
  readonly energy?: number;
  /** What becomes of the probe before frames are made with it. */
  readonly shapeProbe?: (probe: Float32Array) => Float32Array;
}

const size = 16;
export const side = 40;

/** 16 × 16 frames of a 40 × 40 object under a curved Gaussian probe; integer positions on a jittered grid of 3 px. */
export function smallProblem(scene: SmallScene = {}): SmallProblem {
  const { modes = 1, nearField = false, offsetPx, intensity, background = 0, energy = 1000 } = scene;
  const { betweenPixels = false, subPixel, shapeProbe = (usual) => usual } = scene;
  const truth = smallObject();
  const probe = shapeProbe(smallProbe(modes, energy));
  const transfer = nearField ? smallTransfer() : undefined;
  const { x, y } = smallPositions(betweenPixels);
  const frames = x.length;
  const diffraction = new Float32Array(frames * size * size);
  for (let j = 0; j < frames; j++) {
    const { x: dx, y: dy } = offsetPx?.(j) ?? { x: 0, y: 0 };
    const patch = (subPixel === "fourier" ? fourierAt : patchAt)(truth, x[j]! + dx, y[j]! + dy);
    const counts = new Float64Array(size * size).fill(background);
    for (let m = 0; m < modes; m++) {
      const mode = probe.subarray(2 * m * size * size, 2 * (m + 1) * size * size);
      addIntensity(counts, times(mode, patch), transfer, intensity?.(j) ?? 1);
    }
    diffraction.set(counts.map(Math.sqrt), j * size * size);
  }
  const problem = {
    frames,
    size,
    diffraction,
    positions: { x: Float64Array.from(x), y: Float64Array.from(y) },
    probe,
    probeModes: modes,
    objectHeight: side,
    objectWidth: side,
    ...(background > 0 ? { background: new Float32Array(size * size).fill(background) } : {}),
    ...(transfer === undefined ? {} : { transfer: Float32Array.from(transfer) }),
    ...(subPixel === undefined ? {} : { subPixel }),
  };
  return { problem, truth, probe };
}

function smallPositions(betweenPixels: boolean): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 8; row <= 32; row += 3) {
    for (let column = 8; column <= 32; column += 3) {
      // A fixed irregularity instead of randomness: a regular raster has its own ambiguity.
      const j = x.length;
      const [dx, dy] = betweenPixels ? [0.5 * Math.sin(3.7 * j + 1), 0.5 * Math.sin(2.3 * j)] : [0, 0];
      x.push(Math.max(8, Math.min(32, column + ((row * 7 + column * 3) % 2) + dx)));
      y.push(Math.max(8, Math.min(32, row + ((row * 3 + column * 5) % 2) + dy)));
    }
  }
  return { x, y };
}

function smallObject(): ComplexImage {
  const data = new Float32Array(2 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const amplitude = 0.8 + 0.2 * Math.cos(x / 2) * Math.cos(y / 3);
      const phase = 0.6 * Math.sin(x / 3 + y / 5) + (Math.hypot(x - 20, y - 18) < 6 ? 0.5 : 0);
      data[2 * (y * side + x)] = amplitude * Math.cos(phase);
      data[2 * (y * side + x) + 1] = amplitude * Math.sin(phase);
    }
  }
  return { height: side, width: side, data };
}

function smallProbe(modes: number, energy: number): Float32Array {
  const shares = modes === 1 ? [1] : [0.7, 0.3];
  return Float32Array.from(
    shares.flatMap((share, m) => {
      const mode: number[] = [];
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const r2 = (x - size / 2) ** 2 + (y - size / 2) ** 2;
          const amplitude = Math.exp(-r2 / 18) * (m === 0 ? 1 : x - size / 2);
          mode.push(amplitude * Math.cos(0.05 * r2), amplitude * Math.sin(0.05 * r2));
        }
      }
      const scale = Math.sqrt((share * energy) / power(mode));
      return mode.map((value) => value * scale);
    }),
  );
}

/** Fresnel propagation by a distance at which a pixel spreads over a few: |T| = 1, DC at [0, 0]. */
function smallTransfer(): Float64Array {
  const transfer = new Float64Array(2 * size * size);
  for (let i = 0; i < size * size; i++) {
    const ky = ((Math.floor(i / size) + size / 2) % size) - size / 2;
    const kx = (((i % size) + size / 2) % size) - size / 2;
    const phase = -0.12 * (kx * kx + ky * ky);
    transfer[2 * i] = Math.cos(phase);
    transfer[2 * i + 1] = Math.sin(phase);
  }
  return transfer;
}

/** N×N pixels around (x, y), bilinear between pixels. */
function patchAt({ data, width }: ComplexImage, x: number, y: number): Float64Array {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - column, y - row];
  const patch = new Float64Array(2 * size * size);
  for (const [dx, dy, weight] of [
    [0, 0, (1 - fx) * (1 - fy)],
    [1, 0, fx * (1 - fy)],
    [0, 1, (1 - fx) * fy],
    [1, 1, fx * fy],
  ] as const) {
    if (weight === 0) continue;
    for (let i = 0; i < size * size; i++) {
      const [v, u] = [Math.floor(i / size), i % size];
      const o = 2 * ((row - size / 2 + v + dy) * width + column - size / 2 + u + dx);
      patch[2 * i] = patch[2 * i]! + weight * data[o]!;
      patch[2 * i + 1] = patch[2 * i + 1]! + weight * data[o + 1]!;
    }
  }
  return patch;
}

/** N×N pixels around (x, y), the window at the nearest pixel shifted by its trigonometric interpolation. */
function fourierAt(image: ComplexImage, x: number, y: number): Float64Array {
  const [column, row] = [Math.round(x), Math.round(y)];
  return naiveInterpolation(patchAt(image, column, row), size, x - column, y - row);
}

function times(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i += 2) {
    out[i] = a[i]! * b[i]! - a[i + 1]! * b[i + 1]!;
    out[i + 1] = a[i]! * b[i + 1]! + a[i + 1]! * b[i]!;
  }
  return out;
}

/** counts += factor·|propagated wave|²: far field with zero frequency at (N/2, N/2), near field as it lies. */
function addIntensity(
  counts: Float64Array,
  wave: Float64Array,
  transfer: Float64Array | undefined,
  factor: number,
): void {
  const far = naiveDft2(wave, size, -1);
  const field = transfer === undefined ? far : naiveDft2(times(far, transfer), size, 1);
  const shift = transfer === undefined ? size / 2 : 0;
  for (let i = 0; i < size * size; i++) {
    const to = ((Math.floor(i / size) + shift) % size) * size + (((i % size) + shift) % size);
    counts[to] = counts[to]! + factor * (field[2 * i]! ** 2 + field[2 * i + 1]! ** 2);
  }
}

/** Σ|u|². */
export function power(field: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < field.length; i++) sum += field[i]! ** 2;
  return sum;
}

/** Distance of two images over the inner region, relative to the truth, after the one global factor that diffraction
 * leaves open. */
export function relativeError(image: ComplexImage, truth: ComplexImage, border = 10): number {
  let crossRe = 0;
  let crossIm = 0;
  let own = 0;
  let true_ = 0;
  forInner(truth, border, (at) => {
    const [a, b, c, d] = [image.data[at]!, image.data[at + 1]!, truth.data[at]!, truth.data[at + 1]!];
    crossRe += a * c + b * d;
    crossIm += a * d - b * c;
    own += a * a + b * b;
    true_ += c * c + d * d;
  });
  // min over factor f of |f·image − truth|² is |truth|² − |<image, truth>|² / |image|².
  return Math.sqrt(Math.max(0, true_ - (crossRe ** 2 + crossIm ** 2) / own) / true_);
}

function forInner({ height, width }: ComplexImage, border: number, visit: (at: number) => void): void {
  for (let y = border; y < height - border; y++) {
    for (let x = border; x < width - border; x++) visit(2 * (y * width + x));
  }
}

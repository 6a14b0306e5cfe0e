// Patches out of an image and back on a WebAssembly instance: where they lie in memory, and which kernel moves them.
// A Fourier patch is the window at the nearest whole pixel, shifted: its two ramps are made anew for each visit, in the
// order of the transform's rows (assembly/shift.ts).

import type { ScanShape } from "../scan-memory.ts";
import type { KernelExports } from "./binary.ts";
import type { FftPlan } from "./plan.ts";
import type { KernelScratch } from "./scratch.ts";

/** Addresses are bytes; a band is object rows rowStart ≤ row < rowEnd. */
export interface WasmPatches {
  /** The patch of a complex image at (x, y) to an address. Returns max|·|². */
  take(image: Float32Array, x: number, y: number, to: number): number;
  /** The address in a complex image where its patch at (x, y) can be read in place, lines of the image apart; 0 between
   * pixels. */
  wholeAt(image: Float32Array, x: number, y: number): number;
  /** A patch, in place, shifted from (x, y) back onto whole pixels. */
  align(patch: number, x: number, y: number): void;
  /** Complex image += the adjoint of an aligned patch, for a band. */
  scatter(patch: number, image: Float32Array, x: number, y: number, rowStart: number, rowEnd: number): void;
  /** The same for Σ_m P_m*·wave_m, from the address of the waves. Not between pixels of a Fourier shift. */
  scatterWave(
    waves: number,
    image: Float32Array,
    x: number,
    y: number,
    rowStart: number,
    rowEnd: number,
  ): void;
  /** Real image += a real light of the patch's size with bilinear weights, for a band. */
  scatterLight(
    light: number,
    image: Float32Array,
    x: number,
    y: number,
    rowStart: number,
    rowEnd: number,
  ): void;
}

export interface PatchParts {
  readonly exports: KernelExports;
  readonly shape: ScanShape;
  readonly plan: FftPlan;
  readonly scratch: KernelScratch;
  readonly buffer: ArrayBufferLike;
  /** Address of the probe. */
  readonly probe: number;
}

export function wasmPatches(parts: PatchParts): WasmPatches {
  const bilinear = bilinearPatches(parts);
  return parts.shape.subPixel === "bilinear" ? bilinear : fourierPatches(parts, bilinear);
}

function bilinearPatches({ exports, shape, probe }: PatchParts): WasmPatches {
  const { size, objectWidth } = shape;
  const pitch = 8 * objectWidth;
  /** First and one-past-last of the object rows under a patch that lie in a band. */
  const firstRow = (y: number, rowStart: number): number =>
    Math.max(0, rowStart - (Math.floor(y) - size / 2));
  const lastRow = (y: number, rowEnd: number): number =>
    Math.min(y === Math.floor(y) ? size : size + 1, rowEnd - (Math.floor(y) - size / 2));
  return {
    take(image, x, y, to) {
      const from = cornerOf(shape, image, x, y, 8);
      return exports.gather(from, pitch, x - Math.floor(x), y - Math.floor(y), to);
    },
    wholeAt: (image, x, y) =>
      x === Math.floor(x) && y === Math.floor(y) ? cornerOf(shape, image, x, y, 8) : 0,
    align() {},
    scatter(patch, image, x, y, rowStart, rowEnd) {
      const first = firstRow(y, rowStart);
      const last = lastRow(y, rowEnd);
      if (first >= last) return;
      const to = cornerOf(shape, image, x, y, 8);
      exports.scatter(patch, to, pitch, x - Math.floor(x), y - Math.floor(y), first, last);
    },
    scatterWave(waves, image, x, y, rowStart, rowEnd) {
      const first = firstRow(y, rowStart);
      const last = lastRow(y, rowEnd);
      if (first >= last) return;
      const to = cornerOf(shape, image, x, y, 8);
      exports.addWave(probe, waves, to, pitch, x - Math.floor(x), y - Math.floor(y), first, last);
    },
    scatterLight(light, image, x, y, rowStart, rowEnd) {
      const first = firstRow(y, rowStart);
      const last = lastRow(y, rowEnd);
      if (first >= last) return;
      const to = cornerOf(shape, image, x, y, 4);
      exports.addLight(light, to, pitch / 2, x - Math.floor(x), y - Math.floor(y), first, last);
    },
  };
}

function fourierPatches(parts: PatchParts, whole: WasmPatches): WasmPatches {
  const { exports, shape } = parts;
  const pitch = 8 * shape.objectWidth;
  const line = 8 * shape.size;
  const { alongX, alongY } = openRamps(parts);
  return {
    take(image, x, y, to) {
      const left = Math.round(x);
      const top = Math.round(y);
      if (left === x && top === y) return whole.take(image, x, y, to);
      const from = cornerOf(shape, image, left, top, 8);
      return exports.shift(from, pitch, to, alongX(x - left), alongY(y - top));
    },
    wholeAt: whole.wholeAt,
    align(patch, x, y) {
      const left = Math.round(x);
      const top = Math.round(y);
      if (left !== x || top !== y) exports.shift(patch, line, patch, alongX(left - x), alongY(top - y));
    },
    scatter(patch, image, x, y, rowStart, rowEnd) {
      whole.scatter(patch, image, Math.round(x), Math.round(y), rowStart, rowEnd);
    },
    scatterWave(waves, image, x, y, rowStart, rowEnd) {
      whole.scatterWave(waves, image, Math.round(x), Math.round(y), rowStart, rowEnd);
    },
    scatterLight: whole.scatterLight,
  };
}

/** Address of the first image pixel under the patch at (x, y). */
function cornerOf(
  { size, objectWidth }: ScanShape,
  image: Float32Array,
  x: number,
  y: number,
  pixelBytes: number,
): number {
  const row = Math.floor(y) - size / 2;
  const column = Math.floor(x) - size / 2;
  return image.byteOffset + pixelBytes * (row * objectWidth + column);
}

/** Writes ramps of shifts into the scratch; each gives its address, 0 for no shift. */
function openRamps({ plan: { size, rowOf }, scratch, buffer }: PatchParts) {
  const x = new Float32Array(buffer, scratch.rampX, 2 * size);
  const y = new Float32Array(buffer, scratch.rampY, 2 * size);

  /** e^{2πi k·delta/N}/N, each from the one before: float64 keeps far more digits than are stored. */
  function fill(ramp: Float32Array, delta: number): void {
    const angle = (2 * Math.PI * delta) / size;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    let re = 1 / size;
    let im = 0;
    for (let k = 0; 2 * k <= size; k++) {
      const up = 2 * rowOf[k]!;
      const down = 2 * rowOf[(size - k) % size]!;
      ramp[up] = re;
      ramp[up + 1] = im;
      // The negative frequency comes second: the highest one has that sign alone.
      ramp[down] = re;
      ramp[down + 1] = -im;
      const next = re * c - im * s;
      im = re * s + im * c;
      re = next;
    }
  }
  return {
    alongX(delta: number): number {
      if (delta === 0) return 0;
      fill(x, delta);
      return scratch.rampX;
    },
    alongY(delta: number): number {
      if (delta === 0) return 0;
      fill(y, delta);
      return scratch.rampY;
    },
  };
}

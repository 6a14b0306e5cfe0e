// A small noise-free ptychography problem with a known answer, for engine contracts. The forward model is written out here
// with a naive DFT, so that it shares no code with what it tests.

import type { ComplexImage } from "../../src/array/ndarray.ts";
import type { Problem } from "../../src/engines/engine.ts";

export interface SmallProblem {
  readonly problem: Problem;
  readonly truth: ComplexImage;
  readonly probe: Float32Array;
}

const size = 16;
const frameEnergy = 1000;

/** 16 × 16 frames of a 40 × 40 object under a curved Gaussian probe; integer positions on a jittered grid of 3 px. */
export function smallProblem(): SmallProblem {
  const truth = smallObject(40);
  const probe = smallProbe();
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 8; row <= 32; row += 3) {
    for (let column = 8; column <= 32; column += 3) {
      // A fixed irregularity instead of randomness: a regular raster has its own ambiguity.
      x.push(Math.min(32, column + ((row * 7 + column * 3) % 2)));
      y.push(Math.min(32, row + ((row * 3 + column * 5) % 2)));
    }
  }
  const frames = x.length;
  const diffraction = new Float32Array(frames * size * size);
  for (let j = 0; j < frames; j++) {
    diffraction.set(naiveAmplitude(exitWave(truth, probe, x[j]!, y[j]!)), j * size * size);
  }
  const problem: Problem = {
    frames,
    size,
    diffraction,
    positions: { x: Float64Array.from(x), y: Float64Array.from(y) },
    probe,
    probeModes: 1,
    objectHeight: truth.height,
    objectWidth: truth.width,
  };
  return { problem, truth, probe };
}

function smallObject(side: number): ComplexImage {
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

function smallProbe(): Float32Array {
  const probe = new Float32Array(2 * size * size);
  let power = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const r2 = (x - size / 2) ** 2 + (y - size / 2) ** 2;
      const amplitude = Math.exp(-r2 / 18);
      probe[2 * (y * size + x)] = amplitude * Math.cos(0.05 * r2);
      probe[2 * (y * size + x) + 1] = amplitude * Math.sin(0.05 * r2);
      power += amplitude ** 2;
    }
  }
  const scale = Math.sqrt(frameEnergy / power);
  return probe.map((value) => value * scale);
}

function exitWave(object: ComplexImage, probe: Float32Array, x: number, y: number): Float64Array {
  const wave = new Float64Array(2 * size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const p = 2 * (row * size + column);
      const o = 2 * ((y - size / 2 + row) * object.width + (x - size / 2 + column));
      wave[p] = probe[p]! * object.data[o]! - probe[p + 1]! * object.data[o + 1]!;
      wave[p + 1] = probe[p]! * object.data[o + 1]! + probe[p + 1]! * object.data[o]!;
    }
  }
  return wave;
}

/** |unitary DFT|, zero frequency at (N/2, N/2), row by row then column by column. */
function naiveAmplitude(wave: Float64Array): Float32Array {
  const rows = naiveDft(wave, 1, size);
  const both = naiveDft(rows, size, 1);
  const amplitude = new Float32Array(size * size);
  for (let ky = 0; ky < size; ky++) {
    for (let kx = 0; kx < size; kx++) {
      const at = 2 * (ky * size + kx);
      const centred = ((ky + size / 2) % size) * size + ((kx + size / 2) % size);
      amplitude[centred] = Math.hypot(both[at]!, both[at + 1]!) / size;
    }
  }
  return amplitude;
}

/** DFT along the axis with the given stride, elements not floats. */
function naiveDft(field: Float64Array, stride: number, lineStride: number): Float64Array {
  const out = new Float64Array(field.length);
  for (let line = 0; line < size; line++) {
    for (let k = 0; k < size; k++) {
      let re = 0;
      let im = 0;
      for (let n = 0; n < size; n++) {
        const at = 2 * (line * lineStride + n * stride);
        const angle = (-2 * Math.PI * k * n) / size;
        re += field[at]! * Math.cos(angle) - field[at + 1]! * Math.sin(angle);
        im += field[at]! * Math.sin(angle) + field[at + 1]! * Math.cos(angle);
      }
      const to = 2 * (line * lineStride + k * stride);
      out[to] = re;
      out[to + 1] = im;
    }
  }
  return out;
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

// Analytic images for the metrics tests: known everywhere, so that a shifted copy is sampled, never interpolated.

import type { ComplexImage, RealImage } from "../../src/array/ndarray.ts";
import { createRng, normal } from "../../src/math/random/rng.ts";

/** Real image from a function of column x and row y. */
export function realImage(height: number, width: number, f: (x: number, y: number) => number): RealImage {
  const data = Float64Array.from({ length: height * width }, (_, i) => f(i % width, Math.floor(i / width)));
  return { height, width, data };
}

/** Complex image from amplitude and phase. */
export function polarImage(
  height: number,
  width: number,
  f: (x: number, y: number) => { readonly amplitude: number; readonly phase: number },
): ComplexImage {
  return cartesianImage(height, width, (x, y) => {
    const { amplitude, phase } = f(x, y);
    return { re: amplitude * Math.cos(phase), im: amplitude * Math.sin(phase) };
  });
}

/** Complex image from real and imaginary part. */
export function cartesianImage(
  height: number,
  width: number,
  f: (x: number, y: number) => { readonly re: number; readonly im: number },
): ComplexImage {
  const data = new Float32Array(2 * height * width);
  for (let i = 0; i < height * width; i++) {
    const { re, im } = f(i % width, Math.floor(i / width));
    data[2 * i] = re;
    data[2 * i + 1] = im;
  }
  return { height, width, data };
}

/** Gaussian blobs of 2.5 to 6 px, some across the border: not periodic, resolved by the pixels.
 * A shift moves the object, not the frame. */
export function blobs(
  height: number,
  width: number,
  { shiftX = 0, shiftY = 0, seed = 5 }: { shiftX?: number; shiftY?: number; seed?: number } = {},
): ComplexImage {
  const rng = createRng(seed, "phantom");
  const list = Array.from({ length: Math.ceil((height * width) / 150) }, () => ({
    x: (1.2 * rng.uniform() - 0.1) * width,
    y: (1.2 * rng.uniform() - 0.1) * height,
    sigma: 2.5 + 3.5 * rng.uniform(),
    absorption: 0.3 * rng.uniform(),
    phase: 1.2 * (rng.uniform() - 0.4),
  }));
  return polarImage(height, width, (x, y) => {
    let [amplitude, phase] = [1, 0];
    for (const blob of list) {
      const distance = (x - shiftX - blob.x) ** 2 + (y - shiftY - blob.y) ** 2;
      const value = Math.exp(-distance / (2 * blob.sigma ** 2));
      amplitude -= blob.absorption * amplitude * value;
      phase += blob.phase * value;
    }
    return { amplitude, phase };
  });
}

/** scale·image·e^{i(phase + rampX·x + rampY·y)}. */
export function inGauge(
  { height, width, data }: ComplexImage,
  {
    phase = 0,
    rampX = 0,
    rampY = 0,
    scale = 1,
  }: { phase?: number; rampX?: number; rampY?: number; scale?: number },
): ComplexImage {
  const out = new Float32Array(data.length);
  for (let i = 0; i < height * width; i++) {
    const angle = phase + rampX * (i % width) + rampY * Math.floor(i / width);
    const [re, im] = [data[2 * i]!, data[2 * i + 1]!];
    out[2 * i] = scale * (re * Math.cos(angle) - im * Math.sin(angle));
    out[2 * i + 1] = scale * (re * Math.sin(angle) + im * Math.cos(angle));
  }
  return { height, width, data: out };
}

/** Adds independent normal noise of the given deviation to real and imaginary part. */
export function withNoise({ height, width, data }: ComplexImage, deviation: number, seed = 1): ComplexImage {
  const rng = createRng(seed, "noise");
  return { height, width, data: data.map((value) => value + deviation * normal(rng)) };
}

/** White normal noise of deviation 1. */
export function whiteNoise(height: number, width: number, seed: number): RealImage {
  const rng = createRng(seed, "noise");
  return realImage(height, width, () => normal(rng));
}

/** Largest |a − b| over the pixels that lie `border` pixels inside. */
export function largestError(a: ComplexImage, b: ComplexImage, border = 0): number {
  let worst = 0;
  for (let y = border; y < a.height - border; y++) {
    for (let x = border; x < a.width - border; x++) {
      const i = 2 * (y * a.width + x);
      worst = Math.max(worst, Math.hypot(a.data[i]! - b.data[i]!, a.data[i + 1]! - b.data[i + 1]!));
    }
  }
  return worst;
}

/** 1 in the rectangle, 0 elsewhere; ends excluded. */
export function rectangleMask(
  height: number,
  width: number,
  { x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number },
): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= x0 && x < x1 && y >= y0 && y < y1 ? 1 : 0;
  });
}

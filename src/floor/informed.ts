// The Bayesian bound of an estimate that knows the object's power spectrum S and takes it for a Gaussian field besides:
//   C = (F̃ + S⁻¹)⁻¹ = B U B,  B = √S as a filter,  U = (1 + B F̃ B)⁻¹,  F̃ = Jᵀ F J in amplitude and phase (coordinates.ts)
// van Trees, Detection, Estimation and Modulation Theory I (1968), section 2.4.3. U is what stays unknown of each detail, as a
// share of its power: N/(N + S) where the illumination is uniform, the Wiener filter's; where it is not, dark places are
// filled from their neighbours. Its diagonal by rings, u(r), gives the error Σ S u and the correlation √(1 − u).
// Solved in the spectrum, on a square around all that is lit; the preconditioner takes the illumination for uniform.

import type { ComplexImage } from "../array/ndarray.ts";
import type { Transforms } from "../compute/backend.ts";
import { fastLength, signedIndex } from "../math/fft64.ts";
import { coordinatesOf } from "./coordinates.ts";
import { placeIn, type Answer, type Effort, type Scene } from "./probing.ts";
import type { Field } from "./rings.ts";
import { solve } from "./solve.ts";

/** Power per pixel of white noise that would have the object's power, at each of the rings' frequencies. */
export interface SpectralDensity {
  /** Cycles per pixel, ascending. */
  readonly frequency: readonly number[];
  readonly amplitude: ArrayLike<number>;
  readonly phase: ArrayLike<number>;
}

export interface InformedOptions {
  readonly density: SpectralDensity;
  /** What F is multiplied by. */
  readonly gain: number;
  readonly backend: Transforms;
}

/** Largest square that backends transform. */
export const largestSide = 1024;

/** Side of the square that {@link probeInformed} works on, pixels. */
export function litSide({ object, fisher }: Scene): number {
  return litSquare(object, fisher.illumination).side;
}

/** U z on the window. @throws Range when the square is larger than the backend's transforms. */
export function probeInformed(
  z: Field,
  scene: Scene,
  { density, gain, backend }: InformedOptions,
  effort: Effort,
): Answer {
  const { fisher, object, window, mask } = scene;
  const coordinates = coordinatesOf(object);
  const { left, top, side } = litSquare(object, fisher.illumination);
  const fft = backend.fft2(side);
  const field = { height: side, width: side, data: new Float32Array(2 * side * side) };
  const change = { ...object, data: new Float32Array(object.data.length) };
  const pushed = { ...object, data: new Float32Array(object.data.length) };
  const [amplitude, phase] = [density.amplitude, density.phase].map((power) =>
    radial(side, density.frequency, power),
  );
  const roots = { amplitude: amplitude!.map(Math.sqrt), phase: phase!.map(Math.sqrt) };
  const { light, power } = meansIn(scene);
  const damped = {
    amplitude: amplitude!.map((s) => 1 / (1 + 2 * gain * light * s)),
    phase: phase!.map((s) => 1 / (1 + 2 * gain * light * power * s)),
  };

  /** Calls back for every pixel of the square that lies in the object frame. */
  function eachPixel(visit: (at: number, pixel: number) => void): void {
    for (let y = Math.max(0, -top); y < Math.min(side, object.height - top); y++) {
      for (let x = Math.max(0, -left); x < Math.min(side, object.width - left); x++) {
        visit(2 * (y * side + x), (top + y) * object.width + left + x);
      }
    }
  }

  function apply(v: ComplexImage, out: ComplexImage): void {
    field.data.set(v.data);
    filter(field.data, side, roots);
    fft.inverse(field.data);
    eachPixel((at, pixel) => coordinates.change(field.data, at, change.data, pixel));
    fisher.apply(change, pushed);
    field.data.fill(0);
    eachPixel((at, pixel) => coordinates.pull(pushed.data, pixel, field.data, at));
    fft.forward(field.data);
    filter(field.data, side, roots);
    for (let i = 0; i < out.data.length; i++) out.data[i] = v.data[i]! + gain * field.data[i]!;
  }

  const placeOf = (i: number): number => {
    const pixel = placeIn(object, window, i);
    return 2 * ((Math.floor(pixel / object.width) - top) * side + (pixel % object.width) - left);
  };
  const onWindow = (): Field => {
    const out = new Float64Array(z.length);
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] !== 0) out.set([field.data[placeOf(i)]!, field.data[placeOf(i) + 1]!], 2 * i);
    }
    return out;
  };
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 0) field.data.set([z[2 * i]!, z[2 * i + 1]!], placeOf(i));
  }
  fft.forward(field.data);
  const { x, converged } = solve(Float64Array.from(field.data), field, {
    ...effort,
    apply,
    precondition(r, out) {
      out.set(r);
      filter(out, side, damped);
    },
  });
  field.data.set(x);
  fft.inverse(field.data);
  return { x: onWindow(), converged };
}

/** Smallest square of 2ⁿ pixels that holds every lit pixel, about their middle. */
function litSquare(
  { height, width }: ComplexImage,
  light: Float32Array,
): { readonly left: number; readonly top: number; readonly side: number } {
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  light.forEach((value, i) => {
    if (value === 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
  });
  const side = fastLength(Math.max(x1 - x0, y1 - y0));
  return {
    left: x0 - Math.floor((side - (x1 - x0)) / 2),
    top: y0 - Math.floor((side - (y1 - y0)) / 2),
    side,
  };
}

/** Mean illumination and mean |O|² of the compared pixels. */
function meansIn({ fisher, object, window, mask }: Scene): {
  readonly light: number;
  readonly power: number;
} {
  let [light, power, n] = [0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const pixel = placeIn(object, window, i);
    light += fisher.illumination[pixel]!;
    power += object.data[2 * pixel]! ** 2 + object.data[2 * pixel + 1]! ** 2;
    n++;
  }
  return { light: light / n, power: power / n };
}

/** A function of the frequency's radius on the spectrum's grid [side, side], DC at [0, 0]: linear between rings, constant
 * beyond the first and the last. */
function radial(side: number, frequency: readonly number[], value: ArrayLike<number>): Float64Array {
  const step = frequency[0]!;
  return Float64Array.from({ length: side * side }, (_, i) => {
    const [kx, ky] = [signedIndex(i % side, side) / side, signedIndex(Math.floor(i / side), side) / side];
    const ring = Math.min(value.length, Math.max(1, Math.hypot(kx, ky) / step)) - 1;
    const low = Math.floor(ring);
    const high = Math.min(value.length - 1, low + 1);
    return value[low]! + (ring - low) * (value[high]! - value[low]!);
  });
}

/** Multiplies the spectra of real and imaginary part, which the spectrum of a complex field holds as its even and odd part
 * under conjugate reflection, by real and even factors each. In place. */
function filter(
  spectrum: Float32Array | Float64Array,
  side: number,
  { amplitude, phase }: { readonly amplitude: Float64Array; readonly phase: Float64Array },
): void {
  for (let y = 0; y < side; y++) {
    const across = ((side - y) % side) * side;
    for (let x = 0; x < side; x++) {
      const i = y * side + x;
      const j = across + ((side - x) % side);
      if (j < i) continue;
      const [sum, difference] = [(amplitude[i]! + phase[i]!) / 2, (amplitude[i]! - phase[i]!) / 2];
      const [ir, ii] = [spectrum[2 * i]!, spectrum[2 * i + 1]!];
      const [jr, ji] = [spectrum[2 * j]!, spectrum[2 * j + 1]!];
      spectrum[2 * i] = sum * ir + difference * jr;
      spectrum[2 * i + 1] = sum * ii - difference * ji;
      spectrum[2 * j] = sum * jr + difference * ir;
      spectrum[2 * j + 1] = sum * ji - difference * ii;
    }
  }
}

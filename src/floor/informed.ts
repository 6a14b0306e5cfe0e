// The Bayesian bound of an estimate that knows the object's power spectrum S and takes it for a Gaussian field besides:
//   C = (F̃ + S⁻¹)⁻¹ = B U B,  B = √S as a filter,  U = (1 + B F̃ B)⁻¹,  F̃ = Jᵀ F J in amplitude and phase (coordinates.ts)
// van Trees, Detection, Estimation and Modulation Theory I (1968), section 2.4.3. It is also the least mean error of all linear
// estimates over all objects with this spectrum. In uniform light it is the Wiener filter's N S/(N + S); where light is uneven,
// dark places are filled from their neighbours.
// Solved in the spectrum, on a square around all that is lit; the preconditioner takes the illumination for uniform.

import type { ComplexImage } from "../array/ndarray.ts";
import type { Transforms } from "../compute/backend.ts";
import { fastLength, signedIndex } from "../math/fft64.ts";
import { coordinatesOf } from "./coordinates.ts";
import { powerAt, type Density } from "./density.ts";
import { placeIn, signVector, type Effort, type Scene } from "./probing.ts";
import type { Field } from "./rings.ts";
import { solve } from "./solve.ts";

export interface InformedOptions {
  readonly density: { readonly amplitude: Density; readonly phase: Density };
  /** What F is multiplied by. */
  readonly gain: number;
  readonly backend: Transforms;
}

interface Factors {
  readonly amplitude: Float64Array;
  readonly phase: Float64Array;
}

/** Largest square that backends transform. */
export const largestSide = 1024;

/** Side of the square that {@link probeInformed} works on, pixels. */
export function litSide({ object, fisher }: Scene): number {
  return litSquare(object, fisher.illumination).side;
}

/** Fields on the window, for one sign vector z on the whole square. */
export interface InformedAnswer {
  readonly z: Field;
  /** U z. */
  readonly unknown: Field;
  /** B z, B U z, and B U z as if the illumination were uniform: U₀. */
  readonly root: Field;
  readonly rootUnknown: Field;
  readonly rootUniform: Field;
  /** Mean of the diagonal of B U₀ B, known exactly. */
  readonly uniformError: { readonly amplitude: number; readonly phase: number };
  readonly converged: boolean;
}

/** What U makes of the `index`-th sign vector of a seed. @throws Range when the square is larger than the backend's transforms. */
export function probeInformed(
  { seed, index }: { readonly seed: number; readonly index: number },
  scene: Scene,
  { density, gain, backend }: InformedOptions,
  effort: Effort,
): InformedAnswer {
  const { fisher, object, window, mask } = scene;
  const coordinates = coordinatesOf(object);
  const { left, top, side } = litSquare(object, fisher.illumination);
  const fft = backend.fft2(side);
  const field = { height: side, width: side, data: new Float32Array(2 * side * side) };
  const change = { ...object, data: new Float32Array(object.data.length) };
  const pushed = { ...object, data: new Float32Array(object.data.length) };
  const [amplitude, phase] = [radial(side, density.amplitude), radial(side, density.phase)];
  const roots = { amplitude: amplitude.map(Math.sqrt), phase: phase.map(Math.sqrt) };
  const { light, power } = meansIn(scene);
  const damped = {
    amplitude: amplitude.map((s) => 1 / (1 + 2 * gain * light * s)),
    phase: phase.map((s) => 1 / (1 + 2 * gain * light * power * s)),
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
  /** The field of a spectrum, on the window. */
  const onWindow = (spectrum: ArrayLike<number>, factors?: Factors): Field => {
    field.data.set(spectrum);
    if (factors !== undefined) filter(field.data, side, factors);
    fft.inverse(field.data);
    const out = new Float64Array(2 * mask.length);
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] !== 0) out.set([field.data[placeOf(i)]!, field.data[placeOf(i) + 1]!], 2 * i);
    }
    return out;
  };
  field.data.set(signVector(new Uint8Array(side * side).fill(1), seed, index));
  fft.forward(field.data);
  const z = field.data.slice();
  const { x, converged } = solve(Float64Array.from(z), field, {
    ...effort,
    apply,
    precondition(r, out) {
      out.set(r);
      filter(out, side, damped);
    },
  });
  const uniform = {
    amplitude: roots.amplitude.map((root, i) => root * damped.amplitude[i]!),
    phase: roots.phase.map((root, i) => root * damped.phase[i]!),
  };
  const meanOf = (part: "amplitude" | "phase"): number =>
    uniform[part].reduce((sum, value, i) => sum + value * roots[part][i]!, 0) / side ** 2;
  return {
    z: onWindow(z),
    unknown: onWindow(x),
    root: onWindow(z, roots),
    rootUnknown: onWindow(x, roots),
    rootUniform: onWindow(z, uniform),
    uniformError: { amplitude: meanOf("amplitude"), phase: meanOf("phase") },
    converged,
  };
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

/** A density on the spectrum's grid [side, side], DC at [0, 0]. */
function radial(side: number, density: Density): Float64Array {
  return Float64Array.from({ length: side * side }, (_, i) =>
    powerAt(density, Math.hypot(signedIndex(i % side, side), signedIndex(Math.floor(i / side), side)) / side),
  );
}

/** Multiplies the spectra of real and imaginary part, which the spectrum of a complex field holds as its even and odd part
 * under conjugate reflection, by real and even factors each. In place. */
function filter(spectrum: Float32Array | Float64Array, side: number, { amplitude, phase }: Factors): void {
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

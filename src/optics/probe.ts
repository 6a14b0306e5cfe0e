// Probe models, in the sample plane, centred at index (N/2, N/2), with Σ|P|² = 1.
//   defocused-airy  P = F⁻¹[ A(k) e^{iπ R k²/k₀} ]: a soft-edged aperture of radius k₀, as a lens or zone plate gives;
//                   a ray at k lands at R·k/k₀, so the geometric spot has radius R. R = 0 is the focus (Airy).
//   gaussian        |P|² of the given fwhm, with the phase c·(r/fwhm)².
// Goodman, Introduction to Fourier Optics, 3rd ed. (2005), sections 5.2 and 6.4.

import type { Probe } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { fft2Float64, signedIndex } from "../math/fft64.ts";

/** What a probe is made from. Lengths in object pixels, spatial frequencies in cycles per pixel. */
export type ProbeSpec =
  | {
      readonly kind: "defocused-airy";
      /** Radius of the aperture in the detector plane, up to 0.5. */
      readonly apertureCyclesPerPx: number;
      /** Radius of the geometric spot. */
      readonly defocusRadiusPx: number;
    }
  | {
      readonly kind: "gaussian";
      readonly fwhmPx: number;
      /** Phase at a radius of one fwhm. */ readonly curvatureRad: number;
    };

/** The aperture falls from 1 to 0 over this fraction of its radius, half inside and half outside: it keeps the
 * rings of the spot, and with them its second moment, bounded. */
const softEdge = 0.2;

/** A probe of one mode, N = `sizePx`. @throws Range when it does not fit the window or a number is out of range. */
export function buildProbe(spec: ProbeSpec, sizePx: number): Probe {
  if (!(Number.isInteger(sizePx) && sizePx >= 2 && sizePx % 2 === 0)) {
    throw outOfRange("sizePx", "an even number of pixels", sizePx);
  }
  const field = spec.kind === "gaussian" ? gaussian(spec, sizePx) : defocusedAiry(spec, sizePx);
  let power = 0;
  for (const value of field) power += value * value;
  const scale = 1 / Math.sqrt(power);
  return { modes: 1, size: sizePx, data: Float32Array.from(field, (value) => value * scale) };
}

/** Σ over modes and pixels of |P|². */
export function probePower({ data }: Pick<Probe, "data">): number {
  let power = 0;
  for (let i = 0; i < data.length; i++) power += data[i]! * data[i]!;
  return power;
}

/** The probe with its amplitude multiplied by `factor`. */
export function scaleProbe(probe: Probe, factor: number): Probe {
  return { ...probe, data: probe.data.map((value) => value * factor) };
}

function defocusedAiry(
  { apertureCyclesPerPx: k0, defocusRadiusPx: radius }: ProbeSpec & { kind: "defocused-airy" },
  size: number,
): Float64Array {
  if (!(k0 > 0 && k0 <= 0.5)) throw outOfRange("apertureCyclesPerPx", "a number in (0, 0.5]", k0);
  if (!(radius >= 0 && radius < size / 2)) {
    throw outOfRange(
      "defocusRadiusPx",
      `a number from 0 to below N/2 = ${size / 2}, or the spot wraps around`,
      radius,
    );
  }
  const field = new Float64Array(2 * size * size);
  for (let v = 0; v < size; v++) {
    for (let u = 0; u < size; u++) {
      const k = Math.hypot(signedIndex(u, size), signedIndex(v, size)) / size;
      const depth = Math.min(1, Math.max(0, 0.5 + (k0 - k) / (softEdge * k0)));
      const aperture = depth * depth * (3 - 2 * depth);
      // The factor (−1)^{u+v} moves the spot from index 0 to N/2.
      const sign = (u + v) % 2 === 0 ? aperture : -aperture;
      const phase = (Math.PI * radius * k * k) / k0;
      field[2 * (v * size + u)] = sign * Math.cos(phase);
      field[2 * (v * size + u) + 1] = sign * Math.sin(phase);
    }
  }
  fft2Float64(field, size, size, { inverse: true });
  return field;
}

function gaussian({ fwhmPx, curvatureRad }: ProbeSpec & { kind: "gaussian" }, size: number): Float64Array {
  if (!(fwhmPx > 0 && fwhmPx <= size / 2)) {
    throw outOfRange("fwhmPx", `a number above 0 up to N/2 = ${size / 2}, or the window cuts it`, fwhmPx);
  }
  if (!Number.isFinite(curvatureRad)) throw outOfRange("curvatureRad", "a finite number", curvatureRad);
  const field = new Float64Array(2 * size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const r2 = ((x - size / 2) ** 2 + (y - size / 2) ** 2) / fwhmPx ** 2;
      const amplitude = Math.exp(-2 * Math.LN2 * r2);
      field[2 * (y * size + x)] = amplitude * Math.cos(curvatureRad * r2);
      field[2 * (y * size + x) + 1] = amplitude * Math.sin(curvatureRad * r2);
    }
  }
  return field;
}

function outOfRange(key: string, expected: string, got: number): DoselapError {
  return new DoselapError("Range", "the probe cannot be built", { key, expected, got: String(got) });
}

// Phantoms: complex objects O = a·e^{iφ} with a in [amplitudeMin, 1] and φ in [0, phaseRangeRad]. Amplitude and phase
// are two independent layers of one kind, so that neither can be read off the other.

import type { ComplexImage, RealImage } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { cellsLayer } from "./cells.ts";
import { circuitLayer } from "./circuit.ts";
import { siemensStarLayer } from "./siemens-star.ts";
import { smoothPhaseLayer } from "./smooth-phase.ts";

/** Draws one real layer in [0, 1]: 0 for the amplitude, 1 for the phase. */
type PhantomLayer = (height: number, width: number, seed: number, layer: 0 | 1) => RealImage;

export const phantoms = {
  "siemens-star": siemensStarLayer,
  cells: cellsLayer,
  circuit: circuitLayer,
  "smooth-phase": smoothPhaseLayer,
} as const satisfies Record<string, PhantomLayer>;

export type PhantomName = keyof typeof phantoms;
export const phantomNames = Object.keys(phantoms);

export function isPhantomName(name: string): name is PhantomName {
  return Object.hasOwn(phantoms, name);
}

export interface PhantomSpec {
  readonly phantom: PhantomName;
  readonly heightPx: number;
  readonly widthPx: number;
  /** Amplitude transmission lies in [amplitudeMin, 1]. */
  readonly amplitudeMin: number;
  /** Phase lies in [0, phaseRangeRad]. */
  readonly phaseRangeRad: number;
  readonly seed: number;
}

/** Builds a phantom, complex64 [height, width]. Same spec, same bytes. @throws Range for a number out of range. */
export function buildPhantom(spec: PhantomSpec): ComplexImage {
  const { phantom, heightPx, widthPx, amplitudeMin, phaseRangeRad, seed } = spec;
  check("heightPx", "a whole number of at least 8", heightPx, Number.isInteger(heightPx) && heightPx >= 8);
  check("widthPx", "a whole number of at least 8", widthPx, Number.isInteger(widthPx) && widthPx >= 8);
  check("amplitudeMin", "a number in [0, 1]", amplitudeMin, amplitudeMin >= 0 && amplitudeMin <= 1);
  // A full turn would make the phase's two ends the same.
  check(
    "phaseRangeRad",
    "a number in [0, 2π)",
    phaseRangeRad,
    phaseRangeRad >= 0 && phaseRangeRad < 2 * Math.PI,
  );
  const absorption = phantoms[phantom](heightPx, widthPx, seed, 0).data;
  const thickness = phantoms[phantom](heightPx, widthPx, seed, 1).data;
  const data = new Float32Array(2 * heightPx * widthPx);
  for (let i = 0; i < absorption.length; i++) {
    const amplitude = 1 - (1 - amplitudeMin) * absorption[i]!;
    const phase = phaseRangeRad * thickness[i]!;
    data[2 * i] = amplitude * Math.cos(phase);
    data[2 * i + 1] = amplitude * Math.sin(phase);
  }
  return { height: heightPx, width: widthPx, data };
}

function check(key: string, expected: string, got: number, ok: boolean): void {
  if (!ok)
    throw new DoselapError("Range", "the phantom cannot be built", { key, expected, got: String(got) });
}

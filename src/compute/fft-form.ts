// What every transform makes of its options: scales of the three directions, the place of DC, and the refusals.

import { DoselapError } from "../errors.ts";
import type { Fft2Options } from "./backend.ts";

/** Factors on the plain sums, and the row and column of DC. */
export interface FftForm {
  readonly forward: number;
  readonly inverse: number;
  readonly adjoint: number;
  readonly center: number;
}

/** @throws Usage for an option that there is not. */
export function fftForm(
  size: number,
  { normalization = "unitary", order = "fft", ...others }: Fft2Options = {},
): FftForm {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refused(unknown, "normalization or order", unknown);
  if (!["fft", "centred"].includes(order)) throw refused("order", "fft or centred", order);
  const center = order === "centred" ? Math.floor(size / 2) : 0;
  switch (normalization) {
    case "unitary":
      return { forward: 1 / size, inverse: 1 / size, adjoint: 1 / size, center };
    case "backward":
      return { forward: 1, inverse: 1 / size ** 2, adjoint: 1, center };
  }
  normalization satisfies never;
  throw refused("normalization", "unitary or backward", normalization);
}

function refused(key: string, expected: string, got: unknown): DoselapError {
  return new DoselapError("Usage", "a transform does not take this option", {
    key,
    expected,
    got: String(got),
  });
}

/** @throws Shape unless N×N complex numbers begin at `offset`. */
export function checkField(field: Float32Array, offset: number, size: number): void {
  const end = offset + 2 * size * size;
  if (Number.isInteger(offset) && offset >= 0 && end <= field.length) return;
  throw new DoselapError("Shape", `a ${size}×${size} field does not fit at offset ${offset}`, {
    expected: `complex64: an offset of 0 or more, and ${2 * size * size} numbers from there`,
    got: `${field.length} numbers`,
  });
}

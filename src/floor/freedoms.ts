// What the metrics' gauge takes out of an error before it is scored, to first order: of the phase an offset, a ramp and a
// shift; of the amplitude a scale and a shift. The best that a gauge can do is to project the error off these directions,
// so an error floor is one of what is left. Directions are made orthonormal by modified Gram–Schmidt, twice.

import type { ComplexImage } from "../array/ndarray.ts";
import type { PixelMask } from "../metrics/mask.ts";
import type { Field } from "./rings.ts";

export interface Freedoms {
  /** Orthonormal over the mask, each complex128 [h, w] with imaginary part 0. */
  readonly amplitude: readonly Field[];
  readonly phase: readonly Field[];
}

/** Freedoms of the gauge at an object, complex64 [h, w]. @param mask uint8 [h, w], non-zero = compared. */
export function gaugeFreedoms(object: ComplexImage, mask: PixelMask): Freedoms {
  const { height, width, data } = object;
  const amplitude = Float64Array.from(mask, (_, i) => Math.hypot(data[2 * i]!, data[2 * i + 1]!));
  const make = (value: (i: number) => number): Field => {
    const field = new Float64Array(2 * mask.length);
    for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) field[2 * i] = value(i);
    return field;
  };
  /** arg O(r + dr) O*(r − dr) and |O(r + dr)| − |O(r − dr)|, at the rim one-sided: the slopes that a shift adds. */
  const ends = (i: number, step: number): [number, number] => {
    const at = step === 1 ? i % width : Math.floor(i / width);
    const length = step === 1 ? width : height;
    return [at > 0 ? i - step : i, at < length - 1 ? i + step : i];
  };
  const phaseSlope = (step: number) =>
    make((i) => {
      const [from, to] = ends(i, step);
      const [ar, ai] = [data[2 * from]!, data[2 * from + 1]!];
      const [br, bi] = [data[2 * to]!, data[2 * to + 1]!];
      return Math.atan2(bi * ar - br * ai, br * ar + bi * ai) * (step / (to - from));
    });
  const amplitudeSlope = (step: number) =>
    make((i) => {
      const [from, to] = ends(i, step);
      return (amplitude[to]! - amplitude[from]!) * (step / (to - from));
    });
  return {
    phase: orthonormal([
      make(() => 1),
      make((i) => i % width),
      make((i) => Math.floor(i / width)),
      phaseSlope(1),
      phaseSlope(width),
    ]),
    amplitude: orthonormal([make((i) => amplitude[i]!), amplitudeSlope(1), amplitudeSlope(width)]),
  };
}

/** Takes the parts along orthonormal modes out of a field, in place. */
export function removeModes(field: Field, modes: readonly Field[]): void {
  for (const mode of modes) {
    let along = 0;
    for (let i = 0; i < field.length; i++) along += mode[i]! * field[i]!;
    for (let i = 0; i < field.length; i++) field[i] = field[i]! - along * mode[i]!;
  }
}

/** Directions that the ones before them span already (a flat object has no slope) are left out. */
function orthonormal(fields: readonly Field[]): Field[] {
  const modes: Field[] = [];
  for (const field of fields) {
    const before = norm(field);
    removeModes(field, modes);
    removeModes(field, modes);
    const after = norm(field);
    if (!(after > 1e-6 * before)) continue;
    modes.push(field.map((value) => value / after));
  }
  return modes;
}

function norm(field: Field): number {
  return Math.sqrt(field.reduce((sum, value) => sum + value * value, 0));
}

// The probe's centre of mass at the centre of its window. In the far field P(r + s) beside O(r + s) gives the same frames, for
// any whole s: nothing but a phase moves. Nothing wraps around [ENGINE-056]: what a probe brings in is dark, so that no frame
// looks at what an object brings in. Exact when the light fits into the moved window.
// In the near field the image moves with the wave, and there is no such freedom.

import type { ScanShape, ScanViews } from "../../compute/scan-memory.ts";

type Fields = Pick<ScanViews, "probe" | "object">;
type Sides = Pick<ScanShape, "size" | "objectHeight" | "objectWidth">;

/** Whole pixels. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** Moves probe, complex64 [K, N, N], and object, complex64 [H, W], in place; says how far when they were off. */
export function centreFields(fields: Fields, sides: Sides): Shift | undefined {
  const shift = offCentre(fields.probe, sides.size);
  if (shift.x === 0 && shift.y === 0) return undefined;
  moveFields(fields, sides, shift);
  return shift;
}

/** The same for a probe alone. */
export function centreModes(probe: Float32Array, size: number): void {
  moveModes(probe, size, offCentre(probe, size));
}

export function moveFields(
  { probe, object }: Fields,
  { size, objectHeight, objectWidth }: Sides,
  shift: Shift,
): void {
  moveModes(probe, size, shift);
  moveImage(object, objectHeight, objectWidth, shift, "edge");
}

function moveModes(probe: Float32Array, size: number, shift: Shift): void {
  const numbers = 2 * size ** 2;
  for (let m = 0; m < probe.length; m += numbers) {
    moveImage(probe.subarray(m, m + numbers), size, size, shift, "dark");
  }
}

/** Whole pixels by which the probe's centre of mass lies off the window's centre. */
export function offCentre(probe: Float32Array, size: number): Shift {
  let [power, x, y] = [0, 0, 0];
  for (let i = 0; i < probe.length; i += 2) {
    const pixel = (i / 2) % (size * size);
    const p = probe[i]! ** 2 + probe[i + 1]! ** 2;
    power += p;
    x += p * ((pixel % size) - size / 2);
    y += p * (Math.floor(pixel / size) - size / 2);
  }
  return { x: Math.round(x / power) || 0, y: Math.round(y / power) || 0 };
}

/** out(r) = in(r + shift), in place; what comes in from outside is 0, or the nearest pixel. */
export function moveImage(
  image: Float32Array,
  height: number,
  width: number,
  shift: Shift,
  outside: "dark" | "edge",
): void {
  const source = image.slice();
  const near = (at: number, side: number) => Math.min(side - 1, Math.max(0, at));
  for (let y = 0; y < height; y++) {
    const row = near(y + shift.y, height);
    for (let x = 0; x < width; x++) {
      const column = near(x + shift.x, width);
      const isDark = outside === "dark" && (row !== y + shift.y || column !== x + shift.x);
      const [to, from] = [2 * (y * width + x), 2 * (row * width + column)];
      image[to] = isDark ? 0 : source[from]!;
      image[to + 1] = isDark ? 0 : source[from + 1]!;
    }
  }
}

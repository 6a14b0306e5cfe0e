// Sub-pixel registration by the peak of the cross-correlation, refined with an upsampled DFT around it.
// Guizar-Sicairos, Thurman & Fienup 2008, doi:10.1364/OL.33.000156
//   c(s) = Σ_k A(k) B*(k) e^{2πi k·s/N};  a(x) = b(x − s) peaks at s.
// Three refinements of 21×21 points each, to 0.1, 0.01 and 0.001 px. Fields are complex128, interleaved.

import { createFft64, fft2Float64, signedIndex } from "../math/fft64.ts";

/** Displacement in pixels, x = columns, y = rows. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** Last step of the search, pixels. */
export const registrationStepPx = 0.001;

/** Shifts that are looked at, both ends included, pixels. */
export interface ShiftWindow {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface Registration {
  /** The peak inside the window. */
  readonly shift: Shift;
  /** The peak of all shifts, whole pixels, when it stands out from the one inside: another place fits better by far. */
  readonly elsewhere: Shift | undefined;
}

/** A peak outside of the window counts when it is this much higher than the one inside, and this high a share of what two equal
 * images have: noise and repeating structure have peaks of their own anywhere. */
const standsOut = { over: 1.25, share: 0.4 };

/** How far `a` lies from `b`: a(x) ≈ b(x − shift). Complex128 [h, w] each, mean-free and windowed by the caller.
 * Both fields are overwritten. Fields without power give no shift. */
export function registrationShift(
  a: Float64Array,
  b: Float64Array,
  {
    height,
    width,
    within,
  }: { readonly height: number; readonly width: number; readonly within?: ShiftWindow },
): Registration {
  const whole = Math.sqrt(power(a) * power(b));
  fft2Float64(a, height, width);
  fft2Float64(b, height, width);
  // The cross spectrum A·B* goes to `a`; `b` becomes the correlation.
  for (let i = 0; i < a.length; i += 2) {
    const re = a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
    const im = a[i + 1]! * b[i]! - a[i]! * b[i + 1]!;
    a[i] = b[i] = re;
    a[i + 1] = b[i + 1] = im;
  }
  fft2Float64(b, height, width, { inverse: true });
  const all = highestPeak(b, { height, width });
  const inside = within === undefined ? all : highestPeak(b, { height, width, within });
  if (inside.height === 0) return { shift: { x: 0, y: 0 }, elsewhere: undefined };
  let { shift } = inside;
  for (const perPixel of [10, 100, 1000]) shift = refine(a, height, width, shift, perPixel);
  const isElsewhere = all.height > standsOut.over * inside.height && all.height > standsOut.share * whole;
  return { shift, elsewhere: isElsewhere ? all.shift : undefined };
}

/** Where |c(s)| is highest among the whole-pixel shifts of a window, and how high. */
function highestPeak(
  correlation: Float64Array,
  {
    height,
    width,
    within,
  }: { readonly height: number; readonly width: number; readonly within?: ShiftWindow },
): { readonly shift: Shift; readonly height: number } {
  let peak = 0;
  let shift: Shift = { x: 0, y: 0 };
  for (let row = 0; row < height; row++) {
    const y = signedIndex(row, height);
    if (within !== undefined && (y < within.y[0] || y > within.y[1])) continue;
    for (let column = 0; column < width; column++) {
      const i = 2 * (row * width + column);
      const squared = correlation[i]! ** 2 + correlation[i + 1]! ** 2;
      if (squared <= peak) continue;
      const x = signedIndex(column, width);
      if (within !== undefined && (x < within.x[0] || x > within.x[1])) continue;
      peak = squared;
      shift = { x, y };
    }
  }
  return { shift, height: Math.sqrt(peak) };
}

function power(field: Float64Array): number {
  let sum = 0;
  for (const value of field) sum += value * value;
  return sum;
}

/** Highest |c(s)| on the grid of step 1/perPixel within 10 steps of the start. */
function refine(
  cross: Float64Array,
  height: number,
  width: number,
  { x, y }: Shift,
  perPixel: number,
): Shift {
  const points = 21;
  // Grid points are integers over perPixel, so that a shift of zero stays exactly zero.
  const gridX = Array.from({ length: points }, (_, i) => (Math.round(x * perPixel) + i - 10) / perPixel);
  const gridY = Array.from({ length: points }, (_, i) => (Math.round(y * perPixel) + i - 10) / perPixel);
  const kernelX = phasors(gridX, width);
  const kernelY = phasors(gridY, height);
  const sums = new Float64Array(2 * points * points);
  for (let row = 0; row < height; row++) {
    for (let p = 0; p < points; p++) {
      let re = 0;
      let im = 0;
      for (let column = 0; column < width; column++) {
        const i = 2 * (row * width + column);
        const k = 2 * (p * width + column);
        re += cross[i]! * kernelX[k]! - cross[i + 1]! * kernelX[k + 1]!;
        im += cross[i]! * kernelX[k + 1]! + cross[i + 1]! * kernelX[k]!;
      }
      for (let q = 0; q < points; q++) {
        const k = 2 * (q * height + row);
        const o = 2 * (q * points + p);
        sums[o] = sums[o]! + re * kernelY[k]! - im * kernelY[k + 1]!;
        sums[o + 1] = sums[o + 1]! + re * kernelY[k + 1]! + im * kernelY[k]!;
      }
    }
  }
  let peak = -1;
  let best: Shift = { x, y };
  for (let q = 0; q < points; q++) {
    for (let p = 0; p < points; p++) {
      const o = 2 * (q * points + p);
      const power = sums[o]! ** 2 + sums[o + 1]! ** 2;
      if (power <= peak) continue;
      peak = power;
      best = { x: gridX[p]!, y: gridY[q]! };
    }
  }
  return best;
}

/** e^{2πi k s/n} for each shift s and frequency k, [shift, k]. */
function phasors(shifts: readonly number[], n: number): Float64Array {
  const out = new Float64Array(2 * shifts.length * n);
  shifts.forEach((s, p) => {
    for (let k = 0; k < n; k++) {
      const angle = (2 * Math.PI * signedIndex(k, n) * s) / n;
      out[2 * (p * n + k)] = Math.cos(angle);
      out[2 * (p * n + k) + 1] = Math.sin(angle);
    }
  });
  return out;
}

/** Moves a complex128 field by a sub-pixel shift, in place: out(x) = in(x − shift), by Fourier multiplier along rows and
 * columns. Each is continued by its mirror image (a b c | c b a), so that a field that is not periodic does not ring
 * from a jump at its border; the |shift| px that enter the frame are mirrored ones. */
export function fourierShift(field: Float64Array, height: number, width: number, { x, y }: Shift): void {
  if (x !== 0) {
    const move = mirroredShift(width, x);
    for (let row = 0; row < height; row++) move(field, row * width, 1);
  }
  if (y !== 0) {
    const move = mirroredShift(height, y);
    for (let column = 0; column < width; column++) move(field, column, width);
  }
}

/** Shifts n complex numbers of a field, from pixel `first` on, `stride` pixels apart. */
function mirroredShift(
  n: number,
  shift: number,
): (field: Float64Array, first: number, stride: number) => void {
  const fft = createFft64(2 * n);
  const multiplier = phasors([-shift], 2 * n);
  const line = new Float64Array(4 * n);
  return (field, first, stride) => {
    for (let k = 0; k < n; k++) {
      const i = 2 * (first + k * stride);
      const mirrored = 2 * (2 * n - 1 - k);
      line[2 * k] = line[mirrored] = field[i]!;
      line[2 * k + 1] = line[mirrored + 1] = field[i + 1]!;
    }
    fft.forward(line);
    for (let i = 0; i < 4 * n; i += 2) {
      const re = line[i]! * multiplier[i]! - line[i + 1]! * multiplier[i + 1]!;
      line[i + 1] = line[i]! * multiplier[i + 1]! + line[i + 1]! * multiplier[i]!;
      line[i] = re;
    }
    fft.inverse(line);
    for (let k = 0; k < n; k++) {
      const i = 2 * (first + k * stride);
      field[i] = line[2 * k]!;
      field[i + 1] = line[2 * k + 1]!;
    }
  };
}

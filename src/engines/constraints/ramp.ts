// The phase that object and probe hand to and fro: P e^{iφ}, φ = c + k·r, beside O e^{−iφ} gives the same frames, whatever
// they were. It is given to the object until the probe is nearest to its start [ENGINE-035].
//   φ = (Σ|w| v vᵀ)⁻¹ Σ Im(w) v,  w = Σ_m P_start,m* P_m,  v = (1, x, y)
// maximises a parabola below Re Σ w e^{−iφ}, so no call leads away from the start (Hunter & Lange 2004,
// doi:10.1198/0003130042836).

/** Turns probe, complex64 [K, N, N], and object, complex64 [H, W], in place, by opposite angles. */
export function levelProbe(
  { probe, object }: { readonly probe: Float32Array; readonly object: Float32Array },
  start: Float32Array,
  { size, objectHeight, objectWidth }: { size: number; objectHeight: number; objectWidth: number },
): void {
  const pixels = size * size;
  const centre = (size - 1) / 2;
  // Σ|w| v vᵀ and Σ Im(w) v; coordinates in windows.
  let [s1, sx, sy, sxx, sxy, syy, b1, bx, by] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < pixels; i++) {
    let [re, im] = [0, 0];
    for (let p = 2 * i; p < probe.length; p += 2 * pixels) {
      re += start[p]! * probe[p]! + start[p + 1]! * probe[p + 1]!;
      im += start[p]! * probe[p + 1]! - start[p + 1]! * probe[p]!;
    }
    const w = Math.hypot(re, im);
    const x = ((i % size) - centre) / size;
    const y = (Math.floor(i / size) - centre) / size;
    s1 += w;
    sx += w * x;
    sy += w * y;
    sxx += w * x * x;
    sxy += w * x * y;
    syy += w * y * y;
    b1 += im;
    bx += im * x;
    by += im * y;
  }
  // About the centre of mass the constant stands apart.
  const [mx, my] = [sx / s1, sy / s1];
  const [vxx, vxy, vyy] = [sxx - mx * sx, sxy - mx * sy, syy - my * sy];
  const [ux, uy] = [bx - mx * b1, by - my * b1];
  const det = vxx * vyy - vxy * vxy;
  // Light on a point or a line has no ramp of its own.
  if (!(det > 1e-9 * s1 * s1)) return;
  const kx = (ux * vyy - uy * vxy) / det;
  const ky = (uy * vxx - ux * vxy) / det;
  const c = b1 / s1 - kx * mx - ky * my;
  const [rampX, rampY] = [kx / size, ky / size];
  turnModes(probe, size, { constant: -c, x: -rampX, y: -rampY });
  turn(object, objectHeight, objectWidth, { constant: c, x: rampX, y: rampY });
}

interface Angle {
  readonly constant: number;
  /** Radians per pixel. */
  readonly x: number;
  readonly y: number;
}

/** `turn` for every mode of a probe, complex64 [K, N, N]. */
export function turnModes(probe: Float32Array, size: number, angle: Angle): void {
  const each = 2 * size * size;
  for (let first = 0; first < probe.length; first += each) {
    turn(probe.subarray(first, first + each), size, size, angle);
  }
}

/** image, complex64 [H, W] ← image·e^{i(constant + x·column + y·row)}, columns and rows counted from the image's centre. */
export function turn(image: Float32Array, height: number, width: number, angle: Angle): void {
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const cos = Float64Array.from({ length: width }, (_, x) => Math.cos(angle.x * (x - cx)));
  const sin = Float64Array.from({ length: width }, (_, x) => Math.sin(angle.x * (x - cx)));
  for (let y = 0, i = 0; y < height; y++) {
    const row = angle.constant + angle.y * (y - cy);
    const [rowCos, rowSin] = [Math.cos(row), Math.sin(row)];
    for (let x = 0; x < width; x++, i += 2) {
      const re = rowCos * cos[x]! - rowSin * sin[x]!;
      const im = rowCos * sin[x]! + rowSin * cos[x]!;
      const [a, b] = [image[i]!, image[i + 1]!];
      image[i] = a * re - b * im;
      image[i + 1] = a * im + b * re;
    }
  }
}

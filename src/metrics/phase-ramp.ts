// The linear phase ramp in a complex product p = recon·truth*: r maximises |Σ p e^{−i r·x}|, which is the least-squares
// fit of truth·s·e^{i(φ + r·x)} to the reconstruction over all s, φ and r. No phase is unwrapped: the start is the peak
// of the Fourier transform of p on a half-bin grid, the refinement Newton's method on log|Σ|².

import { fastLength, fft2Float64, signedIndex } from "../math/fft64.ts";

/** Radians per pixel along columns (x) and rows (y). */
export interface Ramp {
  readonly x: number;
  readonly y: number;
}

/** The ramp of a complex128 [h, w] field; zero outside the mask. The field is left as it is. No power gives no ramp.
 * `nearZero`: the ramp is known to be small, a fraction of a bin: only the refinement runs. */
export function estimateRamp(
  product: Float64Array,
  height: number,
  width: number,
  { nearZero = false }: { readonly nearZero?: boolean } = {},
): Ramp {
  let best = nearZero ? fit(product, height, width, { x: 0, y: 0 }) : coarse(product, height, width);
  if (best.power === 0) return { x: 0, y: 0 };
  // Newton doubles the digits each time: from half a bin, eight rounds reach the rounding floor.
  for (let round = 0; round < 8; round++) {
    let { x, y } = newtonStep(best);
    let improved = false;
    for (let halving = 0; halving < 12 && !improved; halving++) {
      const ramp = { x: best.ramp.x + x, y: best.ramp.y + y };
      const tried = fit(product, height, width, ramp);
      improved = tried.power > best.power;
      if (improved) best = tried;
      x /= 2;
      y /= 2;
    }
    if (!improved) break;
  }
  return { x: wrapAngle(best.ramp.x), y: wrapAngle(best.ramp.y) };
}

/** The same angle in [−π, π]: on pixels, ramps that differ by 2π are one. */
export function wrapAngle(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

/** Fourier peak, padded to a fast length, then the best of it and its neighbours half a bin away. */
function coarse(product: Float64Array, height: number, width: number): Fit {
  const rows = fastLength(height);
  const columns = fastLength(width);
  const spectrum = new Float64Array(2 * rows * columns);
  for (let y = 0; y < height; y++) {
    spectrum.set(product.subarray(2 * y * width, 2 * (y + 1) * width), 2 * y * columns);
  }
  fft2Float64(spectrum, rows, columns);
  let peak = 0;
  let at = 0;
  for (let i = 0; i < spectrum.length; i += 2) {
    const power = spectrum[i]! ** 2 + spectrum[i + 1]! ** 2;
    if (power > peak) {
      peak = power;
      at = i / 2;
    }
  }
  const binX = (2 * Math.PI) / columns;
  const binY = (2 * Math.PI) / rows;
  const x = binX * signedIndex(at % columns, columns);
  const y = binY * signedIndex(Math.floor(at / columns), rows);
  let best = fit(product, height, width, { x, y });
  for (const dy of [-0.5, 0, 0.5]) {
    for (const dx of [-0.5, 0, 0.5]) {
      const tried = fit(product, height, width, { x: x + dx * binX, y: y + dy * binY });
      if (tried.power > best.power) best = tried;
    }
  }
  return best;
}

interface Fit {
  readonly ramp: Ramp;
  /** |S|², S = Σ q with q = p e^{−i r·x}. */
  readonly power: number;
  /** Gradient and Hessian of log|S|² in r. */
  readonly gradient: readonly [number, number];
  readonly hessian: readonly [number, number, number];
}

/** Coordinates are counted from the centre, which keeps the Hessian well conditioned and does not change |S|. */
function fit(p: Float64Array, height: number, width: number, ramp: Ramp): Fit {
  const cx = (width - 1) / 2;
  const cy = (height - 1) / 2;
  const sums = new Float64Array(12);
  const row = new Float64Array(6);
  const cosine = new Float64Array(width);
  const sine = new Float64Array(width);
  for (let x = 0; x < width; x++) {
    cosine[x] = Math.cos(ramp.x * (x - cx));
    sine[x] = -Math.sin(ramp.x * (x - cx));
  }
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let x = 0; x < width; x++) {
      const i = 2 * (y * width + x);
      const re = p[i]! * cosine[x]! - p[i + 1]! * sine[x]!;
      const im = p[i]! * sine[x]! + p[i + 1]! * cosine[x]!;
      const u = x - cx;
      row[0] = row[0]! + re;
      row[1] = row[1]! + im;
      row[2] = row[2]! + u * re;
      row[3] = row[3]! + u * im;
      row[4] = row[4]! + u * u * re;
      row[5] = row[5]! + u * u * im;
    }
    const v = y - cy;
    const c = Math.cos(ramp.y * v);
    const s = -Math.sin(ramp.y * v);
    // Order of sums: 1, u, u², v, v·u, v².
    addTurned(sums, 0, row, 0, c, s, 1);
    addTurned(sums, 2, row, 2, c, s, 1);
    addTurned(sums, 4, row, 4, c, s, 1);
    addTurned(sums, 6, row, 0, c, s, v);
    addTurned(sums, 8, row, 2, c, s, v);
    addTurned(sums, 10, row, 0, c, s, v * v);
  }
  const power = sums[0]! ** 2 + sums[1]! ** 2;
  // Weighted means of u, u², v, uv, v² under q, as complex numbers: m = Σ(·)q / S.
  const [u, uu, v, uv, vv] = [2, 4, 6, 8, 10].map((k) => ({
    re: (sums[k]! * sums[0]! + sums[k + 1]! * sums[1]!) / power,
    im: (sums[k + 1]! * sums[0]! - sums[k]! * sums[1]!) / power,
  })) as [Mean, Mean, Mean, Mean, Mean];
  return {
    ramp,
    power,
    gradient: [2 * u.im, 2 * v.im],
    hessian: [curvature(uu, u, u), curvature(uv, u, v), curvature(vv, v, v)],
  };
}

interface Mean {
  readonly re: number;
  readonly im: number;
}

/** ∂²log|S|²/∂i∂j = −2 Re(m_ij − m_i m_j). */
function curvature(both: Mean, i: Mean, j: Mean): number {
  return -2 * (both.re - (i.re * j.re - i.im * j.im));
}

/** sums[o] += weight·(c + i s)·row[k], complex. */
function addTurned(
  sums: Float64Array,
  o: number,
  row: Float64Array,
  k: number,
  c: number,
  s: number,
  weight: number,
): void {
  sums[o] = sums[o]! + weight * (row[k]! * c - row[k + 1]! * s);
  sums[o + 1] = sums[o + 1]! + weight * (row[k]! * s + row[k + 1]! * c);
}

/** Newton's step where the surface is concave, else none: the half-bin start lies inside the main lobe, which is. */
function newtonStep({ gradient: [gx, gy], hessian: [xx, xy, yy] }: Fit): Ramp {
  const determinant = xx * yy - xy * xy;
  if (!(xx < 0 && yy < 0 && determinant > 0)) return { x: 0, y: 0 };
  return { x: (xy * gy - yy * gx) / determinant, y: (xy * gx - xx * gy) / determinant };
}

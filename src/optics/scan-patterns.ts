// Scan patterns that take any number of positions and spread them over the whole region.
//   fermat     r = c√(n + ½), θ = n·π(3 − √5): Huang et al., Opt. Express 22, 12634 (2014). doi:10.1364/OE.22.012634
//   lissajous  a fly line x ~ sin(a t + π/2), y ~ sin(b t), sampled evenly along its length
//   random     uniform and independent; a larger count only adds positions

import type { Positions } from "../array/scan.ts";
import { createRng } from "../math/random/rng.ts";
import type { ScanRegion } from "./scan-region.ts";

type Pattern = (region: ScanRegion, count: number, seed: number) => Positions;

export const freePatterns = { fermat, lissajous, random } as const satisfies { [kind: string]: Pattern };

/** Length over width from which a strip is a line to a spiral. */
const thinnestStrip = 25;

const goldenAngle = Math.PI * (3 - Math.sqrt(5));

/** The first `count` points of the tightest spiral that still reaches the region's corners. */
function fermat({ x0, y0, x1, y1 }: ScanRegion, count: number): Positions {
  const cx = (x0 + x1) / 2;
  const cy = (y0 + y1) / 2;
  const long = Math.max(x1 - x0, y1 - y0);
  // Nearly all of a spiral would lie outside a strip this thin, and finding the rest takes for ever: a line is what it is.
  if (Math.min(x1 - x0, y1 - y0) * thinnestStrip < long) return line({ x0, y0, x1, y1 }, count);
  const reach = Math.hypot(x1 - x0, y1 - y0) / 2;
  const walk = (c: number): { x: number[]; y: number[] } => {
    const x: number[] = [];
    const y: number[] = [];
    for (let n = 0; x.length < count; n++) {
      const r = c * Math.sqrt(n + 0.5);
      if (r > reach) break;
      const px = cx + r * Math.cos(n * goldenAngle);
      const py = cy + r * Math.sin(n * goldenAngle);
      if (px < x0 || px > x1 || py < y0 || py > y1) continue;
      x.push(px);
      y.push(py);
    }
    return { x, y };
  };
  // One point per πc² where nothing is cut off; narrowed until the region holds enough of them.
  let c = Math.sqrt(((x1 - x0) * (y1 - y0)) / (Math.PI * count)) * 1.05;
  let points = walk(c);
  for (let round = 0; points.x.length < count && round < 400; round++) {
    c *= 0.995;
    points = walk(c);
  }
  // A region without area holds only its centre.
  while (points.x.length < count) {
    points.x.push(cx);
    points.y.push(cy);
  }
  return { x: Float64Array.from(points.x), y: Float64Array.from(points.y) };
}

/** `count` points evenly along the region's longer middle line. */
function line({ x0, y0, x1, y1 }: ScanRegion, count: number): Positions {
  const along = Float64Array.from({ length: count }, (_, n) => (n + 0.5) / count);
  const middle = (a: number, b: number): Float64Array => along.map(() => (a + b) / 2);
  const spread = (a: number, b: number): Float64Array => along.map((share) => a + share * (b - a));
  return x1 - x0 >= y1 - y0
    ? { x: spread(x0, x1), y: middle(y0, y1) }
    : { x: middle(x0, x1), y: spread(y0, y1) };
}

function lissajous({ x0, y0, x1, y1 }: ScanRegion, count: number): Positions {
  const [halfX, halfY] = [(x1 - x0) / 2, (y1 - y0) / 2];
  const [b, a] = lobes(count, halfX, halfY);
  const at = (t: number): [number, number] => [
    (x0 + x1) / 2 + halfX * Math.sin(a * t + Math.PI / 2),
    (y0 + y1) / 2 + halfY * Math.sin(b * t),
  ];
  // One round, cut into pieces much finer than the step.
  const pieces = 64 * count;
  const length = new Float64Array(pieces + 1);
  let [px, py] = at(0);
  for (let i = 1; i <= pieces; i++) {
    const [qx, qy] = at((2 * Math.PI * i) / pieces);
    length[i] = length[i - 1]! + Math.hypot(qx - px, qy - py);
    [px, py] = [qx, qy];
  }
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let j = 0, i = 0; j < count; j++) {
    const wanted = (length[pieces]! * (j + 0.5)) / count;
    while (i < pieces && length[i + 1]! < wanted) i++;
    const piece = length[i + 1]! - length[i]!;
    const along = piece > 0 ? (wanted - length[i]!) / piece : 0;
    [x[j], y[j]] = at((2 * Math.PI * (i + along)) / pieces);
  }
  return { x, y };
}

/** Oscillations along y (even) and x (odd), nearly equal and without a common divisor: the curve closes after one
 * round without running back on itself. Their number makes the lines about as far apart as the points along them. */
function lobes(count: number, halfX: number, halfY: number): [number, number] {
  const aspect = Math.min(8, Math.max(0.125, Math.sqrt(Math.max(halfX, 1e-9) / Math.max(halfY, 1e-9))));
  const per = Math.sqrt(count) / 2.6;
  const b = Math.max(2, 2 * Math.round((per * aspect) / 2));
  let a = Math.max(1, 2 * Math.round((per / aspect - 1) / 2) + 1);
  while (gcd(a, b) !== 1) a += 2;
  return [b, a];
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function random({ x0, y0, x1, y1 }: ScanRegion, count: number, seed: number): Positions {
  const rng = createRng(seed, "scan");
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    rng.seek(0, i);
    x[i] = x0 + (x1 - x0) * rng.uniform();
    y[i] = y0 + (y1 - y0) * rng.uniform();
  }
  return { x, y };
}

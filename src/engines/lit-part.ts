// An engine run on the part of the object that the scan lights: a scan of one half of a study's object needs no memory, no
// prior and no search direction for the other half. What lies outside follows the nearest pixel of the part, as dark
// pixels follow their neighbours under a prior [ENGINE-058].

import type { ComplexImage } from "../array/ndarray.ts";
import { extentOf } from "../array/scan.ts";
import type { PreparedEngine } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { runEngine, type Reconstruction, type RunContext } from "./run.ts";

/** Pixels beside the frames that stay: those that a bilinear patch and a prior look at. */
const rimPx = 2;

interface Span {
  readonly from: number;
  readonly length: number;
}

/** As `runEngine`, on the lit part of the problem's object; object and positions are those of the whole.
 * @throws what the engine throws. */
export async function runOnLitPart(
  engine: PreparedEngine,
  problem: Problem,
  context: RunContext,
): Promise<Reconstruction> {
  const { objectHeight, objectWidth, positions, size, object } = problem;
  const rim = rimPx + driftOf(engine);
  const y = spanOf(positions.y, size / 2 + rim, objectHeight);
  const x = spanOf(positions.x, size / 2 + rim, objectWidth);
  if (y.length === objectHeight && x.length === objectWidth) return runEngine(engine, problem, context);
  const part = {
    ...problem,
    objectHeight: y.length,
    objectWidth: x.length,
    positions: { x: positions.x.map((at) => at - x.from), y: positions.y.map((at) => at - y.from) },
    object: object === undefined ? undefined : taken(object, y, x),
  };
  const found = await runEngine(engine, part, context);
  return {
    ...found,
    object: extended(found.object, { height: objectHeight, width: objectWidth, y, x }),
    positions: {
      x: found.positions.x.map((at) => at + x.from),
      y: found.positions.y.map((at) => at + y.from),
    },
  };
}

/** How far the engine may move a position. */
function driftOf({ links }: PreparedEngine): number {
  const drifts = links.map(({ options: { positionStartEpoch, positionMaxDriftPx } }) =>
    (positionStartEpoch ?? null) === null ? 0 : Math.ceil(positionMaxDriftPx ?? 0),
  );
  return Math.max(0, ...drifts);
}

/** The pixels that positions ± reach need, as many as a fast transform takes; all of them when they do not fit, or when a
 * position lies outside: the run says so. */
function spanOf(positions: Float64Array, reach: number, whole: number): Span {
  const { from: least, to: most } = extentOf(positions);
  const from = Math.max(0, Math.floor(least - reach));
  const to = Math.min(whole, Math.ceil(most + reach));
  let length = to - from;
  if (!(length > 0) || least < 0 || most > whole) return { from: 0, length: whole };
  while (length < whole && !isSmooth(length)) length++;
  return { from: Math.min(from, whole - length), length };
}

/** Whether 2, 3 and 5 are its only factors: what math/mixed-radix.ts transforms at once. */
function isSmooth(length: number): boolean {
  let rest = length;
  for (const factor of [2, 3, 5]) while (rest % factor === 0) rest /= factor;
  return rest === 1;
}

function taken({ width, data }: ComplexImage, y: Span, x: Span): ComplexImage {
  const part = new Float32Array(2 * y.length * x.length);
  for (let row = 0; row < y.length; row++) {
    const start = 2 * ((y.from + row) * width + x.from);
    part.set(data.subarray(start, start + 2 * x.length), 2 * row * x.length);
  }
  return { height: y.length, width: x.length, data: part };
}

function extended(
  part: ComplexImage,
  { height, width, y, x }: { height: number; width: number; y: Span; x: Span },
): ComplexImage {
  const data = new Float32Array(2 * height * width);
  for (let row = 0, i = 0; row < height; row++) {
    const line = nearest(row, y) * part.width;
    for (let column = 0; column < width; column++, i++) {
      const from = line + nearest(column, x);
      data[2 * i] = part.data[2 * from]!;
      data[2 * i + 1] = part.data[2 * from + 1]!;
    }
  }
  return { height, width, data };
}

const nearest = (at: number, { from, length }: Span): number => Math.min(length - 1, Math.max(0, at - from));

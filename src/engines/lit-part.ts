// An engine run on the part of the object that the scan lights: a scan of one half of a study's object needs no memory, no
// prior and no search direction for the other half. What lies outside follows the nearest pixel of the part, as dark
// pixels follow their neighbours under a prior [ENGINE-058].

import { cropImage, type Window } from "../array/crop.ts";
import type { ComplexImage } from "../array/ndarray.ts";
import { extentOf, type Positions } from "../array/scan.ts";
import { smoothLength } from "../math/fft64.ts";
import type { PreparedEngine } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { runEngine, type Reconstruction, type RunContext } from "./run.ts";

/** Pixels beside the frames that stay: those that a bilinear patch and a prior look at. */
const rimPx = 2;

/** As `runEngine`, on the lit part of the problem's object; object and positions are those of the whole.
 * @throws what the engine throws. */
export async function runOnLitPart(
  engine: PreparedEngine,
  problem: Problem,
  context: RunContext,
): Promise<Reconstruction> {
  const { objectHeight, objectWidth, positions, object } = problem;
  const window = litWindow(problem, rimPx + driftOf(engine));
  const { x0, y0 } = window;
  const [height, width] = [window.y1 - y0, window.x1 - x0];
  if (height === objectHeight && width === objectWidth) return runEngine(engine, problem, context);
  const part = {
    ...problem,
    objectHeight: height,
    objectWidth: width,
    positions: shifted(positions, -x0, -y0),
    object: object === undefined ? undefined : cropImage(object, window),
  };
  const found = await runEngine(engine, part, context);
  return {
    ...found,
    object: extended(found.object, window, { height: objectHeight, width: objectWidth }),
    positions: shifted(found.positions, x0, y0),
  };
}

/** How far the engine may move a position. */
function driftOf({ links }: PreparedEngine): number {
  const drifts = links.map(({ options: { positionStartEpoch, positionMaxDriftPx } }) =>
    (positionStartEpoch ?? null) === null ? 0 : Math.ceil(positionMaxDriftPx ?? 0),
  );
  return Math.max(0, ...drifts);
}

/** What frames and a rim need; the whole when a position lies outside: the run says so, in the numbers that it was given. */
function litWindow({ positions, size, objectHeight, objectWidth }: Problem, rim: number): Window {
  const half = size / 2;
  const [x, y] = [extentOf(positions.x), extentOf(positions.y)];
  const inside = (along: typeof x, whole: number): boolean => along.from >= half && along.to <= whole - half;
  if (!inside(x, objectWidth) || !inside(y, objectHeight)) {
    return { x0: 0, y0: 0, x1: objectWidth, y1: objectHeight };
  }
  const [x0, x1] = spanOf(x, half + rim, objectWidth);
  const [y0, y1] = spanOf(y, half + rim, objectHeight);
  return { x0, y0, x1, y1 };
}

/** First pixel, and the one after the last, within reach of positions: as many as a fast transform takes, if there are. */
function spanOf(
  along: ReturnType<typeof extentOf>,
  reach: number,
  whole: number,
): readonly [from: number, to: number] {
  const from = Math.max(0, Math.floor(along.from - reach));
  const to = Math.min(whole, Math.ceil(along.to + reach));
  const length = Math.min(whole, smoothLength(to - from));
  const start = Math.min(from, whole - length);
  return [start, start + length];
}

function shifted({ x, y }: Positions, right: number, down: number): Positions {
  return { x: x.map((at) => at + right), y: y.map((at) => at + down) };
}

/** The whole around the window's image. */
function extended(
  part: ComplexImage,
  { x0, y0 }: Window,
  { height, width }: { height: number; width: number },
): ComplexImage {
  const data = new Float32Array(2 * height * width);
  for (let row = 0, i = 0; row < height; row++) {
    const line = clamped(row - y0, part.height) * part.width;
    for (let column = 0; column < width; column++, i++) {
      const from = line + clamped(column - x0, part.width);
      data[2 * i] = part.data[2 * from]!;
      data[2 * i + 1] = part.data[2 * from + 1]!;
    }
  }
  return { height, width, data };
}

const clamped = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));

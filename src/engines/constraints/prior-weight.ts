// A weight for the tv prior from the noise itself. The likelihood's gradient at a pixel that n photons reached fluctuates by √n;
// tv pulls with a constant force, so a weight of some √n stills the noise and leaves edges that stand above it. 0.9 was near the
// best for LSQ-ML at 1e3, 1e4 and 1e5 photons per frame (ENGINE-030).

import { extentOf } from "../../array/scan.ts";
import type { FrameSurvey } from "../counts.ts";
import type { Problem } from "../problem.ts";

const noiseShare = 0.9;

/** 0.9 √(photons per object pixel). */
export function noiseWeight(problem: Problem, survey: FrameSurvey): number {
  return noiseShare * Math.sqrt(photonsPerPixel(problem, survey));
}

/** Photons per object pixel, the object taken as the box of the positions and half a frame at least. */
export function photonsPerPixel(
  { positions, size }: Problem,
  { frameCounts, frameBackground }: Pick<FrameSurvey, "frameCounts" | "frameBackground">,
): number {
  let photons = 0;
  for (const [j, counts] of frameCounts.entries()) photons += Math.max(0, counts - frameBackground[j]!);
  const side = (along: Float64Array): number => {
    const { from, to } = extentOf(along);
    return Math.max(to - from, size / 2);
  };
  return photons / (side(positions.x) * side(positions.y));
}

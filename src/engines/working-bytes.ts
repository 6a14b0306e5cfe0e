// Bytes of the arrays that a run keeps outside of the memory it shares with the kernels: copies of object and probe, the
// prior's arrays, a few numbers per frame. An upper bound, so that a budget is kept.

import type { CommonOptions } from "./options.ts";
import type { Extent } from "./scan-plan.ts";
import { slowGridBytes } from "./slow-grid.ts";

/** Survey, order, statistics that are kept for a moment. */
const bytesPerFrame = 168;
/** Position and intensity of the best epoch. */
const bytesPerBestFrame = 20;

/** @param fields what the engine keeps of its own, in copies of object and probe. */
export function workingBytes(
  extent: Extent,
  { averageLast, heldOutFraction, keepBest, prior, shrink, fixProbe }: CommonOptions,
  fields = 0,
): number {
  const { frames, size, probeModes, objectHeight, objectWidth, heldOut } = extent;
  const object = 8 * objectHeight * objectWidth;
  const probe = 8 * probeModes * size * size;
  const scores = heldOut === undefined ? heldOutFraction > 0 : heldOut.length > 0;
  // The result, the one before it in a chain, and the start probe.
  let copies = 2 + fields;
  if (averageLast > 0) copies += 1;
  // What is scored stands in for the iterate meanwhile; the best attempt waits for the next.
  if (scores) copies += 3 + (keepBest ? 1 : 0);
  // Edges, two iterates of the proximal step, the illumination.
  const ofPrior = prior === "none" ? 0 : 3.5 * object;
  // Four spectra in float64, six images, what the run's fields were: after the prior's arrays have served.
  const ofObject = 14 * object + 4 * probe;
  // Before that: three spectra in float64 of the probe and four images, and three of the object.
  const ofProbe = fixProbe ? 0 : 7 * object + 14 * probe;
  const ofShrinkage = prior === "none" || !shrink ? 0 : Math.max(ofObject, ofProbe);
  const ofFrame = bytesPerFrame + (scores && keepBest ? bytesPerBestFrame : 0);
  // The start is over before the prior's arrays are there.
  const ofStages = Math.max(ofPrior + ofShrinkage, slowGridBytes(extent));
  return copies * (object + probe) + ofStages + ofFrame * frames + 16 * size * size;
}

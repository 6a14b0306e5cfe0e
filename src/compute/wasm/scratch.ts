// Where the scratch of one thread lies: plan, tables, strips, fields. See assembly/state.ts for what each is.

import type { ScanShape } from "../scan-memory.ts";
import { planBytes, type FftPlan } from "./plan.ts";

export interface KernelScratch {
  readonly plan: number;
  readonly places: number;
  readonly strips: number;
  readonly stripBytes: number;
  readonly fields: number;
  readonly patch: number;
  readonly line: number;
  /** Eight float64 for sums. */
  readonly out: number;
  readonly transfer: number;
  /** Ramps of a Fourier shift along x and along y, complex64 [N]. */
  readonly rampX: number;
  readonly rampY: number;
  /** First byte behind. */
  readonly end: number;
}

const alignment = 64;

/** A curve needs two sets of K strips and fields, everything else one. */
const sets = 2;

export function placeScratch(
  plan: FftPlan,
  { modes, nearField, subPixel }: Pick<ScanShape, "modes" | "nearField" | "subPixel">,
  offset: number,
): KernelScratch {
  const { size } = plan;
  const plane = 8 * size * size;
  let end = offset;
  function place(bytes: number): number {
    const at = Math.ceil(end / alignment) * alignment;
    end = at + bytes;
    return at;
  }
  const ramp = subPixel === "fourier" ? 8 * size : 0;
  // Strips of the modes begin in different cache sets.
  const stripBytes = 64 * size + 192;
  // The pitch of strips in a field is that of assembly/state.ts.
  const fieldBytes = (64 * size + 512) * (size / 8);
  const places = {
    plan: place(planBytes(plan)),
    places: place(8 * size),
    strips: place(sets * modes * stripBytes),
    stripBytes,
    fields: place(sets * modes * fieldBytes),
    patch: place(plane),
    // Two lines of a patch, six of a chunk of the detector, the vectors of a frame.
    line: place(2 * (8 * size + 64) + 6 * 1024 + 512),
    out: place(64),
    transfer: place(nearField ? plane : 0),
    rampX: place(ramp),
    rampY: place(ramp),
  };
  return { ...places, end: Math.ceil(end / alignment) * alignment };
}

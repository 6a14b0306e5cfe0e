// Flags that settle how a data file is read, when its content leaves it open. They override what was detected.

import type { ReadOptions } from "../data/read.ts";

export interface ReadFlags {
  readonly layout?: "MHW" | "HWM";
  readonly domain?: "amplitude" | "intensity" | "counts";
  readonly dc?: "center" | "corner";
  readonly positions?: "xy" | "yx";
}

export const readFlags = {
  layout: {
    kind: "enum",
    values: ["MHW", "HWM"],
    optional: true,
    brief: "Axis order of the frames: MHW = frame first, HWM = frame last",
  },
  domain: {
    kind: "enum",
    values: ["amplitude", "intensity", "counts"],
    optional: true,
    brief: "What the frames hold: square roots of counts, intensities, or counts",
  },
  dc: {
    kind: "enum",
    values: ["center", "corner"],
    optional: true,
    brief: "Where zero frequency lies in a frame: index (N/2, N/2) or [0, 0]",
  },
  positions: {
    kind: "enum",
    values: ["xy", "yx"],
    optional: true,
    brief: "Column order of the scan positions",
  },
} as const;

/** The flags as the readers' options; only what was given. */
export function readOptionsOf({ layout, domain, dc, positions }: ReadFlags): ReadOptions {
  return {
    ...(layout === undefined ? {} : { layout }),
    ...(domain === undefined ? {} : { domain }),
    ...(dc === undefined ? {} : { dc }),
    ...(positions === undefined ? {} : { positionOrder: positions }),
  };
}

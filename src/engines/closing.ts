// The end of a run: what the engine found, shrunk where the frames do not tell it from noise. The shrinkage knows nothing of
// constraints and a mean of iterates may break them, so each is met once more, in the order of an epoch [ENGINE-051].

import { limitAmplitude } from "./constraints/amplitude.ts";
import { centreFields } from "./constraints/centre.ts";
import { orthogonalizeModes } from "./constraints/orthogonalize.ts";
import { limitSupport, restoreProbePower } from "./constraints/probe.ts";
import { levelProbe } from "./constraints/ramp.ts";
import { updatesProbe, type CommonOptions } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";
import { shrinkObject } from "./shrink.ts";
import { shrinkProbe } from "./shrink-probe.ts";

export interface Found {
  /** complex64 [H, W]. */
  readonly object: Float32Array;
  /** complex64 [K, N, N]. */
  readonly probe: Float32Array;
  /** The epoch that they are of. */
  readonly epoch: number;
}

export interface Closing {
  readonly startProbe: Float32Array;
  /** The power that the probe had then. */
  readonly power: number;
  /** Whether the phase ramp that frames cannot tell goes to the object. */
  readonly levels: boolean;
}

/** Closes what was found, in place. */
export function closeRun(
  run: ScanRun,
  options: CommonOptions,
  { object, probe, epoch }: Found,
  { startProbe, power, levels }: Closing,
): void {
  const { shape } = run;
  const { fixProbe, probeSupportPx } = options;
  const shrinks = epoch > 0 && options.prior !== "none" && options.shrink;
  const refined = updatesProbe(options, epoch);
  const support = (image: Float32Array) => {
    if (probeSupportPx !== null && refined) limitSupport(image, shape.size, probeSupportPx);
  };
  if (levels && refined) levelProbe({ probe, object }, startProbe, shape);
  support(probe);
  if (shrinks && !fixProbe) shrinkProbe(run, { object, probe }, startProbe, support);
  if (options.centerProbe === true && refined) {
    centreFields({ object, probe }, shape);
    support(probe);
  }
  if (options.constrainProbePower && !fixProbe) restoreProbePower({ object, probe }, power);
  if (shrinks) shrinkObject(run, object, probe);
  if (epoch > 0) limitAmplitude(object, options.amplitudeMin, options.amplitudeMax);
  // Modes that were only given are given back as they are [ENGINE-053].
  if (refined && shape.modes > 1 && options.orthogonalizeModes !== false) {
    orthogonalizeModes(probe, shape.modes);
  }
}

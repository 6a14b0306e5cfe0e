// Lower dose and lower overlap from a scan that is already there.
// Binomial thinning keeps each counted photon with probability p: a Poisson count of mean λ becomes one of mean pλ,
// exactly, and what is taken off is an independent one of mean (1 − p)λ. Positions are dropped evenly (drop.ts).
// A pixel's draw depends on (seed, dose index, frame number, pixel), and on how often the scan was thinned before;
// frame numbers stay with their frames, so dropping before or after thinning gives the same counts.
// The probe is multiplied by √p, so that it stays calibrated to the new dose.

import { withProvenance, type Dataset, type Metadata } from "../data/dataset.ts";
import { DoselapError } from "../errors.ts";
import { binomial } from "../math/random/binomial.ts";
import { createRng, type Stream } from "../math/random/rng.ts";
import { checkMeanCounts, countsOf, meanCountsPerFrame } from "./counts.ts";
import { dropPositions } from "./drop.ts";
import { doseMetadata, doseOf, frameNumbersOf, keepFrames, numberAt } from "./keep-frames.ts";
import { nearestNeighborOverlap } from "./overlap.ts";
import {
  measureProbeDiameter,
  probeDiameterDefinitionText,
  type ProbeDiameterDefinition,
} from "./probe-diameter.ts";
import { scaleProbe } from "./probe.ts";

export interface ThinOptions {
  /** Fraction of the counts that is kept, in (0, 1]. */
  readonly fraction?: number | undefined;
  /** Mean nearest-neighbour overlap to drop to; null keeps every position. */
  readonly keepOverlap?: number | null | undefined;
  readonly seed: number;
  /** Which dose of a study this is, 0 … 65535: doses of one seed are thinned independently. */
  readonly doseIndex?: number | undefined;
  /** Diameter that overlap is measured with; absent: the metadata's own, else the second moment of the probe. */
  readonly probeDiameter?: ProbeDiameterDefinition | undefined;
}

/** A scan of lower dose and overlap. Coordinates of kept frames and the object are unchanged; the probe is √fraction
 * times the old one. At fraction 1 the frames may hold any numbers.
 * @throws Contract (DATA-001) when frames to be thinned do not hold whole counts, Range for a fraction outside (0, 1]
 * or an overlap above the present one. */
export function thinDataset(
  dataset: Dataset,
  { fraction = 1, keepOverlap = null, seed, doseIndex = 0, probeDiameter }: ThinOptions,
): Dataset {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new DoselapError("Range", "only a part of the counts can be kept", {
      key: "fraction",
      expected: "a number in (0, 1]",
      got: String(fraction),
    });
  }
  const { diameterPx, definition } = diameterOf(dataset, probeDiameter);
  const kept =
    keepOverlap === null
      ? dataset
      : keepFrames(dataset, dropPositions(dataset.positions, { diameterPx, overlap: keepOverlap, seed }));
  let thinned = kept;
  if (fraction < 1) {
    const address = addressOf(dataset, doseIndex);
    const counts = drawCounts(kept, countsOf(kept), { fraction, seed, stream: "thinning", address });
    thinned = withFraction(kept, counts, fraction);
    checkThinning(thinned, fraction * meanCountsPerFrame(kept), fraction);
  }
  const metadata: Metadata = {
    ...thinned.metadata,
    ...doseMetadata(doseOf(thinned)),
    measuredMeanCounts: meanCountsPerFrame(thinned),
    probeDiameterPx: diameterPx,
    probeDiameterDefinition: definition,
    measuredOverlap: nearestNeighborOverlap(thinned.positions, diameterPx),
  };
  const parameters = {
    fraction,
    keepOverlap,
    seed,
    doseIndex,
    framesBefore: dataset.frames,
    framesKept: kept.frames,
  };
  return { ...thinned, metadata: withProvenance(metadata, { operation: "thin", parameters }) };
}

/** Two independent scans of half the dose whose counts add up to the given ones: for FRC without a reference.
 * @throws Contract (DATA-001) when the frames do not hold whole counts. */
export function splitHalves(
  dataset: Dataset,
  { seed, doseIndex = 0 }: { readonly seed: number; readonly doseIndex?: number | undefined },
): [Dataset, Dataset] {
  const counts = countsOf(dataset);
  const address = addressOf(dataset, doseIndex);
  const first = drawCounts(dataset, counts, { fraction: 0.5, seed, stream: "halves", address });
  const second = counts.map((count, i) => count - first[i]!);
  const half = (name: "a" | "b", part: Float64Array): Dataset => {
    const thinned = withFraction(dataset, part, 0.5);
    const metadata = { ...thinned.metadata, measuredMeanCounts: meanCountsPerFrame(thinned) };
    const parameters = { half: name, seed, doseIndex };
    return { ...thinned, metadata: withProvenance(metadata, { operation: "split-halves", parameters }) };
  };
  return [half("a", first), half("b", second)];
}

interface Draw {
  readonly fraction: number;
  readonly seed: number;
  readonly stream: Stream;
  /** Dose part of the random address. */
  readonly address: number;
}

/** Thinned counts, float64 [M, N, N]. */
function drawCounts(
  dataset: Dataset,
  counts: Float64Array,
  { fraction, seed, stream, address }: Draw,
): Float64Array {
  const numbers = frameNumbersOf(dataset);
  const pixels = dataset.size * dataset.size;
  const rng = createRng(seed, stream, { dose: address });
  const kept = new Float64Array(counts.length);
  for (let j = 0; j < numbers.length; j++) {
    for (let i = 0; i < pixels; i++) {
      const count = counts[j * pixels + i]!;
      if (count === 0) continue;
      rng.seek(numbers[j]!, i);
      kept[j * pixels + i] = binomial(rng, count, fraction);
    }
  }
  return kept;
}

/** The dataset with these counts, which are `fraction` of the old ones on average. */
function withFraction(dataset: Dataset, counts: Float64Array, fraction: number): Dataset {
  const { total, backgroundPerPx, pixels } = doseOf(dataset);
  return {
    ...dataset,
    diffraction: Float32Array.from(counts, Math.sqrt),
    probe: scaleProbe(dataset.probe, Math.sqrt(fraction)),
    metadata: {
      ...dataset.metadata,
      ...doseMetadata({ total: fraction * total, backgroundPerPx: fraction * backgroundPerPx, pixels }),
      fraction: fraction * (numberAt(dataset.metadata, "fraction") ?? 1),
    },
  };
}

/** Given the counts before, the mean after has variance p(1−p)·before/M. */
function checkThinning(thinned: Dataset, expected: number, fraction: number): void {
  const measured = meanCountsPerFrame(thinned);
  checkMeanCounts(measured, expected, {
    standardError: Math.sqrt((expected * (1 - fraction)) / thinned.frames),
    // The float32 roots of large counts add up to 1e-7 of the mean at most.
    slack: 1e-6 * expected,
    drawnBy: "thinning",
  });
}

/** A second thinning with the same seed must not meet the same random numbers, nor must two halves of one scan: what
 * was drawn before is part of the address. Thinning that kept every photon drew nothing and does not count. */
function addressOf({ metadata }: Dataset, doseIndex: number): number {
  if (!(Number.isInteger(doseIndex) && doseIndex >= 0 && doseIndex < 65536)) {
    throw new DoselapError("Range", "the dose index is part of a random address", {
      key: "doseIndex",
      expected: "an integer from 0 to 65535",
      got: String(doseIndex),
    });
  }
  let history = 0;
  for (const { operation, parameters } of metadata.provenance ?? []) {
    if (operation === "split-halves") history = 3 * history + (parameters["half"] === "a" ? 1 : 2);
    if (operation === "thin" && parameters["fraction"] !== 1) history = 3 * history + 1;
  }
  return doseIndex + 65536 * (history % 65536);
}

function diameterOf(
  { probe, metadata }: Dataset,
  asked: ProbeDiameterDefinition | undefined,
): { diameterPx: number; definition: unknown } {
  const known = numberAt(metadata, "probeDiameterPx");
  if (asked === undefined && known !== undefined && known > 0) {
    return { diameterPx: known, definition: metadata["probeDiameterDefinition"] ?? "as the input states it" };
  }
  const definition = asked ?? "second-moment";
  return {
    diameterPx: measureProbeDiameter(probe, definition),
    definition: probeDiameterDefinitionText(definition),
  };
}

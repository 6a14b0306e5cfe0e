// Simulated scans, in counts. Dose D is the scan's mean expected counts per frame:
//   s² = D / mean_r Σ|P·O_r|²,  λ_r = |F(s P·O_r)|² + background,  n ~ Poisson(λ),  stored √n
// or, in the near field, λ_r = |F*(T·F(s P·O_r))|² + background (propagate.ts).
// A pixel's noise depends on (seed, dose index, frame number, pixel) alone: not on the order of frames, on the
// number of workers, or on which other frames are there.

import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions, Probe } from "../array/scan.ts";
import type { Transforms } from "../compute/backend.ts";
import type { SubPixel } from "../compute/scan-memory.ts";
import { withProvenance, type Dataset, type Metadata } from "../data/dataset.ts";
import { DoselapError } from "../errors.ts";
import { poisson } from "../math/random/poisson.ts";
import { createRng, type Rng } from "../math/random/rng.ts";
import { mean } from "../math/stats.ts";
import { checkMeanCounts } from "./counts.ts";
import { nearFieldTransfer, type NearFieldGeometry } from "./near-field.ts";
import { nearestNeighborOverlap } from "./overlap.ts";
import { makePatchSampler, type PatchSampler } from "./patch.ts";
import {
  measureProbeDiameter,
  probeDiameterDefinitionText,
  type ProbeDiameterDefinition,
} from "./probe-diameter.ts";
import { scaleProbe } from "./probe.ts";
import { createDiffraction, illuminatedPower } from "./propagate.ts";

export interface SimulationOptions {
  readonly object: ComplexImage;
  /** Of any power: it is scaled to the dose. */
  readonly probe: Probe;
  /** Probe centres, object pixels; every patch must lie inside the object. */
  readonly positions: Positions;
  /** Mean photons per frame. */
  readonly dosePhotons: number;
  readonly seed: number;
  /** Which dose of a study this is: doses of one seed have independent noise. */
  readonly doseIndex?: number | undefined;
  /** Address of each frame's noise; 0 … M−1 when absent. */
  readonly frameNumbers?: ArrayLike<number> | undefined;
  readonly backend: Transforms;
  readonly subPixel?: SubPixel | undefined;
  /** Uniform expected counts per pixel on top of the diffracted ones. */
  readonly backgroundPhotonsPerPx?: number | undefined;
  /** Frames are images behind the sample; absent: far-field patterns. */
  readonly nearField?: NearFieldGeometry | undefined;
  readonly probeDiameter?: ProbeDiameterDefinition | undefined;
  /** Further parameters for the provenance entry. */
  readonly provenance?: { readonly [key: string]: unknown } | undefined;
  readonly extraMetadata?: Metadata | undefined;
  /** False stores √λ: the expected counts, without noise. */
  readonly noise?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Simulates a scan; the dataset's object is the truth and its probe is calibrated to the dose.
 * @throws Range for a position outside the object or a number out of range, Interrupted on abort,
 * Contract (DATA-001) when the counts miss the dose by more than five standard errors. */
export function simulateDataset({
  object,
  probe,
  positions,
  dosePhotons,
  seed,
  doseIndex = 0,
  frameNumbers,
  backend,
  subPixel = "bilinear",
  backgroundPhotonsPerPx = 0,
  nearField,
  probeDiameter = "second-moment",
  provenance = {},
  extraMetadata = {},
  noise = true,
  signal,
}: SimulationOptions): Dataset {
  const frames = positions.x.length;
  const { size } = probe;
  checkNumbers({ dosePhotons, backgroundPhotonsPerPx });
  const numbers = checkFrameNumbers(frameNumbers, frames, positions);
  const sampler = makePatchSampler(subPixel, size, backend);
  const calibrated = calibrate({ probe, object, positions, sampler, dosePhotons, signal });
  const rng = noise ? createRng(seed, "noise", { dose: doseIndex }) : undefined;
  const transfer = nearField && nearFieldTransfer(size, nearField);
  const { diffraction, counts } = record({
    object,
    probe: calibrated,
    positions,
    numbers,
    sampler,
    backend,
    transfer,
    backgroundPhotonsPerPx,
    rng,
    signal,
  });
  const measuredMeanCounts = mean(counts);
  const expectedMeanCounts = dosePhotons + backgroundPhotonsPerPx * size * size;
  // Σn over M frames is Poisson with mean M·expected.
  checkMeanCounts(measuredMeanCounts, expectedMeanCounts, {
    standardError: Math.sqrt(expectedMeanCounts / frames),
    drawnBy: "simulation",
  });
  const probeDiameterPx = measureProbeDiameter(calibrated, probeDiameter);
  const parameters = {
    dosePhotons,
    seed,
    doseIndex,
    subPixel,
    backgroundPhotonsPerPx,
    noise,
    ...(nearField === undefined ? {} : { nearField }),
    ...provenance,
  };
  const metadata: Metadata = {
    ...extraMetadata,
    nphotons: dosePhotons,
    measuredMeanCounts,
    expectedMeanCounts,
    probeDiameterPx,
    probeDiameterDefinition: probeDiameterDefinitionText(probeDiameter),
    measuredOverlap: nearestNeighborOverlap(positions, probeDiameterPx),
    subPixel,
    backgroundPhotonsPerPx,
    seed,
    N: size,
    units: {
      diffraction: "sqrt(counts)",
      positions: "object pixels",
      probe: "sqrt(counts)",
      object: "transmission",
    },
    ...(frameNumbers === undefined ? {} : { frameNumbers: Array.from(numbers) }),
    ...(nearField === undefined ? {} : { nearField, pixelSizeM: nearField.pixelSizeM }),
  };
  return {
    frames,
    size,
    diffraction,
    positions,
    probe: calibrated,
    object,
    scanIndex: new Int32Array(frames),
    metadata: withProvenance(metadata, { operation: "simulate", parameters }),
  };
}

interface Calibration {
  readonly probe: Probe;
  readonly object: ComplexImage;
  readonly positions: Positions;
  readonly sampler: PatchSampler;
  readonly dosePhotons: number;
  readonly signal: AbortSignal | undefined;
}

/** Scales the probe so that the mean over the scan of Σ|P·O_r|² is the dose. */
function calibrate({ probe, object, positions, sampler, dosePhotons, signal }: Calibration): Probe {
  const patch = new Float32Array(2 * probe.size * probe.size);
  const powers = new Float64Array(positions.x.length);
  for (let j = 0; j < powers.length; j++) {
    checkAborted(signal);
    sampler.extract(object, positions.x[j]!, positions.y[j]!, patch);
    powers[j] = illuminatedPower(probe, patch);
  }
  const transmitted = mean(powers);
  if (!(transmitted > 0 && transmitted < Infinity)) {
    throw new DoselapError("Range", "no light reaches the detector, so no dose can be set", {
      expected: "a positive and finite mean of the transmitted power",
      got: String(transmitted),
      hint: "Check that probe and object are finite and not zero.",
    });
  }
  return scaleProbe(probe, Math.sqrt(dosePhotons / transmitted));
}

interface Recording {
  readonly object: ComplexImage;
  readonly probe: Probe;
  readonly positions: Positions;
  readonly numbers: Uint32Array;
  readonly sampler: PatchSampler;
  readonly backend: Transforms;
  /** Of a near field. */
  readonly transfer: Float32Array | undefined;
  readonly backgroundPhotonsPerPx: number;
  /** Absent: the expected counts are stored. */
  readonly rng: Rng | undefined;
  readonly signal: AbortSignal | undefined;
}

/** √counts [M, N, N] and the counts of each frame. */
function record(options: Recording): { diffraction: Float32Array; counts: Float64Array } {
  const {
    object,
    probe,
    positions,
    numbers,
    sampler,
    backend,
    transfer,
    backgroundPhotonsPerPx,
    rng,
    signal,
  } = options;
  const pixels = probe.size * probe.size;
  const diffraction = new Float32Array(numbers.length * pixels);
  const counts = new Float64Array(numbers.length);
  const forward = createDiffraction(probe, backend, transfer);
  const patch = new Float32Array(2 * pixels);
  const expected = new Float64Array(pixels);
  for (let j = 0; j < numbers.length; j++) {
    checkAborted(signal);
    sampler.extract(object, positions.x[j]!, positions.y[j]!, patch);
    forward.intensity(patch, expected);
    let total = 0;
    for (let i = 0; i < pixels; i++) {
      let count = expected[i]! + backgroundPhotonsPerPx;
      if (rng !== undefined) {
        rng.seek(numbers[j]!, i);
        count = poisson(rng, count);
      }
      total += count;
      diffraction[j * pixels + i] = Math.sqrt(count);
    }
    counts[j] = total;
  }
  return { diffraction, counts };
}

function checkNumbers({ dosePhotons, backgroundPhotonsPerPx }: { [key: string]: number }): void {
  if (!(dosePhotons! > 0 && dosePhotons! < Infinity)) {
    throw new DoselapError("Range", "a simulation needs light", {
      key: "dosePhotons",
      expected: "photons per frame above 0",
      got: String(dosePhotons),
    });
  }
  if (!(backgroundPhotonsPerPx! >= 0 && backgroundPhotonsPerPx! < Infinity)) {
    throw new DoselapError("Range", "a background cannot be negative", {
      key: "backgroundPhotonsPerPx",
      expected: "photons per pixel of at least 0",
      got: String(backgroundPhotonsPerPx),
    });
  }
}

function checkFrameNumbers(
  given: ArrayLike<number> | undefined,
  frames: number,
  { y }: Positions,
): Uint32Array {
  if (frames < 1 || y.length !== frames) {
    throw new DoselapError("Range", "a simulation needs scan positions", {
      expected: "at least one x and as many y",
      got: `${frames} x and ${y.length} y`,
    });
  }
  if (given === undefined) return Uint32Array.from({ length: frames }, (_, j) => j);
  const numbers = Uint32Array.from(given);
  if (given.length !== frames || numbers.some((number, j) => number !== given[j])) {
    throw new DoselapError("Range", "frame numbers must be as many as positions, and integers below 2^32", {
      key: "frameNumbers",
      expected: `${frames} non-negative integers`,
      got: `${given.length} numbers`,
    });
  }
  return numbers;
}

function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new DoselapError("Interrupted", "the simulation was stopped", { cause: signal.reason });
  }
}

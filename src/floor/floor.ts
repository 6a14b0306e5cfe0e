// The Cramér–Rao floor of a scan: the least noise that any unbiased estimate of the object can have at this dose, with this
// probe and these positions, in the units of the metrics.
//   mean squared error ≥ tr(Π C Π)/n,  noise power N(r) ≥ mean over the ring of (L C L*)_kk,  C = F⁻¹
// with Π taking out the gauge's freedoms (freedoms.ts) and L the spectrum of the Fourier ring correlation (rings.ts).
// Priors, smoothing and networks are biased and may go below: beside it stands the bound for estimates that know the object's
// power spectrum (informed.ts). arXiv:2003.05475.

import type { ComplexImage } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { countPixels, type Box, type PixelMask } from "../metrics/mask.ts";
import { amplitudeOf, phasePair, phasorsOf } from "../metrics/parts.ts";
import { independentIn } from "../metrics/ring-sums.ts";
import { spectralDensity, type Density } from "./density.ts";
import { expectedFrc, floorCrossings, type FloorCrossings } from "./expected-frc.ts";
import { createFisher, type ScanModel } from "./fisher.ts";
import { gaugeFreedoms } from "./freedoms.ts";
import { informedBound } from "./informed-bound.ts";
import { largestSide, litSide, probeInformed, type InformedAnswer } from "./informed.ts";
import {
  complexError,
  partOf,
  product,
  realField,
  ringNoise,
  ringPower,
  traceOf,
  type Pair,
} from "./measures.ts";
import { probeInverse, signVector, type Answer, type Effort, type Scene } from "./probing.ts";
import { createRings, type Field, type Rings } from "./rings.ts";

/** Expected Fourier ring correlation and where it falls below the thresholds. */
export interface FloorCurve {
  /** Cycles per pixel, ring by ring as the metrics' FRC. */
  readonly frequency: readonly number[];
  readonly frc: readonly (number | null)[];
  readonly crossings: FloorCrossings;
}

/** What an estimate can reach that knows the object's power spectrum and takes it for a Gaussian field besides. */
export interface InformedFloor {
  readonly mse: number;
  readonly frc: readonly (number | null)[];
  readonly crossings: FloorCrossings;
}

export interface PartFloor extends FloorCurve {
  /** Squared amplitude, or squared radians. */
  readonly mse: number;
  /** One standard error of `mse`: it is estimated from a few random vectors. */
  readonly mseStandardError: number;
  /** Mean of |spectrum|² of the noise in each ring. */
  readonly noisePower: readonly number[];
  /** Mean of |spectrum|² of the object in each ring. */
  readonly signalPower: readonly number[];
  /** Null when the lit field is too large for it. */
  readonly informed: InformedFloor | null;
}

export interface ObjectFloor {
  readonly amplitude: PartFloor;
  readonly phase: PartFloor;
  /** Two halves of the photons against each other, complex; null when the object is a truth. */
  readonly halves: FloorCurve | null;
  /** False: the solver ran out of iterations. The floor then lies lower than it could. */
  readonly converged: boolean;
}

export interface FloorOptions {
  readonly model: ScanModel;
  /** Compared rectangle of the object frame. */
  readonly window: Box;
  /** uint8 [h, w] on the window; non-zero pixels are compared. */
  readonly mask: PixelMask;
  readonly seed: number;
  /** Absent: the object is the truth. Else it is an estimate from data of which this scan is a part, with this share of the
   * photons. The errors of the two are then not independent: C_scan − C_estimate is what tells them apart, (1 − share)·C_scan. */
  readonly referenceShare?: number | undefined;
  /** Random vectors; chosen by the number of compared pixels when absent. */
  readonly vectors?: number | undefined;
  readonly tolerance?: number | undefined;
  readonly mostIterations?: number | undefined;
  /** Called after each product with the Fisher matrix, with the share that is done, at most. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The error of a trace falls as 1/√(vectors × pixels): below this many pixels a second vector is worth its time. */
const manyPixels = 8_000;

/** @throws Range for an empty mask or a patch outside the object, Shape for a mask of another size, Interrupted on abort. */
export function cramerRaoFloor(options: FloorOptions): ObjectFloor {
  const { model, window, mask, seed, referenceShare, tolerance = 1e-3, mostIterations = 300 } = options;
  const { object, backend } = model;
  const compared = crop(object, window);
  checkMask(compared, mask);
  const n = countPixels(compared, mask);
  const { vectors = n < manyPixels ? 2 : 1, onProgress, signal } = options;
  const scene: Scene = { fisher: createFisher(model), object, window, mask };
  let done = 0;
  const effort: Effort = {
    tolerance,
    mostIterations,
    onIteration(iteration) {
      if (signal?.aborted === true) {
        throw new DoselapError("Interrupted", "the floor was stopped", { cause: signal.reason });
      }
      onProgress?.((done + iteration / mostIterations) / (2 * vectors));
    },
  };
  const ask = <A>(question: (index: number) => A): A[] =>
    Array.from({ length: vectors }, (_, index) => {
      const answer = question(index);
      done++;
      return answer;
    });
  const signs = Array.from({ length: vectors }, (_, index) => signVector(mask, seed, index));
  const rings = createRings(compared.height, compared.width, mask);
  const images = [amplitudeOf(compared), phasePair(compared, compared, mask).b] as const;
  // The metrics' phase FRC is one of e^{iφ}, whose small change is i e^{iφ} δφ; the factor i is the same for all.
  const phasors = Float64Array.from(phasorsOf(compared, mask).data);
  const signals = [ringPower(rings, realField(images[0].data)), ringPower(rings, phasors)] as const;
  const share = referenceShare ?? 0;
  const answers = ask((index) => probeInverse(signs[index]!, scene, effort));
  const density = {
    amplitude: spectralDensity(images[0], mask),
    phase: spectralDensity(images[1], mask),
  };
  const informed =
    share < 1 && litSide(scene) <= largestSide
      ? ask((index) =>
          probeInformed({ seed, index }, scene, { density, gain: 1 / (1 - share), backend }, effort),
        )
      : null;
  const freedoms = gaugeFreedoms(compared, mask);
  const independentPixels = independentIn(rings.counts, rings.share, false);
  const part = (select: 0 | 1): PartFloor =>
    partFloor({
      rings,
      modes: select === 0 ? freedoms.amplitude : freedoms.phase,
      density: select === 0 ? density.amplitude : density.phase,
      signal: signals[select],
      turn: select === 0 ? undefined : phasors,
      independentPixels,
      share,
      select,
      signs,
      answers,
      informed,
      n,
    });
  return {
    amplitude: part(0),
    phase: part(1),
    halves:
      referenceShare === undefined ? null : halvesFloor(rings, compared, { signs, answers, mask, share }),
    converged: [...answers, ...(informed ?? [])].every(({ converged }) => converged),
  };
}

interface PartOptions {
  readonly rings: Rings;
  readonly modes: readonly Field[];
  readonly density: Density;
  readonly signal: Float64Array;
  /** What a change of this part is multiplied by before it meets the rings, complex128 [h, w]; 1 when absent. */
  readonly turn: Field | undefined;
  readonly independentPixels: readonly number[];
  readonly share: number;
  readonly select: 0 | 1;
  readonly signs: readonly Field[];
  readonly answers: readonly Answer[];
  readonly informed: readonly InformedAnswer[] | null;
  readonly n: number;
}

function partFloor({
  rings,
  modes,
  density,
  signal,
  turn,
  independentPixels,
  share,
  select,
  signs,
  answers,
  informed,
  n,
}: PartOptions): PartFloor {
  const turned = (field: Field): Field => (turn === undefined ? field : product(field, turn));
  const white = rings.whitePower({ modes });
  const turnedWhite = rings.whitePower({ modes: modes.map(turned) });
  const pairs: Pair[] = signs.map((z, i) => ({
    z: partOf(z, select, modes),
    x: partOf(answers[i]!.x, select, modes),
  }));
  const curve = (correlation: (number | null)[]): Pick<FloorCurve, "frc" | "crossings"> => ({
    frc: correlation,
    crossings: floorCrossings({ frequency: rings.frequency, value: correlation, independentPixels }),
  });
  const { mean, standardError } = traceOf(pairs, n);
  const seen = pairs.map(({ z, x }) => ({ z: turned(z), x: turned(x) }));
  const noise = ringNoise(rings, seen, turnedWhite).map((power) => power * (1 - share));
  let bound: InformedFloor | null = null;
  if (share >= 1) bound = { mse: 0, ...curve(expectedFrc("truth", signal, noise)) };
  else if (informed !== null) {
    const { mse, frc } = informedBound(informed, select, { rings, modes, density, signal, white });
    bound = { mse, ...curve(frc) };
  }
  return {
    mse: mean * (1 - share),
    mseStandardError: standardError * (1 - share),
    frequency: rings.frequency,
    noisePower: Array.from(noise),
    signalPower: Array.from(signal),
    ...curve(expectedFrc("truth", signal, noise)),
    informed: bound,
  };
}

interface HalvesOptions {
  readonly signs: readonly Field[];
  readonly answers: readonly Answer[];
  readonly mask: PixelMask;
  readonly share: number;
}

/** Halves are compared as complex images. The object's own noise is in its power: that part is no signal. */
function halvesFloor(
  rings: Rings,
  object: ComplexImage,
  { signs, answers, mask, share }: HalvesOptions,
): FloorCurve {
  const variance = Float64Array.from(mask, (on, i) =>
    on === 0 ? 0 : 1 + object.data[2 * i]! ** 2 + object.data[2 * i + 1]! ** 2,
  );
  const pairs = signs.map((z, i) => ({
    z: complexError(z, object),
    x: complexError(answers[i]!.x, object),
  }));
  const noise = ringNoise(rings, pairs, rings.whitePower({ variance }));
  const signal = ringPower(rings, Float64Array.from(object.data)).map((power, r) =>
    Math.max(0, power - share * noise[r]!),
  );
  const expected = expectedFrc("halves", signal, noise);
  const independentPixels = independentIn(rings.counts, rings.share, true);
  return {
    frequency: rings.frequency,
    frc: expected,
    crossings: floorCrossings({ frequency: rings.frequency, value: expected, independentPixels }),
  };
}

function crop({ width, data }: ComplexImage, { x0, y0, x1, y1 }: Box): ComplexImage {
  const columns = x1 - x0;
  const out = new Float32Array(2 * columns * (y1 - y0));
  for (let y = y0; y < y1; y++) {
    const from = 2 * (y * width + x0);
    out.set(data.subarray(from, from + 2 * columns), 2 * (y - y0) * columns);
  }
  return { height: y1 - y0, width: columns, data: out };
}

function checkMask({ height, width }: ComplexImage, mask: PixelMask): void {
  if (mask.length !== height * width) {
    throw new DoselapError("Shape", "the mask does not fit the window", {
      key: "mask",
      expected: `${height * width} pixels`,
      got: String(mask.length),
    });
  }
  if (mask.some((value) => value !== 0)) return;
  throw new DoselapError("Range", "the mask selects no pixel", {
    key: "mask",
    expected: "at least 1",
    got: "0",
  });
}

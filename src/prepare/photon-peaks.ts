// Photon peaks: an integrating detector of little noise writes offset + g·k, smeared, for k photons, so that its histogram is a comb
// of period g. The logarithm makes the teeth alike, a cubic takes their envelope away, and the Fourier transform of the rest peaks at
// 1/g. Two spans of the histogram must tell the same period, for one alone may be chance. A counting detector has no comb.

import { fft2Float64 } from "../math/fft64.ts";

export interface PhotonPeaks {
  /** g, detector units per photon. */
  readonly spacing: number;
  /** How far apart the spans' answers lie, or what a span can tell at best. */
  readonly doubt: number;
  /** Where no photon is; undefined when every pixel has seen some, and the lowest peak may be of any number of them. */
  readonly offset: number | undefined;
}

const spans = [64, 128, 256, 512, 1024, 2048, 4096];
/** A period that repeats less often may be the envelope's. */
const leastPeriods = 7;
/** Fewer units than this between photons cannot be told from the grain of whole numbers. */
const leastSpacing = 3;
/** Height over the median: noise reaches 15 among some thousand frequencies. */
const leastHeight = 30;
/** Spans agree within this share. */
const agreement = 0.02;
const padding = 4;

interface Period {
  readonly spacing: number;
  readonly length: number;
}

/** @param histogram number of values of each whole size from 0 on, without those beyond its end. */
export function findPhotonPeaks(histogram: Float64Array): PhotonPeaks | undefined {
  const end = histogram.findLastIndex((count) => count > 0) + 1;
  const mode = histogram.reduce((best, count, value) => (count > histogram[best]! ? value : best), 0);
  const found = [...new Set(spans.map((span) => Math.min(span, end - mode)))].flatMap(
    (length) => periodOf(histogram.subarray(mode, mode + length)) ?? [],
  );
  const best = found.at(-1);
  const others = found.filter(
    (other) => other !== best && Math.abs(other.spacing / best!.spacing - 1) < agreement,
  );
  if (best === undefined || others.length === 0) return undefined;
  const { spacing, length } = best;
  const spread = Math.abs(others.at(-1)!.spacing - spacing);
  return {
    spacing,
    // A tenth of a period over the whole span.
    doubt: Math.max(spread, (0.1 * spacing * spacing) / length),
    offset: lowestTooth(histogram, mode, spacing),
  };
}

/** The period that stands out, when one does. */
function periodOf(counts: Float64Array): Period | undefined {
  const { length } = counts;
  if (length < leastPeriods * leastSpacing) return undefined;
  const size = 2 ** Math.ceil(Math.log2(padding * length));
  const field = new Float64Array(2 * size);
  withoutCubic(counts.map(Math.log1p)).forEach((value, i) => {
    field[2 * i] = value * Math.sin((Math.PI * (i + 0.5)) / length) ** 2;
  });
  fft2Float64(field, 1, size);
  const power = Float64Array.from(
    { length: size / 2 },
    (_, k) => field[2 * k]! ** 2 + field[2 * k + 1]! ** 2,
  );
  const [first, last] = [Math.ceil((leastPeriods * size) / length), Math.floor(size / leastSpacing)];
  let peak = first;
  for (let k = first; k <= last; k++) if (power[k]! > power[peak]!) peak = k;
  const median = power.slice(first, last + 1).toSorted()[(last - first) >> 1]!;
  if (peak === first || !(power[peak]! > leastHeight * median)) return undefined;
  // The summit of the parabola through three logarithms.
  const [a, b, c] = [power[peak - 1]!, power[peak]!, power[peak + 1]!].map(Math.log) as [
    number,
    number,
    number,
  ];
  return { spacing: size / (peak + (a - c) / (2 * (a - 2 * b + c))), length };
}

/** What is left when the polynomials up to the third degree are taken out. */
function withoutCubic(values: Float64Array): Float64Array {
  const { length } = values;
  const taken: Float64Array[] = [];
  let rest: Float64Array = values;
  for (let degree = 0; degree <= 3; degree++) {
    let power: Float64Array = Float64Array.from({ length }, (_, i) => ((2 * i + 1) / length - 1) ** degree);
    for (const other of taken) power = less(power, other);
    taken.push(power);
    rest = less(rest, power);
  }
  return rest;
}

/** a − b ⟨a, b⟩/⟨b, b⟩. */
function less(a: Float64Array, b: Float64Array): Float64Array {
  let [product, square] = [0, 0];
  a.forEach((value, i) => {
    product += value * b[i]!;
    square += b[i]! ** 2;
  });
  return a.map((value, i) => value - (product / square) * b[i]!);
}

/** Light fades to nothing, tooth by tooth; the comb of dark pixels breaks off: below its lowest tooth there is at most this share
 * of it, the skirt of the noise. With fewer values nothing can be said. */
const [brokenOff, leastValues] = [0.02, 100];

function lowestTooth(histogram: Float64Array, mode: number, spacing: number): number | undefined {
  const reach = Math.floor(spacing / 3);
  const near = (at: number): number => {
    const middle = Math.round(at);
    if (middle < -reach) return 0;
    return histogram
      .subarray(Math.max(0, middle - reach), Math.max(0, middle + reach + 1))
      .reduce((sum, count) => sum + count, 0);
  };
  for (let offset = mode; near(offset) >= leastValues; offset -= spacing) {
    if (near(offset - spacing) < brokenOff * near(offset)) return Math.max(0, Math.round(offset));
  }
  return undefined;
}

// The last step of a run with a prior: the object is drawn towards its mean where the frames do not tell it from noise,
// by constraints/shrinkage.ts [ENGINE-031]. Information is read off the likelihood itself, whatever the engine:
//   ∇ at the result O, at O nearer to its mean by εd, and with random signs added:  F d ≈ (∇(O) − ∇(O − εd))/ε
// Where no ring tells the object from noise it becomes its mean, dark rims and all [ENGINE-037].
// ε = 1 first: the slope at flat is free of the noise that was fitted. Where it refutes flat, the parabola is that at O, by a
// small ε: from a strong object to flat the likelihood is none [ENGINE-036].
// What remains is judged once more: the noise that is gone by then bent the likelihood [ENGINE-038].
// The frames have the last word: when what was taken away costs more likelihood than noise would, nothing is taken. And where
// they like a flat object no less than what is left, it is flat: amplitude and slow phase may hold each other up, so that neither
// is noise by itself [ENGINE-070].

import { createRng } from "../math/random/rng.ts";
import { peak } from "../math/stats.ts";
import {
  excessOf,
  ringsOf,
  ringSums,
  shrinkageOf,
  spectrumOf,
  type RingSums,
  type Shrinkage,
} from "./constraints/shrinkage.ts";
import type { ScanRun } from "./scan-run.ts";
import { startAmplitude } from "./start-object.ts";
import { slack, slopeOfSum, stepAlong, withSlopes, type Slopes } from "./slopes.ts";

/** Counts per detector pixel that the random signs scatter: well below the gradient's dark counts, where it is a straight line. */
const scatteredCounts = 0.001;
/** Light, as a fraction of its peak, at which a pixel is half lit. */
const halfLit = 0.01;
/** Standard deviations of a ring beyond which the object is not flat: noise stayed below 4, strong objects above 19. */
const refuted = 10;
/** Address of the random signs, beyond that of any epoch. */
const signsFrame = 1 << 20;

interface Drawn {
  readonly image: Float32Array;
  /** Its mean throughout, where no ring tells it from noise. */
  readonly flat: Float32Array | undefined;
  readonly allowance: number;
}

/** Shrinks the object in place, complex64 [H, W]. The run's fields are as before when it returns. */
export function shrinkObject(run: ScanRun, object: Float32Array, probe: Float32Array): void {
  const { shape, training } = run;
  const { objectSum, objectWeight } = run.views;
  withSlopes(run, draw);

  function draw(slopes: Slopes): void {
    slopes.ofObject(object, probe);
    const before = slopes.deviance();
    const first = drawn(slopes, object, { fromFlat: true });
    if (first === undefined) return;
    let { image, flat } = first;
    if (flat === undefined) {
      slopes.ofObject(image, probe);
      ({ image, flat } = drawn(slopes, image, { fromFlat: false }) ?? first);
    }
    const after = slopes.devianceAt(image, probe);
    const isNoise = after - before < slack * first.allowance;
    if (isNoise) object.set(flat ?? image);
    if (isNoise && flat !== undefined) return;
    const bright = flatObject();
    if (slopes.devianceAt(bright, probe) <= (isNoise ? after : before)) object.set(bright);
  }

  /** An image whose slopes the sums hold, nearer to its mean; undefined when it is its mean. `fromFlat`: asks flat first. */
  function drawn(
    slopes: Slopes,
    image: Float32Array,
    { fromFlat }: { fromFlat: boolean },
  ): Drawn | undefined {
    const { mean, direction } = meanOf(image, objectWeight);
    const taper = taperOf(objectWeight);
    let lit = 0;
    for (const t of taper) lit += t * t;
    const found = image.map((value, i) => taper[i >> 1]! * (value - mean[i % 2]!));
    // Twice the light: of the two directions of a wave each photon tells one.
    let bend = 0;
    for (let i = 0; i < found.length; i++) bend += 2 * objectWeight[i >> 1]! * found[i]! ** 2;
    if (bend === 0) return undefined;
    const rings = ringsOf(shape.objectHeight, shape.objectWidth);
    const spectrum = (of: Float32Array) => spectrumOf(of, direction, rings);
    const [asks, whole] = [spectrum(objectSum), spectrum(found)];

    /** ⟨v, F v⟩ in rings, from the gradients at O and at O + step·v. */
    function bendsOf(v: Float32Array, vSpectrum: Float64Array, step: number): RingSums {
      slopes.ofObject(
        image.map((value, i) => value + step * v[i]!),
        probe,
      );
      const there = ringSums(rings, vSpectrum, spectrum(objectSum));
      const here = ringSums(rings, vSpectrum, asks);
      return each((part, r) => (slopeOfSum * (here[part][r]! - there[part][r]!)) / step);
    }
    function each(of: (part: 0 | 1, ring: number) => number): RingSums {
      return [rings.radius.map((_, r) => of(0, r)), rings.radius.map((_, r) => of(1, r))];
    }

    const residual = ringSums(rings, whole, asks);
    const energies = ringSums(rings, whole, whole);
    const signs = signsOf(taper, run.seed);
    const signsWhole = spectrum(signs);
    const signBends = bendsOf(signs, signsWhole, loudness());
    const signPower = ringSums(rings, signsWhole, signsWhole);
    const information = each((part, r) => signBends[part][r]! / signPower[part][r]!);

    /** Judged by the slopes at O and at this part of the way to flat. */
    function judge(part: number): Shrinkage {
      const bends = bendsOf(found, whole, -part);
      const claims = each((side, r) => bends[side][r]! + slopeOfSum * residual[side][r]!);
      return shrinkageOf(rings, lit / taper.length, { claims, bends, energies, information });
    }

    const ofFlat = fromFlat ? judge(1) : undefined;
    const isRefuted = ofFlat === undefined || ofFlat.standing > refuted;
    const shrinkage = isRefuted ? judge(stepAlong(2 * lit, bend)) : ofFlat;
    const excess = excessOf(rings, shrinkage, whole);
    const [c, s] = direction;
    const less = image.map((value, i) => {
      const [amplitude, phase] = i % 2 === 0 ? [c, -s] : [s, c];
      return value - (amplitude * excess[i - (i % 2)]! + phase * excess[i + 1 - (i % 2)]!);
    });
    // The frames were not asked of rims: where they tell nothing of what they light, rims are noise too.
    const isFlat = shrinkage.gains.every((gains) => gains.every((gain) => gain === 0));
    const flat = isFlat ? image.map((_, i) => mean[i % 2]!) : undefined;
    return { image: less, flat, allowance: shrinkage.allowance };
  }

  /** As bright as the frames. */
  function flatObject(): Float32Array {
    const amplitude = startAmplitude(run);
    return object.map((_, i) => (i % 2 === 0 ? amplitude : 0));
  }

  /** How much of the random signs is added. */
  function loudness(): number {
    let photons = 0;
    for (const j of training) photons += run.survey.frameCounts[j]! / training.length;
    return Math.sqrt((scatteredCounts * shape.size ** 2) / (2 * Math.max(photons, 1)));
  }
}

/** Mean of the object, weighted by its light, and its direction as a unit number. */
function meanOf(object: Float32Array, light: Float32Array) {
  let [re, im, sum] = [0, 0, 0];
  for (let i = 0; i < light.length; i++) {
    re += light[i]! * object[2 * i]!;
    im += light[i]! * object[2 * i + 1]!;
    sum += light[i]!;
  }
  const mean = [re / sum, im / sum] as const;
  const modulus = Math.hypot(...mean);
  return {
    mean,
    direction: modulus > 0 ? ([mean[0] / modulus, mean[1] / modulus] as const) : ([1, 0] as const),
  };
}

/** 1 where light falls, 0 where none does. */
function taperOf(light: Float32Array): Float32Array {
  const most = peak(light);
  return most === 0 ? light.slice() : light.map((value) => value / (value + halfLit * most));
}

/** ±taper in both parts. */
function signsOf(taper: Float32Array, seed: number): Float32Array {
  const rng = createRng(seed, "engine", { frame: signsFrame });
  return Float32Array.from({ length: 2 * taper.length }, (_, i) =>
    rng.uniform() < 0.5 ? -taper[i >> 1]! : taper[i >> 1]!,
  );
}

// The contrast of a network's object, set by photons that it has not seen. What a network has learned on one object is too strong
// or too weak on another, and what it adds to an engine's object can do harm [NN-014]. So a scan is solved twice: from all of
// its photons, and from a share of them, whose object is drawn towards what it began with, in amplitude and in phase, as far
// as the Poisson likelihood of the other photons asks. The object of all photons is drawn as far.
// Both are Poisson and independent of each other: Lehtinen et al. 2018, arXiv:1803.04189.

import type { ComplexImage } from "../../array/ndarray.ts";
import type { Backend } from "../../compute/backend.ts";
import type { Problem } from "../../engines/problem.ts";
import { openScanRun } from "../../engines/scan-run.ts";
import { withSlopes } from "../../engines/slopes.ts";
import { framesOf, splitScan, storeFrames } from "../training/frame-store.ts";
import { atShare, type ScanTask } from "../training/scan-task.ts";

/** What a network makes of a scan. */
export interface Inferred {
  readonly object: ComplexImage;
  /** The probe that it is the object of, complex64 [modes, N, N]; undefined when that is the network's own, which no frames of
   * a calibrated probe can judge. */
  readonly probe: Float32Array | undefined;
  /** The engine's object that it corrects; undefined when it began with none. */
  readonly from?: ComplexImage | undefined;
}

/** Factors of an object's difference from what it began with: 1 leaves it, 0 takes it back. */
export interface Contrast {
  readonly amplitude: number;
  readonly phase: number;
}

/** A line for a log. */
export function contrastText({ amplitude, phase }: Contrast): string {
  return `contrast, by photons that were kept back: amplitude × ${amplitude}, phase × ${phase}`;
}

export interface Calibrated {
  readonly object: ComplexImage;
  /** Undefined where nothing could judge. */
  readonly contrast: Contrast | undefined;
  /** Why nothing could. */
  readonly why?: string;
}

export interface CalibrationContext {
  readonly backend: Backend;
  /** Splits the photons. */
  readonly seed: number;
}

/** Share of the photons that the judged object is made of, about what networks see while they learn. */
const seenShare = 0.8;
/** Contrasts are multiples of one of these. */
const steps = 4;
/** An object of a network alone may be drawn out, its amplitude less: that also makes up for a phase that is wrong, at the cost
 * of its own error. A correction is not to be overdone. */
const mostAlone = { amplitude: 1.25, phase: 2 };
const mostCorrection = { amplitude: 1, phase: 1 };
/** Twice the gain in likelihood that a step must exceed: two standard deviations of chance in one number. */
const leastGain = 4;

/** Solves the task, and its object's contrast. `solve` is called twice.
 * @throws what `solve` throws. */
export async function calibrated<Task extends ScanTask>(
  task: Task,
  solve: (task: Task, pass: 0 | 1) => Promise<Inferred>,
  { backend, seed }: CalibrationContext,
): Promise<Calibrated> {
  const whole = await solve(task, 0);
  const { problem } = task;
  if (whole.probe === undefined) return { object: whole.object, contrast: undefined };
  const store = storeFrames(problem.diffraction, problem.size, problem.mask);
  if (!store.whole) {
    const why = "the frames hold no whole counts, so no photons could be kept to calibrate its contrast";
    return { object: whole.object, contrast: undefined, why };
  }
  const { kept, rest } = splitScan(store, { fraction: seenShare, seed, round: 0 });
  const part = await solve(atShare(task, seenShare, kept), 1);
  const others = atShare(task, 1 - seenShare, framesOf(rest)).problem;
  // A probe that an engine has refined is the judge's too.
  const probe = part.probe!.map((value) => value * Math.sqrt((1 - seenShare) / seenShare));
  return judged(whole, part, { ...others, probe }, { backend, seed });
}

function judged(
  whole: Inferred,
  part: Inferred,
  unseen: Problem,
  { backend, seed }: CalibrationContext,
): Calibrated {
  const slots = 32;
  const run = openScanRun(unseen, { backend, seed, slots, keepsWaves: false, heldOut: new Int32Array() });
  try {
    run.illuminate();
    const light = run.views.objectWeight.slice();
    const most = part.from === undefined ? mostAlone : mostCorrection;
    const draw = drawer(part, light);
    let contrast: Contrast = { amplitude: 1, phase: 1 };
    withSlopes(run, (slopes) => {
      const devianceAt = (at: Contrast): number => slopes.devianceAt(draw(at).data, unseen.probe);
      contrast = descended(devianceAt, most);
    });
    return { object: drawer(whole, light)(contrast), contrast };
  } finally {
    run.session.dispose();
  }
}

/** From (1, 1) along one contrast and then the other, while a step pays. */
function descended(devianceAt: (contrast: Contrast) => number, most: Contrast): Contrast {
  const known = new Map<string, number>();
  const contrastAt = ([amplitude, phase]: Place): Contrast => ({
    amplitude: amplitude / steps,
    phase: phase / steps,
  });
  const at = (place: Place): number => {
    const name = place.join();
    const found = known.get(name) ?? devianceAt(contrastAt(place));
    known.set(name, found);
    return found;
  };
  const towards: readonly Place[] = [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ];
  let place: Place = [steps, steps];
  const pays = ([down, along]: Place): Place | undefined => {
    const next: Place = [place[0] + down, place[1] + along];
    const { amplitude, phase } = contrastAt(next);
    if (Math.min(amplitude, phase) < 0 || amplitude > most.amplitude || phase > most.phase) return undefined;
    return at(place) - at(next) > leastGain ? next : undefined;
  };
  // Each step lowers the deviance, so it ends.
  for (let stands = false; !stands;) {
    stands = true;
    for (const way of towards) {
      for (let next = pays(way); next !== undefined; next = pays(way)) {
        place = next;
        stands = false;
      }
    }
  }
  return contrastAt(place);
}

type Place = readonly [amplitude: number, phase: number];

/** The inferred object at a contrast, about what it began with: an engine's object, or its own mean. */
function drawer({ object, from }: Inferred, light: Float32Array): (contrast: Contrast) => ComplexImage {
  const before = from?.data;
  const mean = meanOf(object, light);
  return ({ amplitude, phase }) => {
    if (amplitude === 1 && phase === 1) return object;
    if (amplitude === 0 && phase === 0 && from !== undefined) return from;
    const data = object.data.slice();
    for (let i = 0; i < data.length; i += 2) {
      const [a, b] = [data[i]!, data[i + 1]!];
      const [c, d] = before === undefined ? mean : [before[i]!, before[i + 1]!];
      const [modulus, was] = [Math.hypot(a, b), Math.hypot(c, d)];
      const turn = phase * Math.atan2(b * c - a * d, a * c + b * d) + Math.atan2(d, c);
      const drawn = was + amplitude * (modulus - was);
      data[i] = drawn * Math.cos(turn);
      data[i + 1] = drawn * Math.sin(turn);
    }
    return { ...object, data };
  };
}

/** Mean modulus and mean direction where light falls, as one number. */
function meanOf({ data }: ComplexImage, light: Float32Array): readonly [re: number, im: number] {
  let [re, im, modulus, sum] = [0, 0, 0, 0];
  for (const [p, weight] of light.entries()) {
    const [a, b] = [data[2 * p]!, data[2 * p + 1]!];
    re += weight * a;
    im += weight * b;
    modulus += weight * Math.hypot(a, b);
    sum += weight;
  }
  const length = Math.hypot(re, im);
  if (length === 0 || sum === 0) return [modulus / Math.max(sum, Number.MIN_VALUE), 0];
  const scale = modulus / sum / length;
  return [re * scale, im * scale];
}

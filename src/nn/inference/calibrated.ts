// The contrast of a network's object, or of gradient steps alone, set by photons that it has not seen. What a network has learned on one object is too strong
// or too weak on another, and what it adds to an engine's object can do harm [NN-014]. So the scan, or with an engine below the
// network its middle, is solved once more from a share of its photons, and that object is drawn towards what it began with, in
// amplitude and in phase, as far as the Poisson likelihood of the other photons asks. Of a network alone the amplitude keeps no
// finer detail than they bear out [NN-016]. The object of all photons is drawn as far.
// Both are Poisson and independent of each other: Lehtinen et al. 2018, arXiv:1803.04189.

import { flatImage, type ComplexImage } from "../../array/ndarray.ts";
import type { Backend } from "../../compute/backend.ts";
import { lookAtFrames } from "../../engines/counts.ts";
import type { Problem } from "../../engines/problem.ts";
import { openScanRun } from "../../engines/scan-run.ts";
import { withSlopes } from "../../engines/slopes.ts";
import { mean } from "../../math/stats.ts";
import { measureProbeDiameter } from "../../optics/probe-diameter.ts";
import { gradientSteps } from "../physics/gradient-steps.ts";
import { framesOf, splitScan, storeFrames } from "../training/frame-store.ts";
import { takeGroups, type GroupTable } from "../training/groups.ts";
import { atShare, takeFrames, type ScanTask } from "../training/scan-task.ts";
import { freePhase } from "./free-phase.ts";
import { leastDetail } from "./least-detail.ts";
import { smoothed } from "./smoothed.ts";

/** What a network makes of a scan. */
export interface Inferred {
  readonly object: ComplexImage;
  /** The probe that it is the object of, complex64 [modes, N, N], calibrated to the scan's dose. */
  readonly probe: Float32Array;
  /** The engine's object that it corrects; undefined when it began with none. */
  readonly from?: ComplexImage | undefined;
}

/** Factors of an object's difference from what it began with: 1 leaves it, 0 takes it back. */
export interface Contrast {
  readonly amplitude: number;
  readonly phase: number;
  /** Gaussian σ that the difference in amplitude is smoothed by; 0: not at all. */
  readonly smoothingPx: number;
}

const asItIs: Contrast = { amplitude: 1, phase: 1, smoothingPx: 0 };
const isAsItIs = ({ amplitude, phase, smoothingPx }: Contrast): boolean =>
  amplitude === 1 && phase === 1 && smoothingPx === 0;

/** A line for a log. */
export function contrastText({ amplitude, phase, smoothingPx }: Contrast): string {
  const smoothing = smoothingPx === 0 ? "" : `, amplitude smoothed by ${smoothingPx} px`;
  return `contrast, by photons that were kept back: amplitude ${amplitude}, phase ${phase}${smoothing}`;
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
/** The phase of a network alone may be drawn out by a step, no more: frames tell fine structure better than slow waves, and would
 * draw out both. Amplitude may not: it would make up for a wrong phase [NN-014]. Nor is a correction to be overdone. */
const mostAlone = { amplitude: 1, phase: 1.25 };
const mostCorrection = { amplitude: 1, phase: 1 };
/** Twice the gain in likelihood that a step must exceed: two standard deviations of chance in one number. */
const leastGain = 4;
/** Steps that the phase may take by the seen photons before its amplitude's detail is judged. */
const phaseSteps = 3;

/** Frames that judge a correction: an engine runs on them once more. What is cheap is judged by all: an object's middle may not be
 * like the rest. */
export const judgingFrames = 96;

/** Share of the mean counts below which a frame does not judge. */
const darkShare = 0.5;

/** Gradient steps alone know no groups. */
type MaybeGrouped = ScanTask & { readonly groups?: GroupTable | undefined };

/** Solves the task, and its object's contrast. `solve` is called twice, the second time for the frames that judge.
 * @throws what `solve` throws. */
export async function calibrated<Task extends MaybeGrouped>(
  task: Task,
  solve: (task: Task, pass: 0 | 1) => Promise<Inferred>,
  { backend, seed }: CalibrationContext,
): Promise<Calibrated> {
  const whole = await solve(task, 0);
  const judges = brightOf(task, whole.from === undefined ? Infinity : judgingFrames);
  const { problem } = judges;
  const store = storeFrames(problem.diffraction, problem.size, problem.mask);
  if (!store.whole) {
    const why = "the frames hold no whole counts, so no photons could be kept to calibrate its contrast";
    return { object: whole.object, contrast: undefined, why };
  }
  const { kept, rest } = splitScan(store, { fraction: seenShare, seed, round: 0 });
  const asked = atShare(judges, seenShare, kept);
  const part = await solve(asked, 1);
  const others = atShare(judges, 1 - seenShare, framesOf(rest)).problem;
  // A probe that an engine has refined, or training, is the judge's too.
  const probe = part.probe.map((value) => value * Math.sqrt((1 - seenShare) / seenShare));
  const photons = { seen: { ...asked.problem, probe: part.probe }, unseen: { ...others, probe } };
  const contrast = judged(part, photons, { backend, seed });
  if (isAsItIs(contrast)) return { object: whole.object, contrast };
  return { object: drawn(startOf(whole, task.problem, backend), whole.object, contrast), contrast };
}

/** So many frames, nearest to the middle of the scan, that are no darker than half the mean, of which a fifth could be empty; all,
 * where no group of such frames is whole. */
function brightOf<Task extends MaybeGrouped>(task: Task, most: number): Task {
  const { positions } = task.problem;
  const [x, y] = [mean(positions.x), mean(positions.y)];
  const away = (j: number): number => Math.hypot(positions.x[j]! - x, positions.y[j]! - y);
  const light = lookAtFrames(task.problem).survey.frameCounts;
  const least = darkShare * mean(light);
  const order = Int32Array.from(light.keys())
    .filter((j) => light[j]! >= least)
    .sort((a, b) => away(a) - away(b) || a - b);
  if (order.length === light.length && order.length <= most) return task;
  const rows = order.slice(0, most).sort();
  if (task.groups === undefined) return takeFrames(task, rows);
  const groups = takeGroups(task.groups, rows);
  return groups.count === 0 ? task : { ...takeFrames(task, rows), groups };
}

/** The contrast that unseen photons of the same frames bear out. */
function judged(
  part: Inferred,
  { seen, unseen }: { readonly seen: Problem; readonly unseen: Problem },
  { backend, seed }: CalibrationContext,
): Contrast {
  const start = startOf(part, unseen, backend);
  const slots = 32;
  const run = openScanRun(unseen, { backend, seed, slots, keepsWaves: false, heldOut: new Int32Array() });
  let contrast = asItIs;
  try {
    withSlopes(run, (slopes) => {
      const devianceAt = (at: Contrast): number =>
        slopes.devianceAt(drawn(start, part.object, at).data, unseen.probe);
      contrast = descended(devianceAt, part.from === undefined ? mostAlone : mostCorrection);
      // Nothing to smooth: an engine's priors have seen to detail, and so has a contrast of 0.
      if (part.from !== undefined || contrast.amplitude === 0) return;
      const smoothingPx = leastDetail((sigmaPx) => {
        const object = drawn(start, part.object, { ...contrast, smoothingPx: sigmaPx });
        // Else detail would be liked wherever it lies: it scatters as the phase would that is missing.
        const free = freePhase(object, seen, { backend, steps: phaseSteps });
        slopes.devianceAt(free.data, unseen.probe);
        return slopes.frameDeviances();
      }, spotPx(unseen));
      contrast = { ...contrast, smoothingPx };
    });
  } finally {
    run.session.dispose();
  }
  return contrast;
}

/** Standard deviation of the probe's light along an axis. What is wider is told by how bright each frame is. */
function spotPx({ probe, probeModes, size }: Problem): number {
  return measureProbeDiameter({ data: probe, modes: probeModes, size }, "second-moment") / 4;
}

/** From (1, 1) along one contrast and then the other, while a step pays. */
function descended(devianceAt: (contrast: Contrast) => number, most: typeof mostAlone): Contrast {
  const known = new Map<string, number>();
  const contrastAt = ([amplitude, phase]: Place): Contrast => ({
    ...asItIs,
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
  let place: Place = [steps * asItIs.amplitude, steps * asItIs.phase];
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

/** What an inferred object began with. */
interface Start {
  readonly object: ComplexImage;
  /** Σ|P|² of each pixel, [H, W]; undefined for an engine's object. */
  readonly light?: Float32Array;
}

/** The object at a contrast, about what it began with. */
function drawn(start: Start, object: ComplexImage, contrast: Contrast): ComplexImage {
  if (isAsItIs(contrast)) return object;
  const { amplitude, phase, smoothingPx } = contrast;
  const begun = start.object;
  if (amplitude === 0 && phase === 0) return begun;
  const { height, width } = object;
  const modulus = (of: ComplexImage, p: number): number => Math.hypot(of.data[2 * p]!, of.data[2 * p + 1]!);
  const change = Float64Array.from(
    { length: height * width },
    (_, p) => modulus(object, p) - modulus(begun, p),
  );
  const kept =
    smoothingPx === 0 || start.light === undefined
      ? change
      : smoothed({ height, width, data: change }, start.light, smoothingPx).data;
  const data = object.data.slice();
  for (let i = 0; i < data.length; i += 2) {
    const [a, b] = [data[i]!, data[i + 1]!];
    const [c, d] = [begun.data[i]!, begun.data[i + 1]!];
    const turn = phase * Math.atan2(b * c - a * d, a * c + b * d) + Math.atan2(d, c);
    const length = Math.hypot(c, d) + amplitude * kept[i / 2]!;
    data[i] = length * Math.cos(turn);
    data[i + 1] = length * Math.sin(turn);
  }
  return { ...object, data };
}

/** An engine's object, or a flat one of the object's own mean modulus and direction where light falls. */
function startOf({ object, from }: Inferred, problem: Problem, backend: Backend): Start {
  if (from !== undefined) return { object: from };
  const { light } = gradientSteps({ ...problem, object }, { backend, steps: 0, damping: 1 });
  const { height, width, data } = object;
  let [re, im, modulus, sum] = [0, 0, 0, 0];
  for (const [p, weight] of light.entries()) {
    const [a, b] = [data[2 * p]!, data[2 * p + 1]!];
    re += weight * a;
    im += weight * b;
    modulus += weight * Math.hypot(a, b);
    sum += weight;
  }
  const scale = modulus / sum / Math.max(Math.hypot(re, im), Number.MIN_VALUE);
  const flat = flatImage(height, width);
  for (let i = 0; i < flat.data.length; i += 2) {
    flat.data[i] = re * scale;
    flat.data[i + 1] = im * scale;
  }
  return { object: flat, light };
}

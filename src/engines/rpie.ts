// rPIE: regularised ptychographic iterative engine. A frame at a time, in an order shuffled every epoch.
// Maiden, Johnson & Li, Optica 4, 736 (2017), table 1. doi:10.1364/OPTICA.4.000736
//   Δψ = F⁻¹(√n Ψ/|Ψ|) − ψ,  ψ = P·O_r,  Ψ = F ψ
//   O_r += γ P* Δψ / ((1−α)|P|² + α max|P|²)      P += γ' O_r* Δψ / ((1−β)|O_r|² + β max|O_r|²)
// α = β = 1 is ePIE. Several probe modes share √n incoherently: Ψ_k √n / √Σ|Ψ_k|².
// Steps shrink over the epochs: a smaller last step averages the noise that a full one
// chases (Konijnenberg, Coene & Urbach 2018, doi:10.1016/j.ultramic.2016.12.015).

import { z } from "zod";
import { flatImage, type ComplexImage } from "../array/ndarray.ts";
import type { Fft2 } from "../compute/backend.ts";
import { createRng, shuffle } from "../math/random/rng.ts";
import { extractPatch, scatterPatch } from "../optics/patch.ts";
import { probePower } from "../optics/probe.ts";
import { fftShiftReal } from "../optics/propagate.ts";
import { DoselapError } from "../errors.ts";
import { restoreProbePower } from "./constraints/probe-power.ts";
import type { Engine, EngineContext, EngineState, EpochReport, Problem } from "./engine.ts";

const optionsSchema = z.strictObject({
  /** α: regularisation of the object update; 1 = ePIE, smaller = faster and noisier. */
  alpha: z.number().gt(0).max(1).default(0.9),
  /** β: the same for the probe update. */
  beta: z.number().gt(0).max(1).default(1),
  /** γ: object step in the first epoch. */
  objectStep: z.number().gt(0).max(2).default(1),
  /** γ': probe step in the first epoch. */
  probeStep: z.number().min(0).max(2).default(0.5),
  /** Both steps shrink to this fraction of themselves, on a cosine over the planned epochs. */
  finalStepFraction: z.number().gt(0).max(1).default(0.1),
  /** Planned number of epochs: sets the step schedule. */
  epochs: z.number().int().positive().default(60),
  /** The probe is left alone before this epoch (0-based). */
  probeStartEpoch: z.number().int().min(0).default(2),
  /** True: the probe is known and never updated. */
  fixProbe: z.boolean().default(false),
  /** True: after each epoch the probe gets its starting power back; the object takes the inverse factor. */
  constrainProbePower: z.boolean().default(true),
});
export type RpieOptions = z.infer<typeof optionsSchema>;

export interface RpieState extends EngineState {
  readonly problem: Problem;
  readonly options: RpieOptions;
  readonly seed: number;
  readonly fft: Fft2;
  /** √counts with DC at [0, 0], float32 [M, N, N]. */
  readonly amplitude: Float32Array;
  readonly order: Int32Array;
  readonly startPower: number;
  /** Scratch, complex64 [N, N] each; `psi` and `wave` hold all modes. */
  readonly patch: Float32Array;
  readonly patchStep: Float32Array;
  readonly psi: Float32Array;
  readonly wave: Float32Array;
}

export const rpie: Engine<RpieOptions, RpieState> = {
  name: "rpie",
  summary: "regularised ptychographic iterative engine, serial, with a shrinking step",
  options: optionsSchema,
  cites: ["10.1364/OPTICA.4.000736"],
  init,
  step,
};

function init(problem: Problem, options: RpieOptions, { backend, seed }: EngineContext): RpieState {
  const { frames, size, probeModes } = problem;
  const pixels = size * size;
  const amplitude = new Float32Array(frames * pixels);
  for (let j = 0; j < frames; j++) {
    fftShiftReal(problem.diffraction, amplitude, size, j * pixels);
  }
  return {
    object: startObject(problem),
    probe: Float32Array.from(problem.probe),
    epoch: 0,
    problem,
    options,
    seed,
    fft: backend.fft2(size),
    amplitude,
    order: Int32Array.from({ length: frames }, (_, j) => j),
    startPower: probePower({ data: problem.probe }),
    patch: new Float32Array(2 * pixels),
    patchStep: new Float32Array(2 * pixels),
    psi: new Float32Array(2 * pixels * probeModes),
    wave: new Float32Array(2 * pixels * probeModes),
  };
}

function startObject({ object, objectHeight, objectWidth }: Problem): ComplexImage {
  return object === undefined
    ? flatImage(objectHeight, objectWidth)
    : { ...object, data: Float32Array.from(object.data) };
}

function step(state: RpieState): EpochReport {
  const { problem, options, order, epoch } = state;
  const rng = createRng(state.seed, "engine", { frame: epoch });
  for (let j = 0; j < order.length; j++) order[j] = j;
  shuffle(order, rng);

  const progress = Math.min(1, epoch / Math.max(1, options.epochs - 1));
  const shrink =
    options.finalStepFraction + ((1 - options.finalStepFraction) * (1 + Math.cos(Math.PI * progress))) / 2;
  const objectStep = options.objectStep * shrink;
  const probeStep = options.fixProbe || epoch < options.probeStartEpoch ? 0 : options.probeStep * shrink;

  let misfit = 0;
  let counts = 0;
  for (let k = 0; k < order.length; k++) {
    const j = order[k]!;
    const x = problem.positions.x[j]!;
    const y = problem.positions.y[j]!;
    extractPatch(state.object, x, y, problem.size, state.patch);
    exitWaves(state);
    for (let m = 0; m < problem.probeModes; m++) state.fft.forward(state.wave, 2 * m * problem.size ** 2);
    misfit += constrainModulus(state, j);
    for (let m = 0; m < problem.probeModes; m++) state.fft.inverse(state.wave, 2 * m * problem.size ** 2);
    for (let i = 0; i < state.wave.length; i++) state.wave[i] = state.wave[i]! - state.psi[i]!;
    objectUpdate(state, objectStep);
    if (probeStep > 0) probeUpdate(state, probeStep);
    scatterPatch(state.patchStep, x, y, problem.size, state.object);
  }
  for (let i = 0; i < state.amplitude.length; i++) counts += state.amplitude[i]! ** 2;
  if (options.constrainProbePower && probeStep > 0) {
    restoreProbePower(state.probe, state.object.data, state.startPower);
  }
  state.epoch++;
  const error = misfit / Math.max(counts, Number.MIN_VALUE);
  if (!Number.isFinite(error)) {
    throw new DoselapError("Diverged", `rpie lost its fields in epoch ${state.epoch}`, {
      expected: "a finite misfit",
      got: String(error),
      hint: "Lower --object-step or --probe-step, or hold the probe with --fix-probe.",
    });
  }
  return { error };
}

/** ψ_k = P_k·O_r into `psi` and `wave`. */
function exitWaves({ probe, patch, psi, wave }: RpieState): void {
  const n = patch.length;
  for (let start = 0; start < probe.length; start += n) {
    for (let i = 0; i < n; i += 2) {
      const pr = probe[start + i]!;
      const pi = probe[start + i + 1]!;
      const or = patch[i]!;
      const oi = patch[i + 1]!;
      psi[start + i] = wave[start + i] = pr * or - pi * oi;
      psi[start + i + 1] = wave[start + i + 1] = pr * oi + pi * or;
    }
  }
}

/** Gives the detector waves the measured modulus; returns Σ(|Ψ|−√n)² before. */
function constrainModulus({ amplitude, wave, problem }: RpieState, frame: number): number {
  const pixels = problem.size * problem.size;
  const stride = 2 * pixels;
  let misfit = 0;
  for (let i = 0; i < pixels; i++) {
    let intensity = 0;
    for (let at = 2 * i; at < wave.length; at += stride) intensity += wave[at]! ** 2 + wave[at + 1]! ** 2;
    const modulus = Math.sqrt(intensity);
    const wanted = amplitude[frame * pixels + i]!;
    misfit += (modulus - wanted) ** 2;
    // A pixel without modulus has no phase to keep: it stays dark, as it would for any phase choice on average.
    const factor = modulus > 0 ? wanted / modulus : 0;
    for (let at = 2 * i; at < wave.length; at += stride) {
      wave[at] = wave[at]! * factor;
      wave[at + 1] = wave[at + 1]! * factor;
    }
  }
  return misfit;
}

/** γ Σ_k P_k* Δψ_k / ((1−α)|P|² + α max|P|²) into `patchStep`, |P|² summed over modes. */
function objectUpdate({ probe, wave, patchStep, options }: RpieState, step: number): void {
  const n = patchStep.length;
  let peak = 0;
  for (let i = 0; i < n; i += 2) {
    let power = 0;
    for (let at = i; at < probe.length; at += n) power += probe[at]! ** 2 + probe[at + 1]! ** 2;
    if (power > peak) peak = power;
  }
  const floor = options.alpha * peak;
  for (let i = 0; i < n; i += 2) {
    let re = 0;
    let im = 0;
    let power = 0;
    for (let at = i; at < probe.length; at += n) {
      const pr = probe[at]!;
      const pi = probe[at + 1]!;
      re += pr * wave[at]! + pi * wave[at + 1]!;
      im += pr * wave[at + 1]! - pi * wave[at]!;
      power += pr * pr + pi * pi;
    }
    const scale = step / ((1 - options.alpha) * power + floor);
    patchStep[i] = re * scale;
    patchStep[i + 1] = im * scale;
  }
}

/** P_k += γ' O_r* Δψ_k / ((1−β)|O_r|² + β max|O_r|²). */
function probeUpdate({ probe, wave, patch, options }: RpieState, step: number): void {
  const n = patch.length;
  let peak = 0;
  for (let i = 0; i < n; i += 2) peak = Math.max(peak, patch[i]! ** 2 + patch[i + 1]! ** 2);
  const floor = options.beta * peak;
  for (let i = 0; i < n; i += 2) {
    const or = patch[i]!;
    const oi = patch[i + 1]!;
    const scale = step / ((1 - options.beta) * (or * or + oi * oi) + floor);
    for (let at = i; at < probe.length; at += n) {
      const re = or * wave[at]! + oi * wave[at + 1]!;
      const im = or * wave[at + 1]! - oi * wave[at]!;
      probe[at] = probe[at]! + re * scale;
      probe[at + 1] = probe[at + 1]! + im * scale;
    }
  }
}

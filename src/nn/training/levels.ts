// Losses that a network's is compared with, on its own validation batches and on its own training batches: what knowing only the mean rate gives, what knowing
// only the mean pattern gives, and what the true object gives. A loss below the truth's is fitted noise.

import { measuredPixels } from "../../engines/counts.ts";
import { expectedCounts, measurementLoss, type MeasurementLoss } from "../fields/loss.ts";
import type { Field } from "../fields/field.ts";
import { dftMatrix } from "../fields/dft.ts";
import { sampler } from "../fields/patches.ts";
import { spectra, totalIntensity } from "../fields/scattering.ts";
import { constant, filled, input, type Tensor } from "../graph/tensor.ts";
import { expand } from "../ops/expand.ts";
import type { Level } from "./fit.ts";
import { transposedMask, type FrameStore } from "./frame-store.ts";
import type { ScanTask } from "./scan-task.ts";

export interface LevelOptions {
  readonly kind: MeasurementLoss;
  /** Share of the photons that the loss compares with. */
  readonly share: number;
  /** Shape of a batch's counts, [frames, N, N]. */
  readonly shape: readonly number[];
  /** Batches with their `counts`. */
  readonly batch: Level["batch"];
  readonly training?: Level["training"];
}

function levelLoss({ kind, shape }: LevelOptions, expected: Tensor, mask?: Uint8Array): Tensor {
  return measurementLoss(kind, expected, input("counts", shape), mask);
}

/** Uniform rate and mean pattern, both taken from the training frames alone. */
export function plainLevels(store: FrameStore, training: ArrayLike<number>, options: LevelOptions): Level[] {
  const { share, shape, batch, training: trained } = options;
  const { counts, sizePx, mask } = store;
  const pixels = sizePx * sizePx;
  const mean = new Float64Array(pixels);
  for (let at = 0; at < training.length; at++) {
    const from = training[at]! * pixels;
    for (let i = 0; i < pixels; i++) mean[i] = mean[i]! + (share * counts[from + i]!) / training.length;
  }
  const rate = mean.reduce((a, b) => a + b, 0) / measuredPixels(sizePx, mask);
  // A pixel that no training frame has lit: half a photon in all of them together.
  const least = (0.5 * share) / training.length;
  const pattern = constant(
    [1, sizePx, sizePx],
    mean.map((value) => Math.max(value, least)),
  );
  const against = (expected: Tensor): Tensor => levelLoss(options, expected, mask);
  return [
    { name: "uniform rate", loss: against(filled(shape, Math.max(rate, least))), batch, training: trained },
    { name: "mean pattern", loss: against(expand(pattern, shape)), batch, training: trained },
  ];
}

/** The true object's loss; batches also have `truth.re`, `truth.im` [B, Z, Z], `top` and `left` [B, C]. */
export function truthLevel(
  { problem, dosePhotons, backgroundPhotonsPerPx }: ScanTask,
  { groups, framesPerGroup, canvasPx }: { groups: number; framesPerGroup: number; canvasPx: number },
  options: LevelOptions,
): Level {
  const { share, batch, training } = options;
  const { size: sizePx, probeModes } = problem;
  const mask = transposedMask(problem.mask, sizePx);
  const places = [groups, framesPerGroup];
  const part = (name: string): Tensor => input(name, [groups, canvasPx, canvasPx]);
  const truth: Field = { re: part("truth.re"), im: part("truth.im") };
  const modes = [probeModes, sizePx, sizePx];
  const probe = { re: input("probe.re", modes), im: input("probe.im", modes) };
  const cut = sampler(input("top", places), input("left", places), {
    groups,
    framesPerGroup,
    sizePx,
    canvasPx,
  });
  const light = { probe, matrix: dftMatrix(sizePx) };
  const expected = expectedCounts(totalIntensity(spectra(truth, cut, light)), {
    dosePhotons: dosePhotons * share,
    backgroundPhotonsPerPx: backgroundPhotonsPerPx * share,
  });
  return { name: "truth", loss: levelLoss(options, expected, mask), batch, training };
}

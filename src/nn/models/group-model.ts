// The physics-informed network: frames of a group → the object that they share, on the group's own canvas.
//   O ← 1;  J times: O ← O + G(O)/D                       (plain gradient steps: the physics inside the input)
//   K times: u ← u + net_k(|O|−1, arg O, G O*/√(|O|²+.01), √(cov/peak)),  O = (1 + u₀) e^{i u₁}
//   D = (1−a)·cov + a·peak,  cov = Σ_c S_c Σ_m|p_m|²,  peak = max cov                     (as physics/gradient-steps.ts)
// From stage 2 on, G is that of the object so far, and the loss reaches through it. Frames enter as s = √(counts/dose) and
// the probe as p = P/√dose, so nothing else is normalised. The pull rotated by O* does not change with a global phase.
// Outside of the region that the network solves the canvas stays flat and counts nothing; inside it counts by cov, the same in
// numerator and denominator wherever canvases meet. A group's output depends on that group alone.
// Hoidn, Mishra & Mehta 2023, doi:10.1038/s41598-023-48351-7 (unsupervised, through the forward model); Adler & Öktem 2018,
// doi:10.1109/TMI.2018.2799231 (unrolled gradient steps with learned corrections).

import { DoselapError } from "../../errors.ts";
import { dftMatrix } from "../fields/dft.ts";
import { conjugateProduct, intensity, mapField, polarField, type Field } from "../fields/field.ts";
import { sampler, type Sampler } from "../fields/patches.ts";
import { flatSpectra, lightInside, objectGradient, spectra } from "../fields/scattering.ts";
import { filled, type Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { angle } from "../ops/angle.ts";
import { concat } from "../ops/concat.ts";
import { divide } from "../ops/divide.ts";
import { pad2d } from "../ops/pad2d.ts";
import { reshape } from "../ops/reshape.ts";
import { slice } from "../ops/slice.ts";
import { subtract } from "../ops/subtract.ts";
import { log, offset, relu, scale, sigmoid, sqrt, tanh } from "../ops/unary.ts";
import type { CanvasNetwork, CanvasOutput, GroupFeeds } from "./canvas-network.ts";
import { probeShiftSpecs, shiftedProbe } from "./trained-probe.ts";
import { unet, type UnetShape, type Watch } from "./unet.ts";

export interface GroupModelConfig {
  /** N. */
  readonly sizePx: number;
  /** C. */
  readonly framesPerGroup: number;
  /** Z: side of the group's canvas. */
  readonly canvasPx: number;
  /** S: side of the centred region that is solved; the rest of the canvas is flat. */
  readonly regionPx: number;
  /** J: gradient steps before the first network. */
  readonly steps: number;
  /** K: networks, each with weights of its own; 0 = the gradient steps alone. */
  readonly stages: number;
  /** a: 0 = each pixel by its own illumination, 1 = all by the largest. */
  readonly damping: number;
  /** additive: corrections of amplitude and phase. polar: amplitude 1.2·sigmoid, phase π·tanh, corrected inside of them, so
   * that without a correction both are what they were. */
  readonly output: "additive" | "polar";
  readonly widths: readonly number[];
  /** Probe modes that are trained beside the network, all of them or 0: then the probe is known. */
  readonly trainedProbeModes: number;
  /** The scan has masked pixels: amplitudes below 0. */
  readonly masked?: boolean | undefined;
}

export interface GroupOutput extends CanvasOutput {
  /** After each stage, canvases [B, Z, Z]; the object of the gradient steps first. */
  readonly objects: readonly Field[];
  /** Spectra of their patches, for each object a field [B·C, N, N] (transposed) per probe mode: a loss that compares them
   * and the next stage's pull share one transform, forwards and backwards. */
  readonly spectra: readonly (readonly Field[])[];
  /** Outputs of the networks, [B, 2, S, S] each. */
  readonly corrections: readonly Tensor[];
}

export interface GroupModel extends CanvasNetwork {
  apply(feeds: GroupFeeds, parameters: { readonly [name: string]: Tensor }, watch?: Watch): GroupOutput;
}

/** Planes that a network sees, and corrections that it gives. */
export const groupChannels = { inputs: 5, outputs: 2 } as const;

/** @throws Range when canvas, region and levels do not fit. */
export function groupModel(config: GroupModelConfig): GroupModel {
  const { sizePx, framesPerGroup, canvasPx, regionPx, stages, widths, trainedProbeModes, masked } = config;
  const border = (canvasPx - regionPx) / 2;
  if (
    !(Number.isInteger(border) && border >= 0 && regionPx % 2 ** widths.length === 0 && canvasPx >= sizePx)
  ) {
    throw new DoselapError("Range", "the group's canvas does not fit", {
      key: "regionPx",
      expected: `a multiple of ${2 ** widths.length} of the canvas's parity, at most ${canvasPx}; a canvas of at least ${sizePx}`,
      got: `region ${regionPx}, canvas ${canvasPx}`,
    });
  }
  const shape: UnetShape = { ...groupChannels, widths };
  const nets = Array.from({ length: stages }, (_, k) => unet(`stage${k}`, shape));
  const specs = [...nets.flatMap((net) => net.specs), ...probeShiftSpecs(trainedProbeModes, sizePx)];
  const frame = { top: border, bottom: border, left: border, right: border };

  function apply(
    { amplitudes, top, left, probe: given }: GroupFeeds,
    parameters: { readonly [name: string]: Tensor },
    watch?: Watch,
  ): GroupOutput {
    const probe = shiftedProbe(given, parameters);
    const groups = top.shape[0]!;
    const shape = { groups, framesPerGroup, sizePx };
    // Patches are taken from the region alone: around it the object is flat (NN-010).
    const [regionTop, regionLeft] = [offset(top, -border), offset(left, -border)];
    const places = sampler(regionTop, regionLeft, { ...shape, canvasPx: regionPx });
    const illumination = { probe, matrix: dftMatrix(sizePx) };
    const light = lightOf(probe, sampler(top, left, { ...shape, canvasPx }), frame, config.damping);
    const pull = (modes: readonly Field[]): Field => {
      const gradient = objectGradient(modes, places, amplitudes, { ...illumination, masked });
      return mapField(gradient, (part) => divide(part, light.divisor));
    };
    const flat = flatSpectra(illumination, groups * framesPerGroup);
    let modes = flat;
    let object: Field = {
      re: filled([groups, regionPx, regionPx], 1),
      im: filled([groups, regionPx, regionPx], 0),
    };
    for (let j = 0; j < config.steps; j++) {
      const step = pull(modes);
      object = { re: add(object.re, step.re), im: add(object.im, step.im) };
      modes = spectra(object, places, illumination);
    }
    const regions = [object];
    const seen = [modes];
    const corrections: Tensor[] = [];
    let u: { readonly amplitude: Tensor; readonly phase: Tensor } | undefined;
    for (const net of nets) {
      const modulus = sqrt(offset(intensity(object), 1e-12));
      u ??= { amplitude: offset(modulus, -1), phase: angle(object.re, object.im) };
      const rotated = conjugateProduct(pull(modes), object);
      const length = sqrt(offset(intensity(object), 0.01));
      const planes = [
        u.amplitude,
        u.phase,
        divide(rotated.re, length),
        divide(rotated.im, length),
        light.share,
      ];
      const input = concat(
        planes.map((plane) => reshape(plane, [groups, 1, regionPx, regionPx])),
        1,
      );
      const output = net.apply(input, parameters, watch);
      corrections.push(output);
      const [da, dp] = [0, 1].map((channel) =>
        reshape(slice(output, 1, channel, channel + 1), [groups, regionPx, regionPx]),
      ) as [Tensor, Tensor];
      u = corrected(u, da, dp, config.output);
      object = polarField(offset(u.amplitude, 1), u.phase);
      modes = spectra(object, places, illumination);
      regions.push(object);
      seen.push(modes);
    }
    const objects = regions.map((region) => onCanvas(region, frame));
    const inside = pad2d(light.cov, frame);
    return {
      object: objects.at(-1)!,
      objects,
      spectra: seen,
      light: inside,
      corrections,
    };
  }
  return { sizePx, framesPerGroup, canvasPx, masked, specs, apply };
}

type Border = Parameters<typeof pad2d>[1];

/** Illumination of the region: cov, the divisor D and √(cov/peak), [B, S, S]. */
function lightOf(probe: Field, canvas: Sampler, frame: Border, damping: number) {
  const { cov, largest } = lightInside(probe, canvas, frame);
  const divisor = add(scale(cov, 1 - damping), offset(scale(largest, damping), 1e-12));
  return { cov, divisor, share: sqrt(offset(divide(cov, largest), 1e-12)) };
}

function corrected(
  u: { readonly amplitude: Tensor; readonly phase: Tensor },
  amplitude: Tensor,
  phase: Tensor,
  output: GroupModelConfig["output"],
) {
  if (output === "additive") return { amplitude: add(u.amplitude, amplitude), phase: add(u.phase, phase) };
  const modulus = clamped(scale(offset(u.amplitude, 1), 1 / largestModulus), room, 1 - room);
  const turn = clamped(scale(u.phase, 1 / Math.PI), room - 1, 1 - room);
  // σ⁻¹(r) = ln(r/(1−r)) and tanh⁻¹(t) = ½ ln((1+t)/(1−t)).
  const logit = log(divide(modulus, offset(scale(modulus, -1), 1)));
  const stretched = scale(log(divide(offset(turn, 1), offset(scale(turn, -1), 1))), 0.5);
  return {
    amplitude: offset(scale(sigmoid(add(logit, amplitude)), largestModulus), -1),
    phase: scale(tanh(add(stretched, phase)), Math.PI),
  };
}

/** Above the modulus of any object that only absorbs, with room for noise. */
const largestModulus = 1.2;

/** A start nearer to a bound than this share is taken at this distance: at the bound no correction could move it. */
const room = 0.01;

function clamped(a: Tensor, lowest: number, highest: number): Tensor {
  return offset(subtract(relu(offset(a, -lowest)), relu(offset(a, -highest))), lowest);
}

/** A region on its canvas, 1 around it. */
function onCanvas({ re, im }: Field, frame: Border): Field {
  return { re: offset(pad2d(offset(re, -1), frame), 1), im: pad2d(im, frame) };
}

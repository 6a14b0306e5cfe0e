// Fisher information of an object in a ptychographic scan with a known probe, as an operator that is never formed.
//   n_jq ~ Poisson(λ_jq + b),  λ_jq = Σ_m|Ψ_jqm|²,  Ψ_jm = F(P_m·A_j O)
//   ∂λ·v = 2 Re Σ_m Ψ_m* F(P_m·A_j v),  F v = Σ_jq ∇λ (∂λ·v)/(λ + b) = 4 Σ_j A_jᵀ Σ_m P_m* F⁻¹[E_m Re Σ_m' E_m'* F(P_m'·A_j v)],
//   E = Ψ/√(λ + b).
// Real and imaginary part of each pixel are two parameters; the product is Re Σ u*v. Without background E is a direction of
// length 1 however dark the pixel is, so F grows in proportion to the dose. Where λ is below the rounding of the transform
// that direction is not known: the mean over all directions stands in, 4/(2·modes) times the field.
// The Cramér–Rao bound of ptychography: arXiv:2003.05475.

import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions, Probe } from "../array/scan.ts";
import type { Transforms } from "../compute/backend.ts";
import type { SubPixel } from "../compute/scan-memory.ts";
import { makePatchSampler } from "../optics/patch.ts";
import { exitWave } from "../optics/propagate.ts";

export interface ScanModel {
  readonly object: ComplexImage;
  /** Calibrated: squared amplitudes are counts. */
  readonly probe: Probe;
  readonly positions: Positions;
  readonly subPixel: SubPixel;
  /** Expected counts per detector pixel on top of the diffracted ones. */
  readonly backgroundPhotonsPerPx: number;
  readonly backend: Transforms;
}

export interface Fisher {
  /** out = F v, complex [H, W] each, interleaved; counts per squared unit of the object. Owns scratch: not re-entrant. */
  apply(v: ComplexImage, out: ComplexImage): void;
  /** Σ_j A_jᵀ Σ_m|P_m|², float32 [H, W]: half the mean of F's two diagonal entries of each pixel. */
  readonly illumination: Float32Array;
}

/** Detector pixels fainter than this share of their frame's mean hold the rounding of float32 transforms and nothing else. */
const roundingShare = 1e-12;
/** Fields E that are kept between products; those of larger scans are computed again each time. */
const keptBytes = 512 * 2 ** 20;

/** @throws Range when a patch reaches outside the object or the backend has no transform of this size. */
export function createFisher(model: ScanModel): Fisher {
  const { object, probe, positions, subPixel, backgroundPhotonsPerPx, backend } = model;
  const { size, modes } = probe;
  const pixels = size * size;
  const frames = positions.x.length;
  const fft = backend.fft2(size);
  const sampler = makePatchSampler(subPixel, size, backend);
  const patch = new Float32Array(2 * pixels);
  const waves = Array.from({ length: modes }, () => new Float32Array(2 * pixels));
  const gradient = new Float32Array(2 * pixels);
  const change = new Float64Array(pixels);
  const keeps = frames * modes * pixels * 8 <= keptBytes;
  const kept = new Float32Array(2 * modes * pixels * (keeps ? frames : 1));
  const keptDark = new Uint8Array(pixels * (keeps ? frames : 1));
  if (keeps) for (let j = 0; j < frames; j++) directions(j, j);

  /** F(P_m·A_j v) of all modes into `waves`. */
  function propagate(v: ComplexImage, j: number): void {
    sampler.extract(v, positions.x[j]!, positions.y[j]!, patch);
    for (let m = 0; m < modes; m++) {
      exitWave(probe, m, patch, waves[m]!);
      fft.forward(waves[m]!);
    }
  }

  /** E and the dark pixels of frame j into place `slot`. */
  function directions(j: number, slot: number): void {
    propagate(object, j);
    change.fill(0);
    let total = 0;
    for (const wave of waves) {
      for (let i = 0; i < pixels; i++) {
        const power = wave[2 * i]! ** 2 + wave[2 * i + 1]! ** 2;
        change[i] = change[i]! + power;
        total += power;
      }
    }
    const darkest = (roundingShare * total) / pixels;
    for (let i = 0; i < pixels; i++) {
      const expected = change[i]! + backgroundPhotonsPerPx;
      const isDark = backgroundPhotonsPerPx === 0 && expected <= darkest;
      keptDark[slot * pixels + i] = isDark ? 1 : 0;
      const scale = isDark || expected === 0 ? 0 : 1 / Math.sqrt(expected);
      for (let m = 0; m < modes; m++) {
        const at = 2 * ((slot * modes + m) * pixels + i);
        kept[at] = waves[m]![2 * i]! * scale;
        kept[at + 1] = waves[m]![2 * i + 1]! * scale;
      }
    }
  }

  /** waves_m ← E_m Re Σ E*·waves, the mean over directions where it is dark. */
  function project(slot: number): void {
    change.fill(0);
    for (let m = 0; m < modes; m++) {
      const wave = waves[m]!;
      const base = 2 * (slot * modes + m) * pixels;
      for (let i = 0, o = 0; i < pixels; i++, o += 2) {
        change[i] = change[i]! + kept[base + o]! * wave[o]! + kept[base + o + 1]! * wave[o + 1]!;
      }
    }
    for (let m = 0; m < modes; m++) {
      const wave = waves[m]!;
      const base = 2 * (slot * modes + m) * pixels;
      for (let i = 0, o = 0; i < pixels; i++, o += 2) {
        if (keptDark[slot * pixels + i] === 1) {
          wave[o] = wave[o]! / (2 * modes);
          wave[o + 1] = wave[o + 1]! / (2 * modes);
        } else {
          wave[o] = kept[base + o]! * change[i]!;
          wave[o + 1] = kept[base + o + 1]! * change[i]!;
        }
      }
    }
  }

  /** gradient = 4 Σ_m P_m* F⁻¹ waves_m. */
  function propagateBack(): void {
    gradient.fill(0);
    for (let m = 0; m < modes; m++) {
      const wave = waves[m]!;
      fft.inverse(wave);
      const at = 2 * m * pixels;
      for (let i = 0; i < 2 * pixels; i += 2) {
        const pr = 4 * probe.data[at + i]!;
        const pi = 4 * probe.data[at + i + 1]!;
        gradient[i] = gradient[i]! + pr * wave[i]! + pi * wave[i + 1]!;
        gradient[i + 1] = gradient[i + 1]! + pr * wave[i + 1]! - pi * wave[i]!;
      }
    }
  }

  return {
    illumination: illuminationOf(model),
    apply(v, out) {
      out.data.fill(0);
      for (let j = 0; j < frames; j++) {
        const slot = keeps ? j : 0;
        if (!keeps) directions(j, slot);
        propagate(v, j);
        project(slot);
        propagateBack();
        sampler.scatter(gradient, positions.x[j]!, positions.y[j]!, out);
      }
    },
  };
}

/** Bilinear whatever the sampler: it weighs steps and moves no solution. */
function illuminationOf({ object: { height, width }, probe, positions, backend }: ScanModel): Float32Array {
  const pixels = probe.size ** 2;
  const light = new Float32Array(2 * pixels);
  for (let i = 0; i < probe.modes * pixels; i++) {
    const at = 2 * (i % pixels);
    light[at] = light[at]! + probe.data[2 * i]! ** 2 + probe.data[2 * i + 1]! ** 2;
  }
  const sum: ComplexImage = { height, width, data: new Float32Array(2 * height * width) };
  const sampler = makePatchSampler("bilinear", probe.size, backend);
  for (let j = 0; j < positions.x.length; j++) sampler.scatter(light, positions.x[j]!, positions.y[j]!, sum);
  return Float32Array.from({ length: height * width }, (_, i) => sum.data[2 * i]!);
}

// The standard gauge, the same for every arm: what ptychography cannot know is removed before anything is scored.
//   recon(x) ≈ s · truth(x − d) · e^{i(φ + r·x)}: shift d, phase φ, ramp r and amplitude scale s, inside the mask.
// The ramp may be left in. A curvature κ|x−c|² is taken out only when asked for: a wrong defocus of the probe makes one, but
// the object may own one too. What was removed is always reported.
// Ramp and shift are found in turn until the shift settles: a ramp moves the spectrum, a shift bends the phase. The
// correlation is taken of mean-free fields under mask × Hann, so that a flat field has no shift to find. Of a phase that varies
// by radians a shifted product shows no ramp: where little fits, whole-pixel shifts are tried, each with its own ramp.
// The peak is looked for within the bound and a pixel around it (METRIC-016). A shift beyond ±maxShiftPx on an axis, or a place far
// off that fits much better, is flagged and not applied (F-40). The scale is least squares on amplitudes,
// 1/s = Σ|recon||truth| / Σ|recon|², so that a wrong phase does not dim the amplitude.
// The shift is applied by Fourier multiplier with mirrored borders: the |d| px that enter the frame are not measured.

import type { ComplexImage, RealImage } from "../array/ndarray.ts";
import { checkFinite } from "./finite.ts";
import { coherence, isFlat, measureCurvature, measureRamp, measureShift, regionOf } from "./gauge-region.ts";
import { removeCurvature, removeOffset, removeRamp, removeScale } from "./gauge-removal.ts";
import { checkSameShape, type PixelMask } from "./mask.ts";
import { wrapAngle, type Ramp } from "./phase-ramp.ts";
import { fourierShift, registrationStepPx, type Shift, type ShiftWindow } from "./register.ts";

export interface GaugeOptions {
  readonly mask?: PixelMask | undefined;
  /** False: no shift is looked for. */
  readonly registration?: boolean | undefined;
  /** Largest shift per axis that is applied, pixels. */
  readonly maxShiftPx?: number | undefined;
  /** False: a linear phase stays in. */
  readonly phaseRamp?: boolean | undefined;
  /** True: an isotropic quadratic phase is removed as well. */
  readonly phaseCurvature?: boolean | undefined;
}

/** What was found, as a property of the reconstruction: recon ≈ amplitudeScale·truth(x − shift)·e^{i(phaseOffset + ramp·x +
 * curvature·|x − c|²)}, with x counted from pixel (0, 0) and c the centre of the compared box. */
export interface GaugeParameters {
  readonly shiftXPx: number;
  readonly shiftYPx: number;
  /** True: the shift lies beyond the bound and was not applied. */
  readonly shiftFlagged: boolean;
  readonly phaseOffsetRad: number;
  readonly rampXRadPerPx: number;
  readonly rampYRadPerPx: number;
  readonly curvatureRadPerPx2: number;
  readonly amplitudeScale: number;
}

/** Complex image brought to the truth's gauge, complex64 [h, w] each. @throws Shape when shapes
 * differ, Range for a non-finite pixel or an empty mask. */
export function applyGauge(
  reconstruction: ComplexImage,
  truth: ComplexImage,
  options: GaugeOptions = {},
): { readonly aligned: ComplexImage } & GaugeParameters {
  checkSameShape(reconstruction, truth, options.mask);
  checkFinite(reconstruction, "reconstruction");
  checkFinite(truth, "truth");
  const recon = Float64Array.from(reconstruction.data);
  const fixed = Float64Array.from(truth.data);
  const parameters = align(recon, fixed, truth, { ...options, phase: true });
  return { aligned: { ...reconstruction, data: Float32Array.from(recon) }, ...parameters };
}

/** Real image brought to the truth's position and scale, float64 [h, w]. @throws Shape when shapes
 * differ, Range for a non-finite pixel or an empty mask. */
export function applyRealGauge(
  reconstruction: RealImage,
  truth: RealImage,
  options: GaugeOptions = {},
): { readonly aligned: RealImage } & GaugeParameters {
  checkSameShape(reconstruction, truth, options.mask);
  checkFinite(reconstruction, "reconstruction");
  checkFinite(truth, "truth");
  const recon = interleave(reconstruction.data);
  const parameters = align(recon, interleave(truth.data), truth, { ...options, phase: false });
  const data = new Float64Array(reconstruction.data.length);
  for (let i = 0; i < data.length; i++) data[i] = recon[2 * i]!;
  return { aligned: { ...reconstruction, data }, ...parameters };
}

/** Coherence below which ramp and shift may have been mistaken for each other. */
const littleFits = 0.8;

/** Shifts still to be looked at from where a field lies: the bound, and a pixel more, where a larger shift shows; always the
 * neighbouring pixels. */
function around({ x, y }: Shift, maxShiftPx: number): ShiftWindow {
  const reach = maxShiftPx + 1;
  const along = (at: number): [number, number] => [Math.min(-1, -reach - at), Math.max(1, reach - at)];
  return { x: along(x), y: along(y) };
}

/** Aligns `recon` (complex128) in place. */
function align(
  recon: Float64Array,
  truth: Float64Array,
  size: { readonly height: number; readonly width: number },
  options: GaugeOptions & { readonly phase: boolean },
): GaugeParameters {
  const {
    mask,
    registration = true,
    maxShiftPx = 2,
    phase,
    phaseRamp = true,
    phaseCurvature = false,
  } = options;
  const region = regionOf(size, mask);
  const start = recon.slice();
  const registrable = registration && !isFlat(recon, region) && !isFlat(truth, region);
  let ramp: Ramp = { x: 0, y: 0 };
  let curvature = 0;
  let shift: Shift = { x: 0, y: 0 };
  // A constant image has no ramp of its own: fitting one would hand it the truth's slope, and a score for it.
  const constant = isConstant(recon, mask);
  const addPhase = (nearZero: boolean): void => {
    if (!phase || constant) return;
    if (phaseCurvature) {
      const bend = measureCurvature(recon, truth, region, { nearZero });
      curvature += bend;
      removeCurvature(recon, size, region.box, bend);
    }
    if (!phaseRamp) return;
    const more = measureRamp(recon, truth, region, { nearZero });
    ramp = { x: wrapAngle(ramp.x + more.x), y: wrapAngle(ramp.y + more.y) };
    removeRamp(recon, size, more);
  };
  /** From the start each time: a field is interpolated once, and the mirrored border stays thin. */
  const place = (by: Shift, nearZero: boolean): void => {
    recon.set(start);
    removeCurvature(recon, size, region.box, curvature);
    removeRamp(recon, size, ramp);
    fourierShift(recon, size.height, size.width, { x: -by.x, y: -by.y });
    addPhase(nearZero);
  };
  /** Ramp, curvature and shift from a first guess of the shift. Returns a better place beyond the bound. */
  const settle = (guess: Shift): Shift | undefined => {
    [ramp, curvature, shift] = [{ x: 0, y: 0 }, 0, guess];
    place(shift, false);
    // Each round shrinks the error of the shift by the square of feature size over window size: four are ample.
    for (let round = 0; registrable && round < 4; round++) {
      const found = measureShift(recon, truth, region, around(shift, maxShiftPx));
      if (found.elsewhere !== undefined) {
        return { x: onGrid(shift.x + found.elsewhere.x), y: onGrid(shift.y + found.elsewhere.y) };
      }
      const more = found.shift;
      if (Math.max(Math.abs(more.x), Math.abs(more.y)) <= registrationStepPx) break;
      shift = { x: onGrid(shift.x + more.x), y: onGrid(shift.y + more.y) };
      place(shift, true);
    }
    return undefined;
  };
  /** Of all whole-pixel shifts within the bound and a pixel more, each with its own ramp, the one that fits best. */
  const bestWholeShift = (): Shift => {
    const reach = Math.ceil(maxShiftPx) + 1;
    let best = { at: { x: 0, y: 0 }, fit: -1 };
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        [ramp, curvature] = [{ x: 0, y: 0 }, 0];
        place({ x, y }, false);
        const fit = coherence(recon, truth, region);
        if (fit > best.fit) best = { at: { x, y }, fit };
      }
    }
    return best.at;
  };
  let elsewhere = settle({ x: 0, y: 0 });
  const isDoubtful = (): boolean => coherence(recon, truth, region) < littleFits;
  if (registrable && phase && phaseRamp && !constant && isDoubtful()) {
    elsewhere = settle(bestWholeShift());
    // Far off, a false ramp hides the place: looked at without one.
    if (elsewhere === undefined && isDoubtful()) {
      elsewhere = measureShift(start.slice(), truth, region, around({ x: 0, y: 0 }, maxShiftPx)).elsewhere;
    }
  }
  const found = elsewhere ?? shift;
  const flagged = Math.abs(found.x) > maxShiftPx || Math.abs(found.y) > maxShiftPx;
  if (flagged) {
    [ramp, curvature] = [{ x: 0, y: 0 }, 0];
    place({ x: 0, y: 0 }, false);
  }
  const turn = phase ? removeOffset(recon, truth, mask) : 0;
  return {
    shiftXPx: found.x,
    shiftYPx: found.y,
    shiftFlagged: flagged,
    phaseOffsetRad: turn,
    rampXRadPerPx: ramp.x,
    rampYRadPerPx: ramp.y,
    curvatureRadPerPx2: curvature,
    amplitudeScale: removeScale(recon, truth, { mask, phase }),
  };
}

/** Equal in every compared pixel, to the rounding of complex64. */
function isConstant(field: Float64Array, mask: PixelMask | undefined): boolean {
  let first = -1;
  for (let i = 0; i < field.length; i += 2) {
    if (mask !== undefined && mask[i / 2] === 0) continue;
    if (first < 0) first = i;
    const away = Math.hypot(field[i]! - field[first]!, field[i + 1]! - field[first + 1]!);
    if (away > 1e-6 * Math.hypot(field[first]!, field[first + 1]!)) return false;
  }
  return true;
}

/** Multiples of the search's last step, 0.001 px, without what adding them leaves in the last bits, and without −0. */
function onGrid(shiftPx: number): number {
  return Math.round(shiftPx / registrationStepPx) / (1 / registrationStepPx) + 0;
}

function interleave(data: Float64Array): Float64Array {
  const out = new Float64Array(2 * data.length);
  for (let i = 0; i < data.length; i++) out[2 * i] = data[i]!;
  return out;
}

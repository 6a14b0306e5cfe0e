// The start probe of a measured scan: the file's own, or P = F⁻¹[ A · e^{−iπ λ z k²} ], z from the focus to the sample. On a flat
// object every exit wave has the probe's power and its far field has the mean pattern's amplitude: A = √mean. With a zone plate's
// numbers A is its pupil. In a near field the probe is the mean frame carried back to the sample: P = F⁻¹[ conj(T) F √mean ].

import type { Probe } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";
import { fft2Float64, signedIndex } from "../math/fft64.ts";
import { probePower, scaleProbe } from "../optics/probe.ts";
import { withProbeModes } from "../optics/probe-modes.ts";
import { fftShiftComplex } from "../optics/propagate.ts";
import { focalLengthM, geometricSpotRadiusM, zonePlatePupil, type ZonePlate } from "../optics/zone-plate.ts";

export interface StartProbeOptions {
  readonly sizePx: number;
  /** Mean counts of the prepared frames, [N, N], zero frequency at (N/2, N/2). */
  readonly meanCounts: Float64Array;
  /** The file's probe. */
  readonly own?: Probe | undefined;
  /** Transfer function of a near field, complex64 [N, N], DC at [0, 0]. */
  readonly transfer?: Float32Array | undefined;
  /** Focus to sample; positive downstream. */
  readonly defocusM?: number | undefined;
  readonly zonePlate?: ZonePlate | undefined;
  /** Further ones are Hermite modes of the first. */
  readonly modes?: number | undefined;
  readonly wavelengthM?: number | undefined;
  readonly pixelSizeM?: number | undefined;
}

export interface StartProbe {
  /** Σ|P|² = the mean counts. */
  readonly probe: Probe;
  readonly told: string;
}

/** @throws Usage for optics without wavelength or pixel size, or in a near field; Range for those that do not fit. */
export function startProbe(options: StartProbeOptions): StartProbe {
  const { sizePx, meanCounts, own, transfer, defocusM, zonePlate, modes } = options;
  const power = meanCounts.reduce((sum, value) => sum + Math.max(0, value), 0);
  const calibrated = (probe: Probe): Probe => {
    const scaled = scaleProbe(probe, Math.sqrt(power / probePower(probe)));
    return modes === undefined ? scaled : withProbeModes(scaled, modes);
  };
  const more = modes === undefined || modes === 1 ? "" : `, ${modes} modes`;
  if (own?.size === sizePx && defocusM === undefined && zonePlate === undefined)
    return { probe: calibrated(own), told: `start probe: the file's, scaled to the counts${more}` };
  const unused = own === undefined ? "" : ` (the file's, of ${own.size} × ${own.size}, is not used)`;
  const [data, from] =
    transfer === undefined ? focused(options) : carriedBack(meanCounts, { ...options, transfer });
  const probe = { modes: 1, size: sizePx, data: Float32Array.from(data) };
  return { probe: calibrated(probe), told: `start probe: ${from}${more}${unused}` };
}

function focused(options: StartProbeOptions): [Float64Array, string] {
  const { sizePx: size, meanCounts, defocusM = 0, zonePlate, pixelSizeM, wavelengthM } = options;
  const amplitudes =
    zonePlate === undefined
      ? meanCounts.map((counts) => Math.sqrt(Math.max(0, counts)))
      : zonePlatePupil(size, needed(pixelSizeM, "zone plate"), zonePlate);
  if (zonePlate !== undefined && defocusM !== 0) checkSpot(zonePlate, options);
  const field = new Float64Array(2 * size * size);
  amplitudes.forEach((amplitude, i) => (field[2 * i] = amplitude));
  const cornered = new Float64Array(field.length);
  fftShiftComplex(field, cornered, size);
  if (defocusM !== 0) {
    const extent = size * needed(pixelSizeM, "defocus");
    const curvature = -Math.PI * needed(wavelengthM, "defocus") * defocusM;
    for (let y = 0, i = 0; y < size; y++) {
      const ky = signedIndex(y, size) / extent;
      for (let x = 0; x < size; x++, i += 2) {
        const kx = signedIndex(x, size) / extent;
        const phase = curvature * (kx * kx + ky * ky);
        const amplitude = cornered[i]!;
        cornered[i] = amplitude * Math.cos(phase);
        cornered[i + 1] = amplitude * Math.sin(phase);
      }
    }
  }
  fft2Float64(cornered, size, size, { inverse: true });
  const centred = new Float64Array(field.length);
  fftShiftComplex(cornered, centred, size);
  const behind = defocusM === 0 ? "" : `, ${defocusM} m behind its focus`;
  return [centred, `${beamText(zonePlate, wavelengthM)}${behind}`];
}

function beamText(zonePlate: ZonePlate | undefined, wavelengthM: number | undefined): string {
  if (zonePlate === undefined) return "the root of the mean pattern, transformed back";
  const { diameterM, outermostZoneM, centralStopM } = zonePlate;
  const stop = centralStopM > 0 ? `, central stop ${centralStopM} m` : "";
  const focus =
    wavelengthM === undefined
      ? ""
      : `, focal length ${focalLengthM(zonePlate, wavelengthM).toPrecision(4)} m`;
  return `the focus of a zone plate of ${diameterM} m, outermost zone ${outermostZoneM} m${stop}${focus}`;
}

/** A spot larger than the frame would wrap around. */
function checkSpot(
  zonePlate: ZonePlate,
  { sizePx, defocusM = 0, wavelengthM, pixelSizeM }: StartProbeOptions,
): void {
  const radius = geometricSpotRadiusM(zonePlate, { wavelengthM: needed(wavelengthM, "defocus"), defocusM });
  const room = (sizePx * needed(pixelSizeM, "zone plate")) / 2;
  if (radius < room) return;
  throw new DoselapError("Range", "the defocused beam is larger than a frame", {
    key: "--defocus",
    expected: `a spot of radius below ${room.toPrecision(4)} m`,
    got: `${radius.toPrecision(4)} m at ${defocusM} m`,
  });
}

function needed(value: number | undefined, what: "defocus" | "zone plate"): number {
  if (value !== undefined) return value;
  throw new DoselapError("Usage", `a ${what} needs the wavelength and the size of an object pixel`, {
    key: `--${what === "defocus" ? what : "zone-plate-diameter"}`,
    hint: "State --energy, and --pixel-size or the whole geometry.",
  });
}

function carriedBack(
  meanCounts: Float64Array,
  { sizePx: size, transfer, defocusM, zonePlate }: StartProbeOptions & { readonly transfer: Float32Array },
): [Float64Array, string] {
  if (defocusM !== undefined || zonePlate !== undefined) {
    throw new DoselapError(
      "Usage",
      "the beam of a near field is seen on the detector, its optics are not asked for",
      {
        key: defocusM === undefined ? "--zone-plate-diameter" : "--defocus",
        hint: "Leave it out; where the focus lies is told by --focus-to-sample.",
      },
    );
  }
  const field = new Float64Array(2 * size * size);
  meanCounts.forEach((counts, i) => (field[2 * i] = Math.sqrt(Math.max(0, counts))));
  fft2Float64(field, size, size);
  for (let i = 0; i < field.length; i += 2) {
    const [re, im, tr, ti] = [field[i]!, field[i + 1]!, transfer[i]!, transfer[i + 1]!];
    field[i] = re * tr + im * ti;
    field[i + 1] = im * tr - re * ti;
  }
  fft2Float64(field, size, size, { inverse: true });
  return [field, "the mean frame, carried back to the sample"];
}

// From a dataset to an engine's problem: the frames and the probe, and a flat object. The truth stays behind (F-30).

import type { FrameReader } from "../array/frame-reader.ts";
import type { SubPixel } from "../compute/scan-memory.ts";
import { backgroundOf } from "../data/background.ts";
import type { Metadata, Scan } from "../data/dataset.ts";
import type { Probe } from "../array/scan.ts";
import type { Problem } from "../engines/problem.ts";
import { DoselapError } from "../errors.ts";
import {
  isPropagator,
  nearFieldTransfer,
  propagators,
  type NearFieldGeometry,
} from "../optics/near-field.ts";

export interface ProblemOptions {
  /** The dataset's own when absent. */
  readonly probe?: Probe | undefined;
  /** All of the probe's when absent. */
  readonly modes?: number | undefined;
  /** How the object is sampled between pixels; as the metadata state when absent, bilinear when they state nothing. */
  readonly subPixel?: SubPixel | undefined;
}

/** The problem of reconstructing a dataset.
 * @throws Shape when the probe does not fit the frames, Contract when the metadata name no known sub-pixel rule, or a
 * background that is no number of counts. */
export function problemOf(
  {
    frames,
    size,
    diffraction,
    positions,
    probe: own,
    object,
    mask,
    metadata,
  }: Scan<Float32Array | FrameReader>,
  { probe = own, modes = probe.modes, subPixel = statedSubPixel(metadata) }: ProblemOptions = {},
): Problem {
  if (probe.size !== size) {
    throw new DoselapError("Shape", "the probe does not fit the frames", {
      expected: `${size} × ${size} px`,
      got: `${probe.size} × ${probe.size} px`,
    });
  }
  const photons = backgroundOf(metadata);
  return {
    frames,
    size,
    diffraction,
    positions,
    probe: probe.data.subarray(0, 2 * modes * size * size),
    probeModes: modes,
    objectHeight: object.height,
    objectWidth: object.width,
    subPixel,
    ...(mask === undefined ? {} : { mask }),
    ...statedNearField(size, metadata),
    // The background of a simulated scan is known to every arm, as the probe is.
    ...(photons > 0 ? { background: new Float32Array(size * size).fill(photons) } : {}),
  };
}

/** The detector of a near field is part of what was measured, as the probe is. */
function statedNearField(size: number, { nearField }: Metadata): Pick<Problem, "transfer"> {
  if (nearField === undefined || nearField === null) return {};
  const geometry = nearField as { readonly [name in keyof NearFieldGeometry]?: unknown };
  const { wavelengthM, pixelSizeM, distanceM, propagator = "angular-spectrum" } = geometry;
  if (!isPropagator(propagator)) {
    throw new DoselapError("Contract", "the metadata name an unknown propagator", {
      key: "_metadata.nearField.propagator",
      expected: propagators.join(" or "),
      got: JSON.stringify(propagator),
      finding: "DATA-005",
      hint: `Without the key it is ${propagators[0]}.`,
    });
  }
  if (typeof wavelengthM === "number" && typeof pixelSizeM === "number" && typeof distanceM === "number") {
    return { transfer: nearFieldTransfer(size, { wavelengthM, pixelSizeM, distanceM, propagator }) };
  }
  throw new DoselapError("Contract", "the metadata state half a near field", {
    key: "_metadata.nearField",
    expected: "wavelengthM, pixelSizeM and distanceM, metres",
    got: JSON.stringify(nearField),
  });
}

/** A scan that is reconstructed with another rule than it was simulated with is one of another object. [ENGINE-013] */
function statedSubPixel({ subPixel = "bilinear" }: Metadata): SubPixel {
  if (subPixel === "bilinear" || subPixel === "fourier") return subPixel;
  throw new DoselapError("Contract", "the metadata name an unknown rule between pixels", {
    key: "_metadata.subPixel",
    expected: "bilinear or fourier",
    got: JSON.stringify(subPixel),
    hint: "doselap reconstruct --subpixel says it in their place.",
  });
}

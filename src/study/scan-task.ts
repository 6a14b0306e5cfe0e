// From a dataset to what a network is trained on or infers: the problem that engines get, its probe as bright as the frames, and
// the dose, which is never guessed.

import { backgroundOf, frameBackgroundOf } from "../data/background.ts";
import type { Dataset, Metadata } from "../data/dataset.ts";
import { lookAtFrames } from "../engines/counts.ts";
import {
  alikeForNetworks,
  fitted,
  forFittedProbe,
  lightFitOf,
  type LightFit,
} from "../engines/fitted-light.ts";
import { DoselapError } from "../errors.ts";
import type { ScanTask } from "../nn/training/scan-task.ts";
import { meanCountsPerFrame } from "../optics/counts.ts";
import { problemOf } from "./problem.ts";

/** @throws Contract when the metadata do not say the dose, Shape when the probe does not fit the frames. */
export function scanTaskOf(dataset: Dataset, { file }: { readonly file: string }): ScanTask {
  const { nphotons, provenance } = dataset.metadata;
  if (!(typeof nphotons === "number" && nphotons > 0 && Number.isFinite(nphotons))) {
    throw new DoselapError("Contract", "does not say its dose, which a network needs", {
      file,
      key: "_metadata.nphotons",
      expected: "photons per frame, greater than 0",
      got: nphotons === undefined ? "nothing" : JSON.stringify(nphotons),
      finding: "DATA-001",
      hint: `Write the mean counts per frame${countedText(dataset)} as _metadata.nphotons.`,
    });
  }
  if (shiftsByFourier(dataset)) {
    throw new DoselapError(
      "Contract",
      "was made with Fourier shifts, and networks sample between pixels bilinearly",
      {
        file,
        key: "_metadata.subPixel",
        expected: "bilinear, or positions at whole pixels",
        got: "fourier",
        hint: "Simulate with --subpixel bilinear for network arms; engines take both.",
      },
    );
  }
  if (isNearField(dataset.metadata)) {
    throw new DoselapError("Contract", "is a near-field scan, and networks know the far field alone", {
      file,
      key: "_metadata.nearField",
      expected: "diffraction patterns",
      got: JSON.stringify(dataset.metadata["nearField"]),
      hint: "Reconstruct it with an engine: they take both.",
    });
  }
  // Only a simulation knows the truth: what a measured file calls its object is somebody's reconstruction.
  const simulated = provenance?.some(({ operation }) => operation === "simulate") === true;
  const { problem, fit } = fittedProblem(dataset);
  return {
    problem,
    lightFit: fit,
    dosePhotons: nphotons,
    backgroundPhotonsPerPx: backgroundOf(dataset.metadata),
    ...(simulated ? { truth: forFittedProbe(dataset.object, fit, dataset.size) } : {}),
  };
}

/** The dataset's problem with a probe as bright as networks and gradient steps need it. @throws as `problemOf`. */
export function fittedProblem(dataset: Dataset): {
  readonly problem: ScanTask["problem"];
  readonly fit: LightFit;
} {
  const given = { ...problemOf(dataset), diffraction: dataset.diffraction };
  const fit = lightFitOf(given, lookAtFrames(given).survey, alikeForNetworks);
  return { problem: fitted(given, fit), fit };
}

/** What would be the dose if the frames are √counts. */
function countedText(dataset: Dataset): string {
  const background = frameBackgroundOf(dataset);
  const counted = meanCountsPerFrame(dataset) - background;
  const less = background > 0 ? " less the background" : "";
  return counted > 0 ? `${less}, ${Number(counted.toPrecision(6))} here,` : less;
}

/** Whether frames are images near the sample. */
export function isNearField({ nearField }: Metadata): boolean {
  return nearField !== undefined && nearField !== null;
}

/** Whether the object is sampled between pixels by its Fourier series. */
export function shiftsByFourier({ metadata, positions: { x, y } }: Dataset): boolean {
  return metadata["subPixel"] === "fourier" && !(x.every(Number.isInteger) && y.every(Number.isInteger));
}

// A simulated scan of a phantom as a user would make it, with the window, mask and scores of the study.

import { cropImage } from "../../src/array/crop.ts";
import { flatImage, type ComplexImage } from "../../src/array/ndarray.ts";
import { referenceBackend } from "../../src/compute/reference.ts";
import type { SubPixel } from "../../src/compute/scan-memory.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { compareImages } from "../../src/metrics/compare.ts";
import type { NearFieldGeometry } from "../../src/optics/near-field.ts";
import { stepForOverlap } from "../../src/optics/overlap.ts";
import { buildPhantom, type PhantomSpec } from "../../src/optics/phantom/build.ts";
import { measureProbeDiameter } from "../../src/optics/probe-diameter.ts";
import { buildProbe } from "../../src/optics/probe.ts";
import { scanRegion } from "../../src/optics/scan-region.ts";
import { makeScan } from "../../src/optics/scan.ts";
import { simulateDataset } from "../../src/optics/simulate.ts";
import { commonWindow, illuminatedMask } from "../../src/study/comparison/window.ts";

export interface PhantomScan {
  readonly dataset: Dataset;
  /** Amplitude and phase SSIM in the standard gauge, where the scan lit the object. */
  ssim(object: ComplexImage): { readonly amplitude: number; readonly phase: number };
  /** Relative distance to the truth after the best complex factor: √(1 − |⟨O, T⟩|²/(|O|²|T|²)). */
  distance(object: ComplexImage): number;
}

/** Least amplitude, range of the phase, rad, and amplitude of the support: two specimens, two thin ones, one that hardly scatters,
 * and one behind a foil that lets a fortieth of the light pass. */
const contrasts = {
  strong: [0.6, 1.2, 1],
  thick: [0.6, 1.5, 1],
  weak: [0.95, 0.2, 1],
  slight: [0.97, 0.15, 1],
  faint: [0.97, 0.1, 1],
  dark: [0.5, 0.6, 0.16],
} as const;

/** A phantom, cells when not named, under a defocused probe, N = 64 and jittered raster when no other is asked for. */
export function phantomScan({
  dosePhotons,
  overlap = 0.7,
  heightPx = 224,
  widthPx = 216,
  phantom = "cells",
  contrast = "strong",
  kind = "jittered-raster",
  size = 64,
  probe: probeKind = "defocused-airy",
  subPixel,
  nearField,
  noise,
  slowPhase,
  seed = 3,
}: {
  dosePhotons: number;
  overlap?: number;
  heightPx?: number;
  widthPx?: number;
  /** "flat": no object at all. */
  phantom?: PhantomSpec["phantom"] | "flat";
  contrast?: keyof typeof contrasts;
  kind?: "jittered-raster" | "fermat";
  /** Pixels of a frame's side; the probe grows with it. */
  size?: number;
  /** "gaussian": in focus, so that the rest of the detector is dark but for what the object scatters. */
  probe?: "defocused-airy" | "gaussian";
  subPixel?: SubPixel;
  nearField?: NearFieldGeometry;
  /** False: expected counts. */
  noise?: boolean;
  /** A phase on top of the phantom's, rad, at a pixel of the object; scores are of the object without. */
  slowPhase?: SlowPhase;
  /** Of the phantom, the scan and the noise. */
  seed?: number;
}): PhantomScan {
  const [amplitudeMin, phaseRangeRad, foil] = contrasts[contrast];
  const specimen =
    phantom === "flat"
      ? flatImage(heightPx, widthPx)
      : buildPhantom({ phantom, heightPx, widthPx, amplitudeMin, phaseRangeRad, seed });
  const object = { ...specimen, data: specimen.data.map((value) => foil * value) };
  const probe = buildProbe(
    probeKind === "gaussian"
      ? { kind: "gaussian", fwhmPx: (11.3 * size) / 64, curvatureRad: 0 }
      : { kind: "defocused-airy", apertureCyclesPerPx: 0.22, defocusRadiusPx: (15 * size) / 64 },
    size,
  );
  const positions = makeScan({
    kind,
    region: scanRegion(object.height, object.width, size),
    stepPx: stepForOverlap(overlap, measureProbeDiameter(probe, "second-moment")),
    ...(kind === "jittered-raster" ? { jitterFraction: 0.1 } : {}),
    seed,
  });
  const dataset = simulateDataset({
    object: slowPhase === undefined ? object : withPhase(object, slowPhase),
    probe,
    positions,
    dosePhotons,
    seed,
    backend: referenceBackend,
    subPixel,
    nearField,
    noise,
  });
  const window = commonWindow([positions]);
  const truth = cropImage(object, window);
  const mask = illuminatedMask(window, positions, dataset.probe);
  return {
    dataset,
    ssim(found) {
      const report = compareImages(cropImage(found, window), truth, { gauge: "standard", mask });
      return { amplitude: report.amplitude.ssim ?? NaN, phase: report.phase?.ssim ?? NaN };
    },
    distance(found) {
      const { data } = cropImage(found, window);
      let [re, im, aa, tt] = [0, 0, 0, 0];
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        const [ar, ai] = [data[2 * i]!, data[2 * i + 1]!];
        const [tr, ti] = [truth.data[2 * i]!, truth.data[2 * i + 1]!];
        re += ar * tr + ai * ti;
        im += ar * ti - ai * tr;
        aa += ar * ar + ai * ai;
        tt += tr * tr + ti * ti;
      }
      return Math.sqrt(Math.max(0, 1 - (re * re + im * im) / (aa * tt)));
    },
  };
}

export type SlowPhase = (x: number, y: number) => number;

/** The phase ramp that moves far-field frames so many detector pixels to the right and down. */
export const rampOf =
  ([right, down]: readonly [number, number], size: number): SlowPhase =>
  (x, y) =>
    (2 * Math.PI * (right * x + down * y)) / size;

/** The object with a phase on top of its own. */
export function withPhase({ height, width, data }: ComplexImage, phase: SlowPhase): ComplexImage {
  const out = new Float32Array(data.length);
  for (let i = 0; i < height * width; i++) {
    const angle = phase(i % width, Math.floor(i / width));
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    out[2 * i] = data[2 * i]! * c - data[2 * i + 1]! * s;
    out[2 * i + 1] = data[2 * i]! * s + data[2 * i + 1]! * c;
  }
  return { height, width, data: out };
}

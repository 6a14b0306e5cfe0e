// The Cramér–Rao floor of one cell (floor/floor.ts), for the pixels that its arms are compared on.
// Simulated: the truth, with the calibrated probe of the scan. Measured: the reference reconstruction stands for the object and
// its probe for the probe, scaled to the counts of the cell; the cell's photons are part of the reference's.

import type { ComplexImage } from "../../array/ndarray.ts";
import type { Transforms } from "../../compute/backend.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Probe } from "../../array/scan.ts";
import { cramerRaoFloor, type ObjectFloor } from "../../floor/floor.ts";
import { makePatchSampler } from "../../optics/patch.ts";
import { scaleProbe } from "../../optics/probe.ts";
import { illuminatedPower } from "../../optics/propagate.ts";
import { problemOf } from "../problem.ts";
import type { Window } from "../../array/crop.ts";

export interface CellFloorOptions {
  readonly dataset: Dataset;
  /** The whole object frame: truth, or the reference reconstruction. */
  readonly object: ComplexImage;
  /** Measured studies: what else the reference brings. */
  readonly reference?: CellReference | undefined;
  readonly window: Window;
  /** uint8 [h, w] on the window, non-zero = compared. */
  readonly mask: Uint8Array;
  readonly seed: number;
  readonly backend: Transforms;
  readonly onProgress?: ((fraction: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CellReference {
  readonly probe: Probe;
  /** Photons of this cell over those of the reference's data, of which they are a part. */
  readonly share: number;
}

/** @throws Range, Shape, Contract for data that do not fit together; Interrupted on abort. */
export function cellFloor({ dataset, object, reference, backend, ...rest }: CellFloorOptions): ObjectFloor {
  const { subPixel = "bilinear", background } = problemOf(dataset);
  const backgroundPhotonsPerPx = background?.[0] ?? 0;
  const { positions } = dataset;
  const model = { object, positions, subPixel, backgroundPhotonsPerPx, backend };
  if (reference === undefined) return cramerRaoFloor({ ...rest, model: { ...model, probe: dataset.probe } });

  const { probe, share } = reference;
  const sampler = makePatchSampler(subPixel, probe.size, backend);
  const patch = new Float32Array(2 * probe.size ** 2);
  let [expected, measured] = [0, -backgroundPhotonsPerPx * probe.size ** 2 * dataset.frames];
  for (let j = 0; j < dataset.frames; j++) {
    sampler.extract(object, positions.x[j]!, positions.y[j]!, patch);
    expected += illuminatedPower(probe, patch);
  }
  for (const root of dataset.diffraction) measured += root * root;
  const scaled = scaleProbe(probe, Math.sqrt(Math.max(0, measured) / expected));
  return cramerRaoFloor({ ...rest, model: { ...model, probe: scaled }, referenceShare: Math.min(1, share) });
}

// A cell's floor is that of its own scan: calibrated probe when simulated, the reference's scaled to the counts when measured.

import { expect, test } from "vitest";
import { denseScan, tinyScan } from "../../../test/support/dense-scan.ts";
import { referenceBackend } from "../../compute/reference.ts";
import type { Dataset } from "../../data/dataset.ts";
import { cramerRaoFloor } from "../../floor/floor.ts";
import { cellFloor } from "./cell-floor.ts";

const scan = tinyScan({ dosePhotons: 4000 });
const frames = scan.positions.x.length;
const counts = denseScan(scan).expected(scan.object.data);
const options = {
  window: { x0: 2, y0: 2, x1: 12, y1: 12 },
  mask: new Uint8Array(100).fill(1),
  seed: 3,
  backend: referenceBackend,
};

function dataset(metadata: Dataset["metadata"], background = 0): Dataset {
  return {
    ...scan,
    frames,
    size: 8,
    diffraction: Float32Array.from(counts, (count) => Math.sqrt(count + background)),
    scanIndex: new Int32Array(frames),
    metadata,
  };
}
const model = {
  ...scan,
  subPixel: "bilinear",
  backgroundPhotonsPerPx: 0,
  backend: referenceBackend,
} as const;

test("a simulated cell has the floor of its truth and calibrated probe, with the background its metadata state", () => {
  const cell = cellFloor({ ...options, dataset: dataset({}), object: scan.object });
  expect(cell).toEqual(cramerRaoFloor({ ...options, model }));
  const foggy = cellFloor({
    ...options,
    dataset: dataset({ backgroundPhotonsPerPx: 3 }),
    object: scan.object,
  });
  expect(foggy).toEqual(cramerRaoFloor({ ...options, model: { ...model, backgroundPhotonsPerPx: 3 } }));
});

test("a measured cell's probe is scaled to its counts less the background, and what the reference shares is no noise", () => {
  const probe = { ...scan.probe, data: scan.probe.data.map((value) => 5 * value) };
  const cell = cellFloor({
    ...options,
    dataset: dataset({ backgroundPhotonsPerPx: 3 }, 3),
    object: scan.object,
    reference: { probe, share: 0.2 },
  });
  const wanted = cramerRaoFloor({
    ...options,
    model: { ...model, backgroundPhotonsPerPx: 3 },
    referenceShare: 0.2,
  });
  // float32 roots of the counts and rounding of the probe.
  expect(cell.phase.mse / wanted.phase.mse).toBeCloseTo(1, 4);
  expect(cell.halves!.frc[1]).toBeCloseTo(wanted.halves!.frc[1]!, 4);
});

test("a share above one, from rounding, counts as all", () => {
  const cell = cellFloor({
    ...options,
    dataset: dataset({}),
    object: scan.object,
    reference: { probe: scan.probe, share: 1.0000001 },
  });
  expect([cell.phase.mse, cell.phase.informed!.mse]).toEqual([0, 0]);
});

// From a dataset to what a network is given: the dose is said or refused, and truth comes from simulations alone.

import { expect, test } from "vitest";
import { smallDataset } from "../../test/support/small-dataset.ts";
import { scanTaskOf } from "./scan-task.ts";

const simulated = [{ operation: "simulate", parameters: {} }];
const taskOf = (metadata: object) =>
  scanTaskOf(smallDataset({ metadata: { ...metadata } }), { file: "scan.npz" });

/** The small dataset with even frames, which lie nowhere beside the light of a probe. */
function evenDataset() {
  const dataset = smallDataset();
  return { ...dataset, diffraction: dataset.diffraction.map(() => 5) };
}

/** Its probe as bright as its frames. */
function calibratedDataset() {
  const dataset = evenDataset();
  const light = (values: Float32Array): number => values.reduce((sum, value) => sum + value ** 2, 0);
  const gain = Math.sqrt(light(dataset.diffraction) / dataset.frames / light(dataset.probe.data));
  return { ...dataset, probe: { ...dataset.probe, data: dataset.probe.data.map((value) => gain * value) } };
}

test("frames, positions, probe and frame of the object are those that engines get", () => {
  const dataset = calibratedDataset();
  const { problem, dosePhotons, backgroundPhotonsPerPx } = scanTaskOf(dataset, { file: "scan.npz" });
  expect(problem).toMatchObject({
    frames: 5,
    size: 8,
    probeModes: 1,
    objectHeight: 20,
    objectWidth: 24,
    positions: dataset.positions,
  });
  expect(problem.diffraction).toBe(dataset.diffraction);
  expect(problem.probe).toEqual(dataset.probe.data);
  expect({ dosePhotons, backgroundPhotonsPerPx }).toEqual({ dosePhotons: 1000, backgroundPhotonsPerPx: 0 });
});

test("a background that the metadata say is kept", () => {
  expect(taskOf({ nphotons: 50, backgroundPhotonsPerPx: 0.25 }).backgroundPhotonsPerPx).toBe(0.25);
});

test.each([-1, "3"])("a background of %j is refused, not dropped", (backgroundPhotonsPerPx) => {
  expect(() => taskOf({ nphotons: 50, backgroundPhotonsPerPx })).toThrow(
    /backgroundPhotonsPerPx: .*at least 0/u,
  );
});

test.each([[undefined], [null], [0], [-1], ["1000"], [Number.POSITIVE_INFINITY], [Number.NaN]])(
  "a dose of %s is an error that names file and key, and no default",
  (nphotons) => {
    const metadata = nphotons === undefined ? {} : { nphotons };
    expect(() => taskOf({ ...metadata, provenance: simulated })).toThrow(
      expect.objectContaining({
        _tag: "Contract",
        message: expect.stringMatching(/scan\.npz : _metadata\.nphotons: .*expected photons per frame/u),
        context: expect.objectContaining({ finding: "DATA-001" }),
      }),
    );
  },
);

test("who says no dose is told what to write: the counts of these frames", () => {
  const dataset = smallDataset({ metadata: {} });
  const counts = dataset.diffraction.reduce((sum, root) => sum + root * root, 0) / dataset.frames;
  const refused = expect.stringContaining(
    `Write the mean counts per frame, ${Number(counts.toPrecision(6))} here, as _metadata.nphotons`,
  );
  expect(() => taskOf({})).toThrow(expect.objectContaining({ message: refused }));
  // What stands beside the dose is background.
  const beside = `Write the mean counts per frame less the background, ${Number((counts - 64).toPrecision(6))} here`;
  expect(() => taskOf({ backgroundPhotonsPerPx: 1 })).toThrow(
    expect.objectContaining({ message: expect.stringContaining(beside) }),
  );
});

test("only a simulation knows the truth: a measured file's object is somebody's reconstruction", () => {
  const dataset = calibratedDataset();
  expect(scanTaskOf(dataset, { file: "scan.npz" }).truth).toBe(dataset.object);
  expect(taskOf({ nphotons: 1000 }).truth).toBeUndefined();
  const converted = [{ operation: "convert", parameters: {} }];
  expect(taskOf({ nphotons: 1000, provenance: converted }).truth).toBeUndefined();
  const thinned = [...simulated, { operation: "thin", parameters: {} }];
  expect(taskOf({ nphotons: 1000, provenance: thinned }).truth).toBeDefined();
});

test("a near field is refused before anything is trained: networks know the far field alone", () => {
  const nearField = { wavelengthM: 1e-10, pixelSizeM: 1e-7, distanceM: 2e-3 };
  expect(() => taskOf({ nphotons: 1000, nearField })).toThrow(
    expect.objectContaining({
      _tag: "Contract",
      message: expect.stringMatching(/scan\.npz : _metadata\.nearField: .*near-field.*engine/u),
    }),
  );
  expect(taskOf({ nphotons: 1000, nearField: null }).dosePhotons).toBe(1000);
});

test("a probe of another power than the frames is scaled to them, and the truth with it", () => {
  const dataset = evenDataset();
  const faint = { ...dataset.probe, data: dataset.probe.data.map((value) => value / 100) };
  const scan = { ...dataset, probe: faint, metadata: { ...dataset.metadata, provenance: simulated } };
  const { problem, lightFit, truth } = scanTaskOf(scan, { file: "scan.npz" });
  const light = (values: Float32Array): number => values.reduce((sum, value) => sum + value ** 2, 0);
  expect(light(problem.probe) / (light(dataset.diffraction) / dataset.frames)).toBeCloseTo(1, 4);
  // Waves are as they were.
  const wave = truth!.data[0]! * problem.probe[0]!;
  expect(wave).toBeCloseTo(dataset.object.data[0]! * faint.data[0]!, 6);
  expect(truth!.data[0]! * lightFit.amplitude).toBeCloseTo(dataset.object.data[0]!, 5);
});

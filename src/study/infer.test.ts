// A trained network on a scan: what it needs to know, what it refuses, what it warns of.

import { beforeAll, describe, expect, test } from "vitest";
import { networkTask, smallScan } from "../../test/support/network-job.ts";
import { rejection } from "../../test/support/training-job.ts";
import { openBackend } from "../compute/node.ts";
import { networkArms } from "../nn/arms/registry.ts";
import type { NetworkBundle } from "../nn/bundle/bundle.ts";
import { openNodeRuntime } from "../nn/runtime/node.ts";
import type { Runtime } from "../nn/runtime/runtime.ts";
import { inferDataset, type InferOptions } from "./infer.ts";

let runtime: Runtime;
let bundle: NetworkBundle;
const scan = smallScan({ seed: 7 });

beforeAll(async () => {
  runtime = await openNodeRuntime();
  const arm = networkArms.pinn;
  const options = arm.options.parse({ widths: [4, 8], steps: 2 });
  const context = { seed: 1, runtime, backend: openBackend({ kernels: "simd" }), threads: 1 };
  const { fit, facts } = await arm.train(networkTask({ groupSize: 4 }), options, {
    ...context,
    schedule: { epochs: 1, batchSize: 8, learningRate: 3e-3 },
    log: () => undefined,
  });
  bundle = { arm, options, facts, parameters: fit.parameters };
});

function infer(dataset = scan, changes: Partial<InferOptions> = {}) {
  return inferDataset(bundle, dataset, {
    file: "scan.npz",
    runtime,
    threads: 1,
    neighborCount: 7,
    seed: 123,
    ...changes,
  });
}

test("the object is finite, on the scan's frame, and other than flat", async () => {
  const { object, warnings } = await infer();
  expect([object.height, object.width]).toEqual([scan.object.height, scan.object.width]);
  expect(object.data.every(Number.isFinite)).toBe(true);
  expect(new Set(object.data).size).toBeGreaterThan(100);
  expect(warnings).toEqual([]);
});

test("its contrast is what photons that were kept back bear out: steps of a quarter, or nothing where there are no photons", async () => {
  const { contrast } = await infer();
  for (const factor of [contrast!.amplitude, contrast!.phase]) {
    expect(factor * 4).toBe(Math.round(factor * 4));
    expect(factor).toBeGreaterThanOrEqual(0);
  }
  const diffraction = scan.diffraction.map((root) => 0.9 * root);
  const uncounted = await infer({ ...scan, diffraction });
  expect(uncounted.contrast).toBeUndefined();
  expect(uncounted.warnings).toEqual([expect.stringContaining("no whole counts")]);
});

test("it does not change with the file's own object: what is asked for is not looked at", async () => {
  const { object } = await infer();
  const other = { ...scan.object, data: scan.object.data.map((value) => 0.5 * value) };
  expect((await infer({ ...scan, object: other })).object.data).toEqual(object.data);
});

test("the same seed gives the same bytes, another seed other groups", async () => {
  const { object } = await infer();
  expect((await infer()).object.data).toEqual(object.data);
  expect((await infer(scan, { seed: 124 })).object.data).not.toEqual(object.data);
  expect((await infer(scan, { neighborCount: 4 })).object.data).not.toEqual(object.data);
});

test("a dose unlike the one that was trained at is a warning with both, the scan's as it was counted", async () => {
  const { warnings } = await infer(smallScan({ dosePhotons: 20_000 }));
  expect(warnings).toEqual([
    expect.stringMatching(
      /^trained at 1000 photons per frame, the frames of the scan hold (19[89]|20[01])\d\d$/u,
    ),
  ]);
  expect((await infer(smallScan({ dosePhotons: 600 }))).warnings).toHaveLength(1);
  expect((await infer(smallScan({ dosePhotons: 1400 }))).warnings).toEqual([]);
});

test("a dose that the counts contradict is told, and is not what is compared with the training", async () => {
  const saying = (nphotons: number, dataset = scan) => ({
    ...dataset,
    metadata: { ...dataset.metadata, nphotons },
  });
  const contradicted = expect.stringMatching(
    /^scan\.npz: the metadata say 10000 .*the frames hold (99|100)\d/u,
  );
  expect((await infer(saying(10_000))).warnings).toEqual([contradicted]);
  const bright = await infer(saying(1000, smallScan({ dosePhotons: 10_000 })));
  expect(bright.warnings).toEqual([
    expect.stringMatching(/^scan\.npz: the metadata say 1000 /u),
    expect.stringMatching(/^trained at 1000 photons per frame, the frames of the scan hold (99|100)\d\d$/u),
  ]);
});

describe("what does not fit is refused", () => {
  test("a scan that does not say its dose", async () => {
    const { nphotons: _, ...metadata } = scan.metadata;
    expect(await rejection(infer({ ...scan, metadata }))).toMatchObject({
      _tag: "Contract",
      context: { file: "scan.npz", key: "_metadata.nphotons", got: "nothing" },
    });
  });

  test("frames of another size, or a probe of more modes", async () => {
    expect(await rejection(infer(smallScan({ sizePx: 32, fwhmPx: 10 })))).toMatchObject({
      _tag: "Shape",
      context: { file: "scan.npz", expected: "frames of 16 px and 1 probe mode(s)" },
    });
    const data = Float32Array.from([...scan.probe.data, ...scan.probe.data]);
    const two = { ...scan, probe: { ...scan.probe, modes: 2, data } };
    expect(await rejection(infer(two))).toMatchObject({ _tag: "Shape" });
  });

  test("fewer frames than a group, or K below C", async () => {
    const few = { x: scan.positions.x.slice(0, 3), y: scan.positions.y.slice(0, 3) };
    const cut = { ...scan, frames: 3, positions: few, diffraction: scan.diffraction.slice(0, 3 * 256) };
    expect(await rejection(infer(cut))).toMatchObject({ _tag: "Range" });
    expect(await rejection(infer(scan, { neighborCount: 3 }))).toMatchObject({
      _tag: "Range",
      context: { finding: "OVERSAMPLING-001" },
    });
  });

  test("work that is asked to stop", async () => {
    expect(await rejection(infer(scan, { signal: AbortSignal.abort() }))).toMatchObject({
      _tag: "Interrupted",
    });
  });
});

test("progress ends at 1", async () => {
  const fractions: number[] = [];
  await infer(scan, { progress: (fraction) => fractions.push(fraction) });
  expect(fractions.at(-1)).toBe(1);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
});

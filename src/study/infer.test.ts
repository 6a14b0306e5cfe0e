// A trained network on a scan: what it needs to know, what it refuses, what it warns of.

import { beforeAll, describe, expect, test } from "vitest";
import { networkTask, smallScan, smallScanNetwork } from "../../test/support/network-job.ts";
import { rejection } from "../../test/support/training-job.ts";
import { openBackend } from "../compute/node.ts";
import type { Dataset } from "../data/dataset.ts";
import { networkArms, type NetworkArmName } from "../nn/arms/registry.ts";
import type { NetworkBundle } from "../nn/bundle/bundle.ts";
import { openNodeRuntime } from "../nn/runtime/node.ts";
import type { Runtime } from "../nn/runtime/runtime.ts";
import { inferDataset, type InferOptions } from "./infer.ts";

let runtime: Runtime;
let bundle: NetworkBundle;
let wholeScan: NetworkBundle;
const scan = smallScan({ seed: 7 });

beforeAll(async () => {
  runtime = await openNodeRuntime();
  bundle = await trained("pinn", { widths: [4, 8], steps: 2 });
  wholeScan = await trained("pinn-scan", smallScanNetwork);
});

async function trained(name: NetworkArmName, given: object): Promise<NetworkBundle> {
  const arm = networkArms[name];
  const options = arm.options.parse(given);
  const context = { seed: 1, runtime, backend: openBackend({ kernels: "simd" }), threads: 1 };
  const { fit, facts } = await arm.train(networkTask({ groupSize: 4 }), options, {
    ...context,
    schedule: { epochs: 1, batchSize: 8, learningRate: 1e-2 },
    log: () => undefined,
  });
  // Weights of 0, which leave the network out, would agree with anything.
  expect(fit.bestEpoch).toBe(1);
  return { arm, options, facts, parameters: fit.parameters };
}

function infer(dataset = scan, changes: Partial<InferOptions> = {}, network = bundle) {
  return inferDataset(network, dataset, {
    file: "scan.npz",
    runtime,
    threads: 1,
    neighborCount: 7,
    seed: 123,
    ...changes,
  });
}

/** The first frames alone. */
function cutTo(frames: number): Dataset {
  const { x, y } = scan.positions;
  const positions = { x: x.slice(0, frames), y: y.slice(0, frames) };
  return { ...scan, frames, positions, diffraction: scan.diffraction.slice(0, frames * 256) };
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
      context: {
        file: "scan.npz",
        key: "diffraction",
        expected: "frames of 16 px",
        got: "frames of 32 px",
        hint: "Train a network on frames of this size.",
      },
    });
    const data = Float32Array.from([...scan.probe.data, ...scan.probe.data]);
    const two = { ...scan, probe: { ...scan.probe, modes: 2, data } };
    expect(await rejection(infer(two))).toMatchObject({
      _tag: "Shape",
      context: {
        file: "scan.npz",
        key: "probeGuess",
        expected: "1 probe mode",
        got: "2 probe modes",
        hint: "Train a network on a probe of as many modes.",
      },
    });
  });

  test("fewer frames than a group, or K below C", async () => {
    expect(await rejection(infer(cutTo(3)))).toMatchObject({ _tag: "Range", context: { file: "scan.npz" } });
    expect(await rejection(infer(scan, { neighborCount: 3 }))).toMatchObject({
      _tag: "Range",
      context: { finding: "OVERSAMPLING-001" },
    });
  });

  test("a frame without light or a probe without any, in the file that has it", async () => {
    const dark = { ...scan, diffraction: scan.diffraction.map(() => 0) };
    const probe = { ...scan.probe, data: scan.probe.data.map(() => 0) };
    for (const network of [bundle, wholeScan])
      for (const dataset of [dark, { ...scan, probe }]) {
        const error = await rejection(infer(dataset, {}, network));
        expect(error).toMatchObject({ context: { file: "scan.npz" } });
      }
  });

  test("work that is asked to stop", async () => {
    expect(await rejection(infer(scan, { signal: AbortSignal.abort() }))).toMatchObject({
      _tag: "Interrupted",
    });
  });
});

describe("a network of whole scans", () => {
  const differences = (a: Dataset["object"], b: Dataset["object"]): number =>
    a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);

  test("leaves no seam where a small budget has it go part by part", async () => {
    const { object, contrast } = await infer(scan, {}, wholeScan);
    // The network's share was not taken back.
    expect(contrast!.amplitude + contrast!.phase).toBeGreaterThan(0);
    // 84 bytes for a pixel of the one level: parts of 44 px, of which margins of 12 px leave 20.
    const { object: inParts } = await infer(scan, { memoryBudgetBytes: 84 * 44 * 44 }, wholeScan);
    // Sums of a few hundred float32 terms, perhaps in another order.
    expect(differences(object, inParts)).toBeLessThan(1e-5);
  });

  test("refuses a budget that holds no part, before its engine runs", async () => {
    const told: string[] = [];
    const progress = (_fraction: number, note: string): void => void told.push(note);
    const error = await rejection(infer(scan, { memoryBudgetBytes: 1000, progress }, wholeScan));
    expect(error).toMatchObject({ _tag: "Range", context: { file: "scan.npz", got: "1000" } });
    expect(told).toEqual([]);
  });

  test("needs no groups, and so no more frames than one and no K", async () => {
    const { object } = await infer(cutTo(2), { neighborCount: 1 }, wholeScan);
    expect(object.data.every(Number.isFinite)).toBe(true);
    const alone = await infer(cutTo(1), { neighborCount: 1 }, wholeScan);
    expect([alone.object.height, alone.object.width]).toEqual([64, 64]);
  });
});

test("a K that the scan has not so many frames for is told", async () => {
  const told = "8 neighbours are asked for and the scan has 8 frames: every frame is every other's neighbour";
  expect((await infer(cutTo(8))).warnings).not.toContainEqual(expect.stringContaining("neighbours"));
  expect((await infer(cutTo(8), { neighborCount: 8 })).warnings).toContain(told);
});

test("progress ends at 1", async () => {
  const fractions: number[] = [];
  await infer(scan, { progress: (fraction) => fractions.push(fraction) });
  expect(fractions.at(-1)).toBe(1);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
});

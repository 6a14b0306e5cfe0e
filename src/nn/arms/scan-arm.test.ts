// The arm of a whole scan keeps to the frames that it may use, and says when its groups leave nothing to learn from.

import { beforeAll, expect, test } from "vitest";
import { networkTask, smallScanNetwork } from "../../../test/support/network-job.ts";
import { rejection } from "../../../test/support/training-job.ts";
import { takePositions } from "../../array/scan.ts";
import { openBackend } from "../../compute/node.ts";
import { isDoselapError } from "../../errors.ts";
import { groupFrames } from "../../study/views/grouping.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { ArmContext, ArmTask } from "./arm.ts";
import { pinnScan } from "./scan-arm.ts";

const options = pinnScan.options.parse(smallScanNetwork);
const schedule = { epochs: 1, batchSize: 4, learningRate: 1e-2 };
const task = networkTask({ groupSize: 4 });
const { problem } = task;

let context: ArmContext;
beforeAll(async () => {
  const backend = openBackend({ kernels: "simd", threads: 1 });
  context = { seed: 42, runtime: await openNodeRuntime(), backend, threads: 1, log: () => undefined };
});

const weights = async (from: ArmTask) => {
  const { fit } = await pinnScan.train(from, options, { ...context, schedule });
  // Weights of 0, which leave the network out, would be anybody's.
  expect(fit.bestEpoch).toBe(1);
  return Object.values(fit.parameters).flatMap((data) => [...data]);
};

const usable = Int32Array.from({ length: problem.frames }, (_, j) => j).filter((j) => j % 5 !== 2);

test("neither the engine nor a tile has frames that may not be used", async () => {
  const drawn = groupFrames(takePositions(problem.positions, usable), {
    gridsize: 2,
    neighborCount: 7,
    groupCount: null,
    seed: 123,
    enableOversampling: false,
  });
  const some = { ...task, groups: { ...drawn, groups: drawn.groups.map((row) => usable[row]!) }, usable };
  const found = await weights(some);
  const kept = new Set(usable);
  const dark = problem.diffraction.map((root, i) => (kept.has(Math.floor(i / 256)) ? root : 0));
  expect(await weights({ ...some, problem: { ...problem, diffraction: dark } })).toEqual(found);
  expect(await weights(task)).not.toEqual(found);
});

test("a group with a frame that may not be used is refused", async () => {
  const training = pinnScan.train({ ...task, usable }, options, { ...context, schedule });
  expect(await rejection(training)).toMatchObject({ _tag: "Contract", context: { key: "groups" } });
});

test("of no group whose seed frame trains there is nothing to learn from", async () => {
  const tags = [];
  for (let frame = 0; frame < problem.frames; frame++) {
    const groups = { groups: Int32Array.of(frame, 1, 2, 3), count: 1, groupSize: 4 };
    // Who is not refused would go on to the engine, and is stopped there.
    const stopped = { ...context, signal: AbortSignal.abort(), schedule };
    tags.push(await rejection(pinnScan.train({ ...task, groups }, options, stopped)));
  }
  // A tenth of 64 frames is held back.
  const refused = tags.filter((error) => isDoselapError(error, "Range"));
  expect(refused).toHaveLength(6);
  expect(refused[0]).toMatchObject({ context: { key: "methods.pinn-scan.validationFraction" } });
  expect(tags.filter((error) => isDoselapError(error, "Interrupted"))).toHaveLength(58);
});

test("an option that the training refuses is named as study files name it", async () => {
  const rule = pinnScan.options.parse({ ...smallScanNetwork, warmUpSteps: 5000 });
  expect(await rejection(pinnScan.train(task, rule, { ...context, schedule }))).toMatchObject({
    _tag: "Range",
    context: { key: "methods.pinn-scan.warmUpSteps", got: "5000" },
  });
});

// Group-wise output laid together: canvases that agree come out as they are, each pixel weighted by the light of its group.

import { beforeAll, describe, expect, test } from "vitest";
import { groupScene } from "../../../test/support/group-scene.ts";
import { naiveSteps } from "../../../test/support/naive-steps.ts";
import { relativeError } from "../../../test/support/small-problem.ts";
import { smallTask } from "../../../test/support/small-task.ts";
import { isDoselapError } from "../../errors.ts";
import { groupModel, type GroupModelConfig } from "../models/group-model.ts";
import { initialise } from "../models/parameters.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { probeWindowPx } from "../training/groups.ts";
import type { GrowingNetwork } from "./wider-canvases.ts";
import { applyToGroups, groupInferenceModel } from "./apply-groups.ts";

const framesPerGroup = 3;
const task = smallTask({ betweenPixels: true, noiseSeed: null });
const scene = groupScene(task, framesPerGroup);
const { canvasPx, regionPx, table } = scene;
const config: GroupModelConfig = {
  sizePx: 16,
  framesPerGroup,
  canvasPx,
  regionPx,
  steps: 2,
  stages: 1,
  damping: 0.3,
  output: "additive",
  widths: [2, 3],
  trainedProbeModes: 0,
};
const model = groupModel(config);
const area = canvasPx * canvasPx;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openNodeRuntime();
});

/** A runtime that gives, group by group of the table, the canvas and the light that a test says. */
function saying(canvas: (group: number) => { readonly object: Float32Array; readonly light: Float32Array }) {
  const seen = { loaded: 0, released: 0, runs: 0 };
  const fake: Runtime = {
    name: "fake",
    provider: "cpu",
    async load() {
      seen.loaded++;
      return {
        inputNames: [],
        outputNames: [],
        shapes: new Map(),
        threads: 1,
        async run(feeds) {
          const batch = feeds["top"]!.shape[0]!;
          const groups = Array.from({ length: batch }, (_, b) => (seen.runs * batch + b) % table.count);
          seen.runs++;
          const parts = groups.map(canvas);
          const joined = (of: (part: (typeof parts)[number]) => ArrayLike<number>) =>
            Float32Array.from(parts.flatMap((part) => Array.from(of(part))));
          return {
            "object.re": joined(({ object }) => object.filter((_, i) => i % 2 === 0)),
            "object.im": joined(({ object }) => object.filter((_, i) => i % 2 === 1)),
            light: joined(({ light }) => light),
          };
        },
        async release() {
          seen.released++;
        },
      };
    },
  };
  return { fake, seen };
}

const network: GrowingNetwork = {
  shape: { canvasPx, regionPx },
  windowPx: probeWindowPx(task.problem.probe, 16),
  multiple: 4,
  on: (shape) => groupModel({ ...config, ...shape }),
};
/** The same with another number of gradient steps. */
const stepping = (steps: number): GrowingNetwork => ({
  ...network,
  on: (shape) => groupModel({ ...config, ...shape, steps }),
});
const options = { threads: 1, network, parameters: initialise(model.specs, 1), groupsPerBatch: 4 };
/** Some light on every pixel of a canvas, another on each. */
const uneven = (group: number) =>
  Float32Array.from({ length: area }, (_, i) => 1 + ((i * 7 + group * 13) % 11));

describe("stitching", () => {
  test("gives the true object back when every canvas is cut out of it, in batches of any size", async () => {
    for (const groupsPerBatch of [1, 4, 100]) {
      const { fake, seen } = saying((group) => ({
        object: scene.cut(task.truth, group),
        light: uneven(group),
      }));
      const object = await applyToGroups(task, table, { ...options, runtime: fake, groupsPerBatch });
      expect([object.height, object.width]).toEqual([40, 40]);
      // Sums of float32 numbers in float64, stored as float32.
      object.data.forEach((value, i) => expect(Math.abs(value - task.truth.data[i]!)).toBeLessThan(2e-7));
      expect(seen).toEqual({ loaded: 1, released: 1, runs: Math.ceil(table.count / groupsPerBatch) });
    }
  });

  test("weighs canvases that differ by their light", async () => {
    // Two groups whose canvases meet, and leave a part of the object alone.
    const chosen = [0, 60];
    const groups = Int32Array.from(
      chosen.flatMap((g) => [...table.groups.subarray(g * framesPerGroup, (g + 1) * framesPerGroup)]),
    );
    const two = { ...table, groups, count: 2 };
    const { fake } = saying((group) => ({
      object: new Float32Array(2 * area).fill(group === 0 ? 0.5 : 2),
      light: new Float32Array(area).fill(group === 0 ? 3 : 1),
    }));
    const object = await applyToGroups(task, two, { ...options, runtime: fake, groupsPerBatch: 2 });
    const { originX, originY } = scene.origins(chosen);
    const on = (g: number, x: number, y: number) =>
      x >= originX[g]! && x < originX[g]! + canvasPx && y >= originY[g]! && y < originY[g]! + canvasPx;
    const found = new Set<number>();
    for (let i = 0; i < 1600; i++) {
      const [x, y] = [i % 40, Math.floor(i / 40)];
      const [first, second] = [on(0, x, y), on(1, x, y)];
      // (3 · 0.5 + 1 · 2) / 4 where both are.
      const expected = first && second ? 0.875 : first ? 0.5 : second ? 2 : 1;
      found.add(expected);
      expect(object.data[2 * i]).toBe(expected);
      expect(object.data[2 * i + 1]).toBe(expected === 1 ? 0 : expected);
    }
    expect(found).toEqual(new Set([0.5, 0.875, 2, 1]));
  });

  test("leaves flat what no light reached", async () => {
    const { fake } = saying((group) => ({
      object: new Float32Array(2 * area).fill(0.3),
      light: uneven(group).map(() => 0),
    }));
    const { data } = await applyToGroups(task, table, { ...options, runtime: fake });
    data.forEach((value, i) => expect(value).toBe(1 - (i % 2)));
  });

  test("gives the session back when it fails", async () => {
    const { fake, seen } = saying(() => {
      throw new Error("no canvas");
    });
    await expect(applyToGroups(task, table, { ...options, runtime: fake })).rejects.toThrow("no canvas");
    expect([seen.loaded, seen.released]).toEqual([1, 1]);
  });
});

describe("a model on groups of a scan", () => {
  const zeros = Object.fromEntries(
    model.specs.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b))]),
  );

  test("of one group, zero weights: the object of its gradient steps, where its region reaches", async () => {
    const one = { ...table, groups: table.groups.slice(40 * framesPerGroup, 41 * framesPerGroup), count: 1 };
    const found = await applyToGroups(task, one, {
      ...options,
      runtime,
      parameters: zeros,
      groupsPerBatch: 1,
    });
    const frames = [...one.groups];
    const { positions, diffraction } = task.problem;
    const alone = {
      ...task.problem,
      frames: framesPerGroup,
      positions: {
        x: Float64Array.from(frames, (j) => positions.x[j]!),
        y: Float64Array.from(frames, (j) => positions.y[j]!),
      },
      diffraction: Float32Array.from(
        frames.flatMap((j) => [...diffraction.subarray(256 * j, 256 * (j + 1))]),
      ),
    };
    const expected = naiveSteps(alone, { steps: 1, damping: 0.3 });
    const once = await applyToGroups(task, one, {
      ...options,
      network: stepping(1),
      runtime,
      parameters: zeros,
      groupsPerBatch: 1,
    });
    const { originX, originY } = scene.origins([40]);
    const border = (canvasPx - regionPx) / 2;
    let [error, change, lit] = [0, 0, 0];
    for (let i = 0; i < 1600; i++) {
      const [x, y] = [(i % 40) - originX[0]! - border, Math.floor(i / 40) - originY[0]! - border];
      const inside = x >= 0 && x < regionPx && y >= 0 && y < regionPx && expected.light[i]! > 1e-2;
      if (!inside) continue;
      lit++;
      error = Math.max(error, Math.abs(once.data[2 * i]! - expected.object[2 * i]!));
      change = Math.max(change, Math.abs(found.data[2 * i]! - once.data[2 * i]!));
    }
    expect(lit).toBeGreaterThan(100);
    // Float32; and in the dark the graph's root is that of |f|² + 1e-10, where expected counts are as faint.
    expect(error).toBeLessThan(5e-3);
    // A second step moves it on.
    expect(change).toBeGreaterThan(0.02);
  });

  test("finds the object when its steps are many: no seam is left of the groups", async () => {
    const found = await applyToGroups(task, table, {
      ...options,
      runtime,
      network: stepping(60),
      parameters: zeros,
    });
    const few = await applyToGroups(task, table, { ...options, runtime, parameters: zeros });
    // Three frames alone leave an object open where they do not overlap; a flat object is 0.36 away.
    expect(relativeError(few, task.truth)).toBeLessThan(0.3);
    expect(relativeError(found, task.truth)).toBeLessThan(0.15);
  });

  test("is the same in batches that do not divide the groups", async () => {
    const rule = { ...options, runtime };
    const some = { ...table, groups: table.groups.slice(0, 7 * framesPerGroup), count: 7 };
    const one = await applyToGroups(task, some, { ...rule, groupsPerBatch: 1 });
    const three = await applyToGroups(task, some, { ...rule, groupsPerBatch: 3 });
    // Float32 sums, perhaps in another order.
    one.data.forEach((value, i) => expect(Math.abs(three.data[i]! - value)).toBeLessThan(1e-5));
  });

  test.each([
    { wrong: { ...table, groupSize: 2 }, says: "groups of 2 frames" },
    { wrong: { ...table, groupSize: 4 }, says: "groups of 4 frames" },
  ])("is refused for $says", async ({ wrong, says }) => {
    await expect(applyToGroups(task, wrong, { ...options, runtime })).rejects.toSatisfy(
      (error) => isDoselapError(error, "Shape") && error.message.includes(says),
    );
  });

  test("stops when it is told to", async () => {
    const call = applyToGroups(task, table, { ...options, runtime, signal: AbortSignal.abort() });
    await expect(call).rejects.toSatisfy((error) => isDoselapError(error, "Interrupted"));
  });

  test("tells how far it is, up to the whole", async () => {
    const told: number[] = [];
    const three = { ...table, groups: table.groups.slice(0, 3 * framesPerGroup), count: 3 };
    await applyToGroups(task, three, {
      ...options,
      runtime,
      groupsPerBatch: 2,
      progress: (fraction) => told.push(fraction),
    });
    expect(told).toEqual([2 / 3, 1]);
  });
});

test("the inference model says what it takes and gives, as its file does", async () => {
  const { onnx, inputs, outputs, specs } = groupInferenceModel(model, options.parameters, {
    groups: 2,
    probeModes: 1,
  });
  const session = await runtime.load(onnx());
  expect([...session.inputNames].sort()).toEqual(inputs.map(({ name }) => name).sort());
  expect(session.outputNames).toEqual(outputs.map(({ name }) => name));
  for (const { name, shape } of [...inputs, ...outputs]) expect(session.shapes.get(name)).toEqual(shape);
  expect(specs).toBe(model.specs);
  await session.release();
});

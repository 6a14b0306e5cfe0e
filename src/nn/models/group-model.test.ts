// The group network: its steps are the scan's gradient steps, its corrections start where the steps end, and a group's output
// is its own.

import { beforeAll, describe, expect, test } from "vitest";
import { relativeError } from "../../../test/support/fields.ts";
import { groupScene, values } from "../../../test/support/group-scene.ts";
import { smallTask } from "../../../test/support/small-task.ts";
import { openBackend } from "../../compute/node.ts";
import { isDoselapError } from "../../errors.ts";
import { gradients } from "../graph/differentiate.ts";
import { evaluate } from "../graph/evaluate.ts";
import { sum } from "../ops/expand.ts";
import { square } from "../ops/unary.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import { gradientSteps } from "../physics/gradient-steps.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { groupModel, type GroupModelConfig } from "./group-model.ts";
import { initialise, parameterInputs, type ParameterSpec } from "./parameters.ts";

const framesPerGroup = 3;
const backend = openBackend({ kernels: "simd" });
const task = smallTask({ betweenPixels: true });
const scene = groupScene(task, framesPerGroup);
const { canvasPx, regionPx } = scene;
const config: GroupModelConfig = {
  sizePx: 16,
  framesPerGroup,
  canvasPx,
  regionPx,
  steps: 2,
  stages: 1,
  damping: 0.3,
  output: "additive",
  trainedProbeModes: 0,
  widths: [3, 4],
};

const zeros = (specs: readonly ParameterSpec[]) =>
  Object.fromEntries(specs.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b))]));

/** Float64 outputs of the model for some groups of the scene, on given parameters. */
function evaluated(
  rule: GroupModelConfig,
  groups: readonly number[],
  parameters: (specs: readonly ParameterSpec[]) => { readonly [name: string]: Float32Array },
  on = scene,
) {
  const model = groupModel(rule);
  const out = model.apply(on.inputs(groups.length), parameterInputs(model.specs));
  const fields = out.objects.flatMap(({ re, im }) => [re, im]);
  const results = evaluate([out.light, ...fields], {
    ...values(on.feeds(groups)),
    ...(rule.stages > 0 ? parameters(model.specs) : {}),
  });
  const objects = out.objects.map((_, k) => ({ re: results[1 + 2 * k]!, im: results[2 + 2 * k]! }));
  return { light: results[0]!, objects, last: objects.at(-1)!, out, specs: model.specs };
}

describe.each([1, 2] as const)("without a network (%i probe modes)", (modes) => {
  // Rounded counts leave the dark empty: a photon on a dark pixel would pull along a phase that is rounding, and the graph's
  // root is that of |f|² + 1e-10.
  const exact = smallTask({ betweenPixels: true, modes, noiseSeed: null });
  const diffraction = exact.problem.diffraction.map((root) => Math.sqrt(Math.round(root * root)));
  const given = { ...exact, problem: { ...exact.problem, diffraction } };
  const on = groupScene(given, framesPerGroup);
  // The canvas is the object: nothing of it is left flat.
  const side = on.canvasPx;
  const rule = { ...config, canvasPx: side, regionPx: side, stages: 0, widths: [], steps: 3 };

  test.each([0.3, 1])("a group's object is what gradient steps make of its frames, damping %d", (damping) => {
    const group = 31;
    const { light, last } = evaluated({ ...rule, damping }, [group], zeros, on);
    const { originX, originY } = on.origins([group]);
    const members = [...on.table.groups.subarray(group * framesPerGroup, (group + 1) * framesPerGroup)];
    const { positions } = given.problem;
    const expected = gradientSteps(
      {
        ...given.problem,
        frames: framesPerGroup,
        objectHeight: side,
        objectWidth: side,
        positions: {
          x: Float64Array.from(members, (j) => positions.x[j]! - originX[0]!),
          y: Float64Array.from(members, (j) => positions.y[j]! - originY[0]!),
        },
        diffraction: Float32Array.from(
          members.flatMap((j) => [...diffraction.subarray(256 * j, 256 * (j + 1))]),
        ),
      },
      { backend, steps: 3, damping },
    );
    const counts = light.map((value) => value * given.dosePhotons);
    expect(relativeError(counts, expected.light)).toBeLessThan(1e-6);
    const object = Float64Array.from({ length: 2 * side * side }, (_, i) =>
      i % 2 === 0 ? last.re[i >> 1]! - 1 : last.im[i >> 1]!,
    );
    const wanted = Float64Array.from(expected.object.data, (value, i) => value - (i % 2 === 0 ? 1 : 0));
    expect(Math.max(...wanted)).toBeGreaterThan(0.1);
    // Three steps of float32 kernels.
    expect(relativeError(object, wanted)).toBeLessThan(1e-5);
  });
});

describe.each(["additive", "polar"] as const)("%s output", (output) => {
  test("of zero weights is the object of the gradient steps, after every stage", () => {
    const { objects } = evaluated({ ...config, stages: 2, output }, [12, 50], zeros);
    expect(objects.length).toBe(3);
    const amplitude = objects[0]!.re.map((re, i) => Math.hypot(re, objects[0]!.im[i]!));
    // Within the bounds of a polar output, and not flat.
    expect(Math.max(...amplitude)).toBeLessThan(1.18);
    expect(Math.max(...amplitude.map((value) => Math.abs(value - 1)))).toBeGreaterThan(0.1);
    for (const { re, im } of objects.slice(1)) {
      for (const [i, value] of re.entries()) {
        // The modulus is taken of |O|² + 1e-12, and through a logarithm and back.
        expect(value).toBeCloseTo(objects[0]!.re[i]!, 10);
        expect(im[i]).toBeCloseTo(objects[0]!.im[i]!, 10);
      }
    }
  });

  test("leaves the canvas flat and without weight outside of the region", () => {
    const rule = { ...config, regionPx: regionPx - 8, output };
    const { light, last } = evaluated(rule, [40], (specs) => initialise(specs, 2));
    const border = (canvasPx - rule.regionPx) / 2;
    const inside = (i: number) =>
      [i % canvasPx, Math.floor(i / canvasPx)].every((at) => at >= border && at < canvasPx - border);
    let moved = 0;
    for (const [i, value] of light.entries()) {
      if (inside(i)) {
        if (value > 0) moved = Math.max(moved, Math.abs(last.re[i]! - 1));
        continue;
      }
      expect([value, last.re[i], Math.abs(last.im[i]!)]).toEqual([0, 1, 0]);
    }
    expect(moved).toBeGreaterThan(0.05);
    // The light inside is that of the whole canvas.
    const whole = evaluated({ ...rule, regionPx: canvasPx, stages: 0, widths: [] }, [40], zeros).light;
    for (const [i, value] of light.entries()) if (inside(i)) expect(value).toBe(whole[i]);
  });
});

test("additive corrections are what the network gives, added to amplitude and phase", () => {
  const { objects, out, specs } = evaluated(config, [7], (all) => initialise(all, 5));
  const [u] = evaluate([out.corrections[0]!], { ...values(scene.feeds([7])), ...initialise(specs, 5) });
  const border = (canvasPx - regionPx) / 2;
  const area = regionPx * regionPx;
  for (let i = 0; i < area; i++) {
    const at = (border + Math.floor(i / regionPx)) * canvasPx + border + (i % regionPx);
    const [re, im] = [objects[0]!.re[at]!, objects[0]!.im[at]!];
    const modulus = Math.hypot(re, im) + u![i]!;
    const phase = Math.atan2(im, re) + u![area + i]!;
    expect(objects[1]!.re[at]).toBeCloseTo(modulus * Math.cos(phase), 10);
    expect(objects[1]!.im[at]).toBeCloseTo(modulus * Math.sin(phase), 10);
  }
  expect(Math.max(...u!.map(Math.abs))).toBeGreaterThan(0.01);
});

test("polar output stays below its modulus, whatever the network says, from any start", () => {
  const loud = (specs: readonly ParameterSpec[]) =>
    Object.fromEntries(
      Object.entries(initialise(specs, 5)).map(([name, data]) => [name, data.map((value) => 300 * value)]),
    );
  // Four undamped steps on few photons overshoot the bound.
  const rule = { ...config, output: "polar", steps: 4, damping: 0.05 } as const;
  const { objects, last } = evaluated(rule, [7], loud);
  const largest = ({ re, im }: (typeof objects)[number]) =>
    Math.max(...re.map((value, i) => Math.hypot(value, im[i]!)));
  expect(largest(objects[0]!)).toBeGreaterThan(1.2);
  expect(largest(last)).toBeLessThanOrEqual(1.2 + 1e-9);
  expect(last.re.every(Number.isFinite)).toBe(true);
});

test("the loss of the last stage teaches the first: two networks, each with weights of its own", () => {
  const model = groupModel({ ...config, stages: 2 });
  const parameters = parameterInputs(model.specs);
  const { objects, corrections } = model.apply(scene.inputs(1), parameters);
  expect([objects.length, corrections.length]).toEqual([3, 2]);
  expect(model.specs.length).toBe(2 * groupModel(config).specs.length);
  const loss = sum(square(objects[2]!.im), [0, 1, 2]);
  const names = model.specs.map(({ name }) => name).filter((name) => name.endsWith("head.weight"));
  expect(names).toEqual(["stage0.head.weight", "stage1.head.weight"]);
  const slopes = evaluate(
    gradients(
      loss,
      names.map((name) => parameters[name]!),
    ),
    { ...values(scene.feeds([20])), ...initialise(model.specs, 1) },
  );
  for (const slope of slopes) {
    expect(slope.every(Number.isFinite)).toBe(true);
    expect(Math.max(...slope.map(Math.abs))).toBeGreaterThan(1e-3);
  }
});

test.each([
  { regionPx: regionPx + 2, says: `got region ${regionPx + 2}` },
  { regionPx: regionPx - 1, says: "multiple of 4" },
  { regionPx: canvasPx + 4, says: `at most ${canvasPx}` },
  { canvasPx: 12, regionPx: 12, says: "at least 16" },
])("a canvas that does not fit is refused: $says", ({ says, ...wrong }) => {
  expect(() => groupModel({ ...config, ...wrong })).toThrow(
    expect.toSatisfy((error) => isDoselapError(error, "Range") && error.message.includes(says)),
  );
});

describe("a group on the runtime", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await openNodeRuntime();
  });

  async function run(
    groups: readonly number[],
    change: (feeds: ReturnType<typeof scene.feeds>) => void = () => undefined,
  ) {
    const model = groupModel({ ...config, stages: 2 });
    const { object, light } = model.apply(scene.inputs(groups.length), parameterInputs(model.specs));
    const session = await runtime.load(
      toOnnx({ outputs: { re: object.re, im: object.im, light }, values: initialise(model.specs, 6) }),
      { threads: 1 },
    );
    const feeds = scene.feeds(groups);
    change(feeds);
    const outputs = await session.run(feeds);
    await session.release();
    return outputs;
  }

  test("is answered in a batch as it is alone (F-23)", async () => {
    const together = await run([12, 50]);
    const [first, second] = [await run([12]), await run([50])];
    for (const name of ["re", "im", "light"]) {
      const alone = [...first[name]!, ...second[name]!];
      // Float32 sums, perhaps in another order.
      together[name]!.forEach((value, i) => expect(Math.abs(value - alone[i]!)).toBeLessThan(1e-5));
    }
  });

  test("does not hear what else is in the batch", async () => {
    const area = canvasPx * canvasPx;
    const before = await run([12, 50]);
    const after = await run([12, 50], ({ amplitudes, top }) => {
      amplitudes!.data.fill(0.01, amplitudes!.data.length / 2);
      top!.data[framesPerGroup] = 0.25;
    });
    for (const name of ["re", "im", "light"]) {
      expect(after[name]!.subarray(0, area)).toEqual(before[name]!.subarray(0, area));
      expect(after[name]!.subarray(area)).not.toEqual(before[name]!.subarray(area));
    }
  });

  test("is what the float64 twin says", async () => {
    const found = await run([12, 50]);
    const { last } = evaluated({ ...config, stages: 2 }, [12, 50], (specs) => initialise(specs, 6));
    // Float32 through two networks and four gradients, dark pixels among them.
    expect(relativeError(found["re"]!, last.re)).toBeLessThan(1e-4);
    expect(relativeError(found["im"]!, last.im)).toBeLessThan(1e-3);
  });
});

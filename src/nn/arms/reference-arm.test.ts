// The earlier network as an arm: its settings, the scans it takes, and a few steps from counts to an object.

import { expect, test } from "vitest";
import { openBackend } from "../../compute/node.ts";
import { isDoselapError } from "../../errors.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import { drawGroups } from "../../../test/support/draw-groups.ts";
import type { ArmTask } from "./arm.ts";
import { pinnReference } from "./reference-arm.ts";

/** Two clusters of four frames, so that one of them can validate. */
function scan(size: number): ArmTask {
  const frames = 8;
  const pixels = size * size;
  const dosePhotons = 2000;
  const x = Float64Array.from({ length: frames }, (_, j) => size + 3 * (j % 4) + (j < 4 ? 0 : 2 * size));
  const y = Float64Array.from({ length: frames }, (_, j) => size + 2.5 * (j % 3));
  const probe = new Float32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    const r2 = ((i % size) - size / 2) ** 2 + (Math.floor(i / size) - size / 2) ** 2;
    probe[2 * i] = (Math.exp(-r2 / (2 * (size / 8) ** 2)) * Math.sqrt(dosePhotons)) / (size / 4);
  }
  const diffraction = Float32Array.from({ length: frames * pixels }, (_, i) =>
    Math.sqrt(Math.round(Math.sin(i * i * 0.37) ** 2)),
  );
  const positions = { x, y };
  return {
    problem: {
      frames,
      size,
      diffraction,
      positions,
      probe,
      probeModes: 1,
      objectHeight: 3 * size,
      objectWidth: 5 * size,
    },
    dosePhotons,
    backgroundPhotonsPerPx: 0,
    lightFit: { amplitude: 1 },
    groups: drawGroups(positions, { groupSize: 1, neighborCount: 1, seed: 1 }),
  };
}

const context = async () => ({
  seed: 1,
  runtime: await openNodeRuntime(),
  backend: openBackend({ kernels: "reference" }),
  threads: 1,
  log: () => undefined,
});
const schedule = { epochs: 1, batchSize: 2, learningRate: 1e-3 };

test("its settings are plain Adam's, and widths are none of them", () => {
  expect(pinnReference.options.parse({})).toMatchObject({
    batchSize: 16,
    learningRate: 1e-3,
    weightDecay: 0,
    average: 0,
  });
  expect(pinnReference.options.safeParse({ widths: [16, 32] }).success).toBe(false);
  expect(pinnReference.options.safeParse({ loss: "anscombe" }).success).toBe(false);
});

test("frames of a size that the earlier study had no layers for are refused", async () => {
  const options = pinnReference.options.parse({ validationFraction: 0.5 });
  await expect(pinnReference.train(scan(32), options, { ...(await context()), schedule })).rejects.toSatisfy(
    (error) => isDoselapError(error, "Range"),
  );
});

test("counts, positions and probe become an object, and a model of the same figures", async () => {
  const options = pinnReference.options.parse({ validationFraction: 0.5, restarts: 0 });
  const task = scan(64);
  const own = await context();
  const { fit, facts } = await pinnReference.train(task, options, { ...own, schedule });
  expect(Object.keys(fit.levels).map((name) => name.replace(/ [\d.]+$/, ""))).toEqual([
    "flat object of modulus",
    "uniform rate",
    "mean pattern",
  ]);
  const { object } = await pinnReference.infer(task, { options, parameters: fit.parameters, facts }, own);
  expect([object.height, object.width]).toEqual([192, 320]);
  expect(object.data.every(Number.isFinite)).toBe(true);
  const { onnx, inputs, specs } = pinnReference.model({ options, parameters: fit.parameters, facts });
  expect(specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0)).toBe(2_331_772);
  // The weights are inside.
  expect(onnx().length).toBeGreaterThan(4 * 2_331_772);
  expect(inputs.map(({ name }) => name)).toEqual(["amplitudes", "top", "left", "probe.re", "probe.im"]);
});

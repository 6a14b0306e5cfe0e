// What engines that can centre their probe make of one that stands beside the centre: in the far field the truth stays the
// truth, only moved; in the near field, where the frames fix the place, they refuse.

import { describe, expect, test } from "vitest";
import type { ComplexImage } from "../../src/array/ndarray.ts";
import { iterate } from "../../src/engines/iterate.ts";
import { planEngine } from "../../src/engines/plan.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import { engines } from "../../src/engines/registry.ts";
import { simd, solve } from "../support/engine-rows.ts";
import { noisy } from "../support/held-out.ts";
import { relativeError, side, smallProblem } from "../support/small-problem.ts";

const centring = Object.values(engines)
  .filter((engine) => Object.hasOwn(Object(engine.options.parse({})), "centerProbe"))
  .map(({ name }) => name);
const [right, down] = [3, -2];

/** Cut to a disc that fits into the window, and moved off its centre. */
function beside(probe: Float32Array): Float32Array {
  const moved = new Float32Array(probe.length);
  for (let i = 0; i < probe.length / 2; i++) {
    const [x, y] = [(i % 16) - 8, Math.floor((i % 256) / 16) - 8];
    if (Math.hypot(x, y) > 4.5) continue;
    const to = i + right + 16 * down;
    moved[2 * to] = probe[2 * i]!;
    moved[2 * to + 1] = probe[2 * i + 1]!;
  }
  return moved;
}

/** Centre of mass off (N/2, N/2), px. */
function massOf(probe: Float32Array): { x: number; y: number } {
  let [power, x, y] = [0, 0, 0];
  for (let i = 0; i < probe.length / 2; i++) {
    const own = probe[2 * i]! ** 2 + probe[2 * i + 1]! ** 2;
    power += own;
    x += own * ((i % 16) - 8);
    y += own * (Math.floor((i % 256) / 16) - 8);
  }
  return { x: x / power, y: y / power };
}

/** The object that goes with a centred probe, where the small one knows it. */
function followed({ data, height, width }: ComplexImage): ComplexImage {
  const moved = new Float32Array(data.length);
  for (let y = 4; y < side - 4; y++) {
    for (let x = 4; x < side - 4; x++) {
      const [to, from] = [2 * (y * side + x), 2 * ((y + down) * side + x + right)];
      moved[to] = data[from]!;
      moved[to + 1] = data[from + 1]!;
    }
  }
  return { height, width, data: moved };
}

const options = { centerProbe: true, probeStartEpoch: 0 };

test("engines that keep no waves and no path can", () => {
  expect(centring).toEqual(["epie", "rpie", "mpie", "lsqml"]);
});

describe.each(centring)("engine %s", (name) => {
  test.each([1, 2] as const)(
    "keeps the truth, %d modes: it is moved, and nothing wraps around",
    async (modes) => {
      const { problem, truth } = smallProblem({ modes, shapeProbe: beside });
      const own = { ...options, epochs: 5 };
      const { object, probe, history } = await solve(name, own, { ...problem, object: truth });
      expect(Math.abs(massOf(problem.probe).x)).toBeGreaterThan(2);
      // Float32 rounding, as for a truth that is not moved: relative 6e-8 squared, with room for the transforms.
      for (const error of history) expect(error).toBeLessThan(1e-10);
      expect(relativeError(object, followed(truth))).toBeLessThan(1e-4);
      // Half a pixel is nearest to none.
      expect(Math.abs(massOf(probe).x)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(massOf(probe).y)).toBeLessThanOrEqual(0.5);
    },
  );

  test("explains frames as well with a centred probe as with one that stays beside", async () => {
    const { problem } = smallProblem({ shapeProbe: beside });
    const own = { epochs: 40, probeStartEpoch: 0 };
    const stays = await solve(name, own, problem);
    const centred = await solve(name, { ...own, centerProbe: true }, problem);
    // The path differs from the first epoch on: no more than twice the misfit.
    expect(centred.history.at(-1)!).toBeLessThan(2 * stays.history.at(-1)!);
    expect(Math.abs(massOf(stays.probe).x)).toBeGreaterThan(1);
  });

  test("ends centred, within its support and of its power after the closing shrinkage", async () => {
    const given = noisy(smallProblem({ energy: 60, shapeProbe: beside }).problem, 3);
    const own = { ...options, epochs: 6, prior: "smoothness", probeSupportPx: 5, averageLast: 0.5 };
    const { probe } = await solve(name, own, given);
    expect(Math.hypot(massOf(probe).x, massOf(probe).y)).toBeLessThan(1);
    for (let i = 0; i < 256; i++) {
      if (Math.hypot((i % 16) - 8, Math.floor(i / 16) - 8) > 5) expect(probe[2 * i]).toBe(0);
    }
  });

  test("resumes to the byte before and after it moved the probe", () => {
    const given = noisy(smallProblem({ energy: 60, shapeProbe: beside }).problem, 3);
    const { links } = prepareEngine(name, { ...options, epochs: 4, probeStartEpoch: 1, averageLast: 1 });
    const start = () => iterate(links[0]!.engine, links[0]!.options, given, { backend: simd, seed: 3 });
    const straight = start();
    const checkpoints = [straight.checkpoint()];
    for (let epoch = 1; epoch <= 4; epoch++) {
      straight.step();
      checkpoints.push(straight.checkpoint());
    }
    for (const checkpoint of checkpoints) {
      const resumed = start();
      resumed.restore(checkpoint);
      for (let { epoch } = checkpoint; epoch < 4; epoch++) resumed.step();
      expect(resumed.result()).toEqual(straight.result());
      resumed.dispose();
    }
    straight.dispose();
  });

  test("refuses to centre a near-field probe before work, and says why", async () => {
    const { problem } = smallProblem({ nearField: true });
    const message = /near-field probe cannot be centred.*ENGINE-056/su;
    await expect(solve(`ml:1+${name}:1`, { centerProbe: true, probeStartEpoch: 0 }, problem)).rejects.toThrow(
      message,
    );
    const prepared = prepareEngine(name, { centerProbe: true });
    expect(() => planEngine(prepared, problem, { backend: simd })).toThrow(message);
  });
});

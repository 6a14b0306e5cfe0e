// The network's size in closed form, what it refuses, how little it says at the start, how far it sees.

import { describe, expect, test } from "vitest";
import { createRng, normal } from "../../math/random/rng.ts";
import { isDoselapError } from "../../errors.ts";
import { evaluate } from "../graph/evaluate.ts";
import { input } from "../graph/tensor.ts";
import { initialise, parameterCount, parameterInputs } from "./parameters.ts";
import { reachPx, unet } from "./unet.ts";

function noise(count: number, frame: number): Float64Array {
  const rng = createRng(9, "network", { frame });
  return Float64Array.from({ length: count }, () => normal(rng));
}

/** Output of a network on images [B, inputs, H, W], float64. */
function outputOf(
  widths: readonly number[],
  shape: readonly [number, number, number, number],
  image: Float64Array,
) {
  const network = unet("net", { inputs: shape[1], outputs: 2, widths });
  const x = input("x", shape);
  const y = network.apply(x, parameterInputs(network.specs));
  expect(y.shape).toEqual([shape[0], 2, shape[2], shape[3]]);
  return evaluate([y], { x: image, ...initialise(network.specs, 3) })[0]!;
}

describe("parameters", () => {
  const conv = (from: number, to: number) => 9 * from * to + to;

  test("of the default widths are 254,914", () => {
    const { specs } = unet("net", { inputs: 5, outputs: 2, widths: [16, 32, 64] });
    const down = conv(5, 16) + conv(16, 16) + conv(16, 32) + conv(32, 32) + conv(32, 64) + conv(64, 64);
    const middle = 2 * conv(64, 64);
    const up = conv(64 + 64, 64) + conv(64 + 32, 32) + conv(32 + 16, 16);
    expect(down + middle + up + conv(16, 2)).toBe(254_914);
    expect(parameterCount(specs)).toBe(254_914);
    // A second convolution on each level of the way up would make it 303,410.
    expect(254_914 + conv(64, 64) + conv(32, 32) + conv(16, 16)).toBe(303_410);
  });

  test("have names of their own, under the prefix", () => {
    const { specs } = unet("stage1", { inputs: 1, outputs: 1, widths: [2, 3] });
    const names = specs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => name.startsWith("stage1."))).toBe(true);
    expect(specs.filter(({ name }) => name.endsWith(".bias")).every(({ deviation }) => deviation === 0)).toBe(
      true,
    );
  });
});

test.each([
  [1, 5, 8, 12],
  [1, 5, 12, 8],
  [1, 5, 4, 8],
])("sides that its levels do not divide are refused: [%i, %i, %i, %i]", (...shape) => {
  const network = unet("net", { inputs: 5, outputs: 2, widths: [2, 2, 2] });
  expect(() => network.apply(input("x", shape), parameterInputs(network.specs))).toThrow(
    expect.toSatisfy((error) => isDoselapError(error, "Shape") && error.message.includes("multiples of 8")),
  );
});

test("an untrained network says little: a tenth of what its layers carry", () => {
  const [widths, shape] = [[8, 8], [1, 5, 16, 16] as const] as const;
  const rms = (values: Float64Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  const whole = rms(outputOf(widths, shape, noise(5 * 256, 0)));
  // He's weights keep inputs of order 1 at order 1 down to the head, whose weights are a tenth of that.
  expect(whole).toBeGreaterThan(0.02);
  expect(whole).toBeLessThan(0.3);
});

test("every sample is answered for itself", () => {
  const [a, b] = [noise(5 * 64, 1), noise(5 * 64, 2)];
  const together = outputOf([3, 4], [2, 5, 8, 8], Float64Array.of(...a, ...b));
  const alone = [a, b].flatMap((image) => [...outputOf([3, 4], [1, 5, 8, 8], image)]);
  expect([...together]).toEqual(alone);
});

describe.each([1, 2, 3])("the reach of %i levels", (levels) => {
  const reach = reachPx(levels);
  const side = 2 ** levels * Math.ceil((2 * reach + 12) / 2 ** levels);
  const widths = Array.from({ length: levels }, () => 2);
  const at = side / 2 + (levels % 2);

  test("holds everything that one input pixel can change, and is no more than twice as much", () => {
    const image = noise(side * side, levels);
    const before = outputOf(widths, [1, 1, side, side], image);
    let farthest = 0;
    // Max pooling hides a pixel that is not the largest of its block: it is made the largest, then the smallest.
    for (const value of [30, -30]) {
      image[at * side + at] = value;
      const after = outputOf(widths, [1, 1, side, side], image);
      for (const [i, was] of before.entries()) {
        if (after[i] === was) continue;
        const pixel = i % (side * side);
        farthest = Math.max(farthest, Math.abs((pixel % side) - at), Math.abs(Math.floor(pixel / side) - at));
      }
    }
    expect(farthest).toBeLessThanOrEqual(reach);
    expect(farthest).toBeGreaterThan(reach / 2);
  });
});

test("activations of every layer but the head's are shown", () => {
  const network = unet("net", { inputs: 5, outputs: 2, widths: [2, 3] });
  const seen: number[][] = [];
  network.apply(input("x", [1, 5, 8, 8]), parameterInputs(network.specs), ({ shape }) =>
    seen.push([...shape]),
  );
  expect(seen).toEqual([
    [1, 2, 8, 8],
    [1, 2, 8, 8],
    [1, 3, 4, 4],
    [1, 3, 4, 4],
    [1, 3, 2, 2],
    [1, 3, 2, 2],
    [1, 3, 4, 4],
    [1, 2, 8, 8],
  ]);
});

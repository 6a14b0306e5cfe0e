// Start values depend on the seed and on a parameter's place alone, and have the spread that was asked for.

import { describe, expect, test } from "vitest";
import {
  heDeviation,
  initialise,
  parameterCount,
  parameterInputs,
  type ParameterSpec,
} from "./parameters.ts";

const specs: readonly ParameterSpec[] = [
  { name: "a", shape: [40, 25, 3, 3], deviation: 0.5 },
  { name: "a.bias", shape: [40], deviation: 0 },
  { name: "b", shape: [100, 90], deviation: 2, law: "uniform" },
];

describe("start values", () => {
  const values = initialise(specs, 4);

  test("have the shapes, the deviations and the laws of their specs", () => {
    expect(Object.keys(values)).toEqual(["a", "a.bias", "b"]);
    expect(values["a.bias"]).toEqual(new Float32Array(40));
    for (const [name, deviation, kurtosis] of [
      ["a", 0.5, 3],
      ["b", 2, 1.8],
    ] as const) {
      const data = values[name]!;
      expect(data.length).toBe(9000);
      const moment = (power: number) => data.reduce((sum, x) => sum + x ** power, 0) / data.length;
      // Of 9000 deviates: a mean within 4/√n, a variance within 4·√(2/n), a kurtosis of 3 or 9/5 within 4·√(96/n).
      expect(Math.abs(moment(1))).toBeLessThan((4 * deviation) / Math.sqrt(9000));
      expect(Math.abs(moment(2) / deviation ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / 9000));
      expect(Math.abs(moment(4) / moment(2) ** 2 - kurtosis)).toBeLessThan(4 * Math.sqrt(96 / 9000));
    }
    expect(values["b"]!.every((value) => Math.abs(value) <= 2 * Math.sqrt(3))).toBe(true);
  });

  test("are the same for the same seed, and others for another", () => {
    expect(initialise(specs, 4)).toEqual(values);
    expect(initialise(specs, 5)["a"]).not.toEqual(values["a"]);
  });

  test("do not depend on what stands behind, nor on the size of what stands before", () => {
    expect(initialise(specs.slice(0, 1), 4)["a"]).toEqual(values["a"]);
    const larger = [{ ...specs[0]!, shape: [90, 25, 3, 3] }, ...specs.slice(1)];
    expect(initialise(larger, 4)["b"]).toEqual(values["b"]);
    // Two parameters of one shape do not start alike.
    const twins = initialise([specs[0]!, { ...specs[0]!, name: "twin" }], 4);
    expect(twins["twin"]).not.toEqual(twins["a"]);
  });
});

test("parameters are counted, and are inputs of the graph under their names", () => {
  expect(parameterCount(specs)).toBe(9000 + 40 + 9000);
  expect(parameterCount([])).toBe(0);
  const inputs = parameterInputs(specs);
  expect(inputs["b"]).toEqual({ shape: [100, 90], source: { kind: "input", name: "b" } });
});

test("He's deviation keeps the variance behind a ReLU", () => {
  // Half of the power is cut off, so n weights of variance 2/n.
  expect(heDeviation(50)).toBe(0.2);
});

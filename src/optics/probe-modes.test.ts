// Start modes are orthogonal, keep the total power and the given probe, and each holds the stated share.

import { describe, expect, test } from "vitest";
import { withProbeModes } from "./probe-modes.ts";
import { buildProbe } from "./probe.ts";

const probe = buildProbe({ kind: "defocused-airy", apertureCyclesPerPx: 0.22, defocusRadiusPx: 6 }, 32);
const numbers = 2 * 32 * 32;

function inner(a: Float32Array, b: Float32Array): { re: number; im: number } {
  let [re, im] = [0, 0];
  for (let i = 0; i < a.length; i += 2) {
    re += a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
    im += a[i]! * b[i + 1]! - a[i + 1]! * b[i]!;
  }
  return { re, im };
}

describe("withProbeModes", () => {
  const { data, modes } = withProbeModes(probe, 5);
  const mode = (m: number) => data.subarray(m * numbers, (m + 1) * numbers);

  test("makes as many modes as asked, mutually orthogonal", () => {
    expect(modes).toBe(5);
    for (let a = 0; a < 5; a++) {
      for (let b = 0; b < a; b++) {
        const { re, im } = inner(mode(a), mode(b));
        // float32 rounding of 1024 products, against powers of 0.02 to 1.
        expect(Math.hypot(re, im)).toBeLessThan(1e-6);
      }
    }
  });

  test("keeps the total power, 2 % in each new mode, the rest in the given probe", () => {
    const powers = [0, 1, 2, 3, 4].map((m) => inner(mode(m), mode(m)).re);
    expect(powers.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    for (const power of powers.slice(1)) expect(power).toBeCloseTo(0.02, 5);
    expect(powers[0]).toBeCloseTo(0.92, 5);
  });

  test("the first mode is the given probe but for its power", () => {
    const { re, im } = inner(mode(0), probe.data);
    expect(Math.hypot(re, im) / Math.sqrt(0.92)).toBeCloseTo(1, 5);
  });

  test("modes that the probe has are taken as they are", () => {
    expect(withProbeModes({ modes: 5, size: 32, data }, 3).data).toEqual(data.subarray(0, 3 * numbers));
  });

  test.each([0, 2.5, 21])("refuses %s modes", (count) => {
    expect(() => withProbeModes(probe, count)).toThrow(/whole number from 1 to 20/);
  });
});

// Detail stays where frames that have not seen it bear it out by more than one standard error, and goes where they do not.

import { describe, expect, test } from "vitest";
import { createRng } from "../../math/random/rng.ts";
import { leastDetail } from "./least-detail.ts";

const frames = 400;

/** Deviances of frames that rise by `risePerPx` for each pixel of smoothing, and scatter by as much as they are smoothed. */
function rising(risePerPx: number, spread = 1): (sigmaPx: number) => Float64Array {
  const rng = createRng(3, "noise");
  // Balanced, so that the mean is 0 and the standard deviation 1 to the square root of 1 − 1/400.
  const scatter = Float64Array.from({ length: frames }, (_, j) => (j % 2 === 0 ? 1 : -1));
  const level = Float64Array.from(scatter, () => 1000 * rng.uniform());
  return (sigmaPx) => level.map((value, j) => value + sigmaPx * (risePerPx + spread * scatter[j]!));
}

// The error of the mean of 400 frames is a twentieth of their spread.
describe("a rise of the deviance", () => {
  test.each([
    { errors: 0.9, width: 8 },
    { errors: 1.1, width: 0 },
  ])("of $errors standard errors leaves a width of $width px", ({ errors, width }) => {
    expect(leastDetail(rising(errors / 20), 8)).toBe(width);
  });

  test("is told from that of the best, not of the finest detail", () => {
    // Far better at 2 px than at 0, and from there on surely worse.
    const at = (sigmaPx: number) =>
      rising(0, 0.1)(sigmaPx).map((value) => value + 10 * Math.abs(Math.log2((sigmaPx + 0.1) / 2.1)));
    expect(leastDetail(at, 32)).toBe(2);
  });

  test("is not looked at beyond the widest that is allowed", () => {
    const asked: number[] = [];
    const at = (sigmaPx: number) => {
      asked.push(sigmaPx);
      return rising(0)(sigmaPx);
    };
    expect(leastDetail(at, 4.5)).toBe(4);
    expect(Math.max(...asked)).toBe(4);
  });
});

test("a single frame, and frames that see no difference, leave the detail", () => {
  expect(leastDetail((sigmaPx) => Float64Array.of(5 - sigmaPx), 8)).toBe(0);
  expect(leastDetail(() => new Float64Array(frames).fill(7), 8)).toBe(0);
});

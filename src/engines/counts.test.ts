// Frames become counts: the smallest type that holds them all, masked where they say nothing, whole where they are.

import { describe, expect, test } from "vitest";
import { readAmplitude, readCounts, surveyFrames } from "./counts.ts";
import type { Problem } from "./problem.ts";

const size = 4;
const pixels = size * size;

/** A problem of which only the frames matter; counts per pixel of each frame. */
function scan(frames: readonly (readonly number[])[], more: Partial<Problem> = {}): Problem {
  const counts = frames.flatMap((frame) =>
    Array.from({ length: pixels }, (_, i) => frame[i % frame.length]!),
  );
  return {
    frames: frames.length,
    size,
    diffraction: Float32Array.from(counts, Math.sqrt),
    positions: { x: new Float64Array(frames.length), y: new Float64Array(frames.length) },
    probe: new Float32Array(2 * pixels),
    probeModes: 1,
    objectHeight: 8,
    objectWidth: 8,
    ...more,
  };
}

describe("the type that counts are stored as", () => {
  test.each<[string, number[], string]>([
    ["up to 254", [0, 1, 254], "uint8"],
    ["255, which marks a masked byte", [0, 255], "uint16"],
    ["up to 65534", [7, 65534], "uint16"],
    ["65535, which marks a masked word", [0, 65535], "float32"],
    ["millions", [0, 3_000_001], "float32"],
    ["fractions", [0, 1.5, 2], "float32"],
    ["fractions so small that a root of a whole number could not have made them", [0, 1.0001], "float32"],
  ])("%s", (_, counts, type) => {
    expect(surveyFrames(scan([counts, [3, 4]])).countType).toBe(type);
  });

  test("is not that of masked or saturated pixels", () => {
    const mask = new Uint8Array(pixels).fill(1, 0, 1);
    const frame = [1e6, ...Array.from({ length: pixels - 1 }, (_, i) => i)];
    expect(surveyFrames(scan([frame])).countType).toBe("float32");
    expect(surveyFrames(scan([frame], { mask })).countType).toBe("uint8");
    expect(surveyFrames(scan([frame], { saturationCounts: 1e6 })).countType).toBe("uint8");
  });

  test("holds every whole number up to 65534 exactly, although its root was rounded", () => {
    const frame = new Float32Array(pixels);
    for (let first = 0; first < 65535; first += pixels) {
      const counts = Array.from({ length: pixels }, (_, i) => Math.min(65534, first + i));
      readCounts(scan([counts]), 0, frame, true);
      expect([...frame]).toEqual(counts);
    }
  });
});

describe("reading a frame", () => {
  test("marks masked and saturated pixels and counts the others", () => {
    const mask = new Uint8Array(pixels).fill(1, 2, 3);
    const out = new Float32Array(pixels);
    const problem = scan([Array.from({ length: pixels }, (_, i) => i)], { mask, saturationCounts: 14 });
    expect(readCounts(problem, 0, out, true)).toBe(pixels - 3);
    expect([...out]).toEqual([0, 1, -1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, -1, -1]);
  });

  test.each([3, 7, 1000, 65_534, 1_000_003])(
    "a pixel at a saturation of %i is saturated, one count below is not",
    (level) => {
      const out = new Float32Array(pixels);
      const problem = scan([[level, level - 1]], { saturationCounts: level });
      readCounts(problem, 0, out, true);
      expect([...out.subarray(0, 2)]).toEqual([-1, level - 1]);
    },
  );

  test("a reader is asked for one frame at a time and gets the array to fill", () => {
    const asked: number[] = [];
    const problem = scan([[1], [2], [3]]);
    const reader: Problem = {
      ...problem,
      diffraction: (frame, out) => {
        asked.push(frame);
        out.fill(frame + 1);
      },
    };
    const out = new Float32Array(pixels);
    readAmplitude(reader, 2, out);
    expect([...out]).toEqual(new Array(pixels).fill(3));
    expect(asked).toEqual([2]);
  });
});

test("the survey sums the counts and the pixels that count, per frame", () => {
  const mask = new Uint8Array(pixels).fill(1, 0, 4);
  const survey = surveyFrames(
    scan(
      [
        [1, 2],
        [3, 5, 7, 9],
      ],
      { mask },
    ),
  );
  expect([...survey.validPixels]).toEqual([12, 12]);
  // Squares of float32 roots.
  expect(survey.frameCounts[0]).toBeCloseTo(18, 5);
  expect(survey.frameCounts[1]).toBeCloseTo(72, 5);
});

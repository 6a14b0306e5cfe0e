// Bad input is refused before any work: each fault names its array, its frame and the value, and says what was expected.

import { describe, expect, test } from "vitest";
import { openBackend } from "../compute/node.ts";
import { isDoselapError, type DoselapError } from "../errors.ts";
import { smallProblem } from "../../test/support/small-problem.ts";
import type { Problem } from "./problem.ts";
import { planRun } from "./scan-run.ts";

const { problem } = smallProblem();
const backend = openBackend({ kernels: "simd" });
const pixels = problem.size ** 2;

function faultOf(changes: Partial<Problem>, memoryBudgetBytes?: number): DoselapError {
  try {
    planRun({ ...problem, ...changes }, { backend, slots: 16, keepsWaves: false, memoryBudgetBytes });
  } catch (error) {
    if (isDoselapError(error)) return error;
    throw error;
  }
  throw new Error("the problem was accepted");
}

/** The frames with one of them replaced. */
function withFrame(frame: number, value: (pixel: number) => number): Float32Array {
  const diffraction = problem.diffraction.slice();
  for (let i = 0; i < pixels; i++) diffraction[frame * pixels + i] = value(i);
  return diffraction;
}

function moved(frame: number, axis: "x" | "y", value: number): Problem["positions"] {
  const positions = { x: problem.positions.x.slice(), y: problem.positions.y.slice() };
  positions[axis][frame] = value;
  return positions;
}

test("a good problem is planned, with the bytes it will take", () => {
  const plan = planRun(problem, { backend, slots: 16, keepsWaves: false });
  expect(plan.bytes).toBeGreaterThan(4 * problem.frames * pixels);
  expect(plan.bytes).toBeLessThan(4e6);
});

describe("shapes", () => {
  test.each<[string, Partial<Problem>, RegExp]>([
    [
      "a probe larger than the frames",
      { probe: new Float32Array(2 * 24 * 24).fill(1) },
      /^probe: .*size of the frames.*expected 512 .*got 1152/u,
    ],
    [
      "a probe smaller than the frames",
      { probe: new Float32Array(2 * 8 * 8).fill(1) },
      /^probe: .*expected 512 .*got 128/u,
    ],
    ["fewer modes than announced", { probeModes: 2 }, /^probe: .*expected 1024 .*got 512/u],
    [
      "frames that are missing",
      { diffraction: problem.diffraction.subarray(pixels) },
      /^diffraction: .*expected 20736 .*got 20480/u,
    ],
    [
      "positions of fewer frames",
      { positions: { x: new Float64Array(80), y: problem.positions.y } },
      /^positions\.x: .*expected 81 .*got 80/u,
    ],
    [
      "an object of another shape",
      { object: { height: 40, width: 39, data: new Float32Array(2 * 40 * 39) } },
      /^object: .*expected 3200 .*got 3120/u,
    ],
    ["a mask of another size", { mask: new Uint8Array(64) }, /^mask: .*expected 256 .*got 64/u],
    [
      "a background of another size",
      { background: new Float32Array(64) },
      /^background: .*expected 256 .*got 64/u,
    ],
    [
      "a transfer function of another size",
      { transfer: new Float32Array(256) },
      /^transfer: .*expected 512 .*got 256/u,
    ],
  ])("%s", (_, changes, message) => {
    const fault = faultOf(changes);
    expect(fault._tag).toBe("Shape");
    expect(fault.message).toMatch(message);
  });
});

describe("frame sizes", () => {
  const sized = (size: number) => ({
    size,
    diffraction: Float32Array.from({ length: problem.frames * size * size }, (_, i) => i % 7),
    probe: new Float32Array(2 * size * size).fill(1),
    positions: { x: problem.positions.x.map(() => 20), y: problem.positions.y.map(() => 20) },
  });

  test("an odd side is refused, with what to crop", () => {
    const fault = faultOf(sized(15));
    expect(fault._tag).toBe("Range");
    expect(fault.message).toMatch(/size: .*even.*got 15.*Crop/u);
  });

  test.each([12, 14, 22])(
    "a side of %i px, which the kernels do not have, is refused, with sizes that they have",
    (size) => {
      const fault = faultOf(sized(size));
      expect(fault._tag).toBe("Range");
      expect(fault.message).toMatch(new RegExp(`multiple of 8.*such as 64.*got ${size}`, "u"));
    },
  );
});

describe("numbers", () => {
  test.each([
    ["x", 7.9],
    ["x", 32.1],
    ["y", -40],
    ["y", 1e9],
    ["x", NaN],
    ["y", Infinity],
  ] as const)("a position %s = %d outside the object is refused by frame, value and range", (axis, value) => {
    const fault = faultOf({ positions: moved(6, axis, value) });
    expect(fault._tag).toBe("Range");
    expect(fault.message).toContain("positions (frame 6): ");
    expect(fault.message).toContain(`${axis} ${value}`);
    expect(fault.message).toContain("x in [8, 32], y in [8, 32]");
  });

  test.each([NaN, Infinity, -Infinity, -0.5])("an amplitude of %d is no count", (value) => {
    const diffraction = problem.diffraction.slice();
    diffraction[3 * pixels + 12] = value;
    const fault = faultOf({ diffraction });
    expect(fault._tag).toBe("Contract");
    expect(fault.message).toMatch(/frame 3, pixel 12.*no count/u);
    expect(fault.message).toContain(`got ${value}`);
  });

  test("an amplitude whose square float32 does not hold is no count, and the largest that it holds is one", () => {
    const diffraction = problem.diffraction.slice();
    diffraction[5 * pixels + 100] = 1e30;
    const fault = faultOf({ diffraction });
    expect(fault._tag).toBe("Contract");
    expect(fault.message).toMatch(
      /^diffraction \(frame 5, pixel 100\): .*expected .*from 0 to 1\.84e\+19.*got 1e\+30 \[DATA-001\]/u,
    );
    diffraction[5 * pixels + 100] = 1.844e19;
    expect(
      planRun({ ...problem, diffraction }, { backend, slots: 16, keepsWaves: false }).survey.countType,
    ).toBe("float32");
  });

  test.each([
    ["dark", 0],
    ["not finite", NaN],
  ])("a probe that is %s is refused", (_, value) => {
    const fault = faultOf({ probe: new Float32Array(2 * pixels).fill(value) });
    expect(fault._tag).toBe("Range");
    expect(fault.message).toContain(`got ${value}`);
  });

  test.each([-0.1, NaN, Infinity])("a background of %d is refused", (value) => {
    const background = new Float32Array(pixels).fill(1).fill(value, 9, 10);
    const fault = faultOf({ background });
    expect(fault._tag).toBe("Range");
    expect(fault.message).toContain("background");
  });

  test("a start object that is not finite is refused", () => {
    const data = new Float32Array(2 * 40 * 40).fill(1);
    data[77] = NaN;
    expect(faultOf({ object: { height: 40, width: 40, data } }).message).toContain("object");
  });
});

test.each<[string, Partial<Problem>, RegExp]>([
  [
    "a transfer function that is not finite",
    { transfer: new Float32Array(2 * pixels).fill(NaN, 5, 6) },
    /^transfer \(number 5\): .*expected finite.*got NaN/u,
  ],
  [
    "an infinite intensity factor",
    { scales: new Float32Array(problem.frames).fill(1).fill(Infinity, 7, 8) },
    /^scales \(number 7\): .*expected finite.*got Infinity/u,
  ],
  ["a saturation of NaN", { saturationCounts: NaN }, /^saturationCounts: .*above 0.*got NaN/u],
  ["a saturation of nothing", { saturationCounts: 0 }, /^saturationCounts: .*above 0.*got 0/u],
  ["an object of half a pixel more", { objectHeight: 40.5 }, /^objectHeight: .*whole number.*got 40\.5/u],
  ["an object without width", { objectWidth: 0 }, /^objectWidth: .*whole number.*got 0/u],
  ["an object of unknown width", { objectWidth: NaN }, /^objectWidth: .*whole number.*got NaN/u],
])("%s is refused by name and value", (_, changes, message) => {
  const fault = faultOf(changes);
  expect(fault._tag).toBe("Range");
  expect(fault.message).toMatch(message);
});

describe("frames", () => {
  test("a frame without a count is refused where the others are bright", () => {
    const fault = faultOf({ diffraction: withFrame(11, () => 0) });
    expect(fault._tag).toBe("Contract");
    expect(fault.message).toMatch(
      /diffraction \(frame 11\): a frame is empty.*mean is \d+\.?\d* per frame.*got 0 counts/u,
    );
  });

  test("a constant frame is refused with its value", () => {
    const fault = faultOf({ diffraction: withFrame(12, () => 3) });
    expect(fault._tag).toBe("Contract");
    expect(fault.message).toMatch(/diffraction \(frame 12\): .*constant.*got 9 counts in every pixel/u);
  });

  test("a frame that is masked or saturated everywhere is refused, naming what hides it", () => {
    const fault = faultOf({ diffraction: withFrame(13, (i) => 40 + i), saturationCounts: 1600 });
    expect(fault.message).toMatch(
      /diffraction \(frame 13\): every pixel .*Check the level of saturation, 1600 counts, or drop/u,
    );
    const mask = new Uint8Array(pixels).fill(1, 0, 1);
    const both = faultOf({ diffraction: withFrame(13, (i) => 40 + i), saturationCounts: 1600, mask });
    expect(both.context.hint).toMatch(/^Check the mask and the level of saturation, 1600 counts, or drop/u);
  });

  test("a mask that leaves no photon is named, not the frames", () => {
    const fault = faultOf({ mask: new Uint8Array(pixels).fill(1) });
    expect(fault._tag).toBe("Contract");
    expect(fault.message).toMatch(/^mask: no photon is left: .*got 256 of 256 pixels masked.*inverted/u);
  });

  test("a level of saturation that leaves no photon is named with its value and what it masks", () => {
    const bright = problem.diffraction.map((value, i) => (i % 3 === 0 ? 2 + value : 0));
    const fault = faultOf({ diffraction: bright, saturationCounts: 1 });
    expect(fault._tag).toBe("Contract");
    // Every third pixel of 81 frames of 256.
    expect(fault.message).toMatch(
      /^saturationCounts: no photon is left: .*got 1, which masks 6912 pixels in 81 frames, with up to \d.* counts \[DATA-004\]\. Raise it/u,
    );
  });

  test("both together are named, with what each of them hides", () => {
    const diffraction = new Float32Array(problem.frames * pixels);
    for (let j = 0; j < problem.frames; j++) diffraction.fill(9, j * pixels + 10, j * pixels + 14);
    const mask = new Uint8Array(pixels).fill(1, 0, 12);
    const { context } = faultOf({ diffraction, mask, saturationCounts: 81 });
    expect(context.key).toBe("saturationCounts");
    expect(context.got).toBe(
      "81, which masks 162 pixels in 81 frames, with up to 81 counts; the mask covers the 162 others with counts",
    );
    expect(context.hint).toContain("Check the mask, too.");
  });

  test("a scan without a photon is refused", () => {
    const fault = faultOf({ diffraction: new Float32Array(problem.frames * pixels) });
    expect(fault._tag).toBe("Contract");
    expect(fault.message).toMatch(/no counts.*got 0 in 81 frames/u);
  });

  test("at a handful of photons per scan an empty frame is chance, and is accepted", () => {
    const diffraction = new Float32Array(problem.frames * pixels);
    for (let j = 0; j < problem.frames; j += 2) diffraction[j * pixels + j] = 1;
    expect(
      planRun({ ...problem, diffraction }, { backend, slots: 16, keepsWaves: false }).survey.countType,
    ).toBe("uint8");
  });
});

describe("held-out frames", () => {
  test.each([[[81]], [[-1]], [[1.5]], [[3, 3]]])(
    "%j are refused: not frames of this scan, or one named twice",
    (heldOut) => {
      expect(faultOf({ heldOut }).message).toContain("heldOut");
    },
  );

  test("all frames cannot be held out", () => {
    expect(faultOf({ heldOut: problem.positions.x.map((_, j) => j) }).message).toContain("heldOut");
  });
});

test("a memory budget below the least that works is refused, with that number", () => {
  const whole = planRun(problem, { backend, slots: 16, keepsWaves: false }).bytes;
  const fault = faultOf({}, 1000);
  expect(fault._tag).toBe("Range");
  const [, least = "0"] = /memoryBudgetBytes: .*at least (\d+) bytes.*got 1000/u.exec(fault.message) ?? [];
  expect(Number(least)).toBeGreaterThan(1000);
  expect(Number(least)).toBeLessThan(whole);
  // The number that is told does work, and one byte less does not.
  const plan = planRun(problem, { backend, slots: 16, keepsWaves: false, memoryBudgetBytes: Number(least) });
  expect(plan.bytes).toBeLessThanOrEqual(Number(least));
  expect(faultOf({}, Number(least) - 1)._tag).toBe("Range");
});

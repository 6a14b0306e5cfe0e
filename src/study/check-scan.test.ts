// What a reconstruction would refuse is told of the source file: its name, its keys, its own frame numbers, the value found.

import { describe, expect, test } from "vitest";
import { smallDataset } from "../../test/support/small-dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import { isDoselapError, type DoselapError } from "../errors.ts";
import { checkScan, scanFindings } from "./check-scan.ts";

const pixels = 64;

/** The small dataset, five frames of 8 px and some 3,000 counts, with frames filled with one amplitude. */
function withFrames(values: { readonly [frame: number]: number }, changes: Partial<Dataset> = {}): Dataset {
  const dataset = smallDataset(changes);
  for (const [frame, value] of Object.entries(values)) {
    dataset.diffraction.fill(value, Number(frame) * pixels, (Number(frame) + 1) * pixels);
  }
  return dataset;
}

function faultOf(dataset: Dataset, options: Parameters<typeof checkScan>[1] = {}): DoselapError {
  try {
    checkScan(dataset, { file: "scan.npz", ...options });
  } catch (error) {
    if (isDoselapError(error)) return error;
    throw error;
  }
  throw new Error("the scan was accepted");
}

test("a sound scan has no fault", () => {
  expect(scanFindings(smallDataset()).faults).toEqual([]);
});

test("a probe of another power than the frames' is told with the factor, a calibrated one is not", () => {
  const of = (factor: number): readonly string[] => {
    const dataset = smallDataset();
    const { diffraction, frames, probe } = dataset;
    const powers = [diffraction, probe.data].map((values) =>
      values.reduce((sum, value) => sum + value ** 2, 0),
    );
    const scale = factor * Math.sqrt(powers[0]! / frames / powers[1]!);
    const scaled = { ...probe, data: probe.data.map((value) => scale * value) };
    return scanFindings({ ...dataset, probe: scaled }).doubts;
  };
  expect(of(1)).toEqual([]);
  expect(of(0.01)).toEqual([
    expect.stringMatching(/hold 10000 times the light of the probe: .* scaled by 100 /u),
  ]);
});

describe("a frame", () => {
  test("that is constant is named with its value and the way out", () => {
    const { _tag, context } = faultOf(withFrames({ 3: 3 }));
    expect(_tag).toBe("Contract");
    // An amplitude of 3 is 9 counts.
    expect(context).toMatchObject({
      file: "scan.npz",
      key: "diffraction (frame 3)",
      got: "9 counts in every pixel",
      finding: "DATA-004",
    });
    expect(context.hint).toMatch(/Drop the frame.*xcoords.*--frames/u);
  });

  test("that is empty is named with the others that are", () => {
    const { _tag, context } = faultOf(withFrames({ 0: 0, 2: 0, 4: 0 }));
    expect(_tag).toBe("Contract");
    expect(context.key).toBe("diffraction (frame 0)");
    expect(context.got).toBe("0 counts, and so are frames 2, 4");
  });

  test("has the number of the file, where others were left out or not read", () => {
    const { context } = faultOf(withFrames({ 1: 2, 3: 2 }), { numberOf: (frame) => 100 + 2 * frame });
    expect(context.key).toBe("diffraction (frame 102)");
    expect(context.got).toContain("frames 106");
  });
});

test("a scan without a photon, a dark probe and a size without a transform are told by the file's keys", () => {
  expect(faultOf(withFrames({ 0: 0, 1: 0, 2: 0, 3: 0, 4: 0 })).context).toMatchObject({
    key: "diffraction",
    got: "0 in 5 frames",
  });
  const dark = smallDataset({ probe: { modes: 1, size: 8, data: new Float32Array(2 * pixels) } });
  expect(faultOf(dark).context).toMatchObject({
    file: "scan.npz",
    key: "probeGuess",
    got: "0",
    finding: "DATA-004",
  });
  const { _tag, context } = faultOf(sized(28));
  expect(_tag).toBe("Range");
  expect(context).toMatchObject({
    file: "scan.npz",
    key: "diffraction",
    got: "frames of 28 × 28 px",
    finding: "DATA-004",
  });
  expect(context.expected).toMatch(/multiple of 8/u);
});

test("a mask that leaves no photon, and a background that is none, are told by the file's keys", () => {
  const masked = smallDataset({ mask: new Uint8Array(pixels).fill(1) });
  expect(faultOf(masked).context).toMatchObject({ key: "mask", got: "64 of 64 pixels masked" });
  const below = smallDataset({ metadata: { backgroundPhotonsPerPx: -1 } });
  expect(faultOf(below).context).toMatchObject({ key: "_metadata.backgroundPhotonsPerPx", got: "-1" });
});

test("every fault is listed, and the error of the first counts the others", () => {
  const dataset = withFrames({ 1: 5, 2: 0 }, { metadata: { subPixel: "sinc" } });
  expect(scanFindings(dataset).faults.map(({ context }) => context.key)).toEqual(["_metadata.subPixel"]);
  const two = withFrames({ 1: 5, 2: 0 });
  expect(scanFindings(two).faults.map(({ context }) => context.key)).toEqual([
    "diffraction (frame 1)",
    "diffraction (frame 2)",
  ]);
  expect(faultOf(two).message).toMatch(/1 more: diffraction \(frame 2\) : a frame is empty\./u);
});

/** A scan of frames of this side, at one place of an object just as large. */
function sized(size: number): Dataset {
  const data = new Float32Array(2 * size * size).fill(1);
  return {
    frames: 1,
    size,
    diffraction: Float32Array.from({ length: size * size }, (_, i) => i % 7),
    positions: { x: Float64Array.of(size / 2), y: Float64Array.of(size / 2) },
    probe: { modes: 1, size, data },
    object: { height: size, width: size, data },
    scanIndex: new Int32Array(1),
    metadata: {},
  };
}

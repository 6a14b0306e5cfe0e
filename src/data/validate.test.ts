// Each rule of DATA-001 is broken by one change, and says key, expected and got.

import { describe, expect, test } from "vitest";
import { smallArrays, smallDataset } from "../../test/support/small-dataset.ts";
import type { AnyArray } from "../array/ndarray.ts";
import type { Candidate } from "./candidate.ts";
import type { Metadata } from "./dataset.ts";
import { validateCandidate, validateDataset } from "./validate.ts";

function candidate(changes: Record<string, AnyArray | undefined>, metadata: Metadata = {}): Candidate {
  const arrays = Object.entries(smallArrays(changes)).map(([key, array]) => [key, { key, array }] as const);
  return { file: "scan.npz", arrays: Object.fromEntries(arrays), metadata };
}
const column = (...values: number[]): AnyArray => ({
  dtype: "float64",
  shape: [values.length],
  data: Float64Array.from(values),
});
const real = (...shape: number[]): AnyArray => ({
  dtype: "float32",
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});
const complex = (...shape: number[]): AnyArray => ({
  dtype: "complex64",
  shape,
  data: new Float32Array(2 * shape.reduce((a, b) => a * b, 1)),
});
const framesWith = (value: number): AnyArray => {
  const data = new Float32Array(5 * 64).fill(1);
  data[64 + 2 * 8 + 3] = value;
  return { dtype: "float32", shape: [5, 8, 8], data };
};

test("a sound dataset breaks no rule", () => {
  expect(validateDataset(smallDataset())).toEqual([]);
  expect(validateCandidate(candidate({}))).toEqual([]);
});

describe("each rule is broken by one change and says key, expected and got", () => {
  test.each<[string, Record<string, AnyArray | undefined>, { key: string; expected: RegExp; got: RegExp }]>([
    [
      "frames are required",
      { diffraction: undefined },
      { key: "diffraction", expected: /an array named diffraction/, got: /none/ },
    ],
    ["xcoords are required", { xcoords: undefined }, { key: "xcoords", expected: /xcoords/, got: /none/ }],
    ["ycoords are required", { ycoords: undefined }, { key: "ycoords", expected: /ycoords/, got: /none/ }],
    [
      "a probe is required",
      { probeGuess: undefined },
      { key: "probeGuess", expected: /probeGuess/, got: /none/ },
    ],
    [
      "an object is required",
      { objectGuess: undefined },
      { key: "objectGuess", expected: /objectGuess/, got: /none/ },
    ],
    [
      "frames are real",
      { diffraction: complex(5, 8, 8) },
      { key: "diffraction", expected: /real/, got: /complex64/ },
    ],
    [
      "a probe is complex",
      { probeGuess: real(8, 8) },
      { key: "probeGuess", expected: /complex64/, got: /float32/ },
    ],
    [
      "an object is complex",
      { objectGuess: real(20, 24) },
      { key: "objectGuess", expected: /complex64/, got: /float32/ },
    ],
    ["patches are complex", { Y: real(5, 8, 8) }, { key: "Y", expected: /complex64/, got: /float32/ }],
    [
      "frames have rank 3",
      { diffraction: real(40, 8) },
      { key: "diffraction", expected: /\(M, N, N\)/, got: /\(40, 8\)/ },
    ],
    [
      "frames are square",
      { diffraction: real(5, 8, 7) },
      { key: "diffraction", expected: /\(M, N, N\)/, got: /\(5, 8, 7\)/ },
    ],
    [
      "there is a frame",
      { diffraction: real(0, 8, 8), xcoords: column(), ycoords: column() },
      { key: "diffraction", expected: /above 0/, got: /\(0, 8, 8\)/ },
    ],
    [
      "coordinates are columns",
      { xcoords: { ...column(10, 10, 10, 10, 10), shape: [5, 1] } },
      { key: "xcoords", expected: /\(M,\)/, got: /\(5, 1\)/ },
    ],
    [
      "a probe has the frames' size",
      { probeGuess: complex(16, 16) },
      { key: "probeGuess", expected: /\(8, 8\)/, got: /\(16, 16\)/ },
    ],
    [
      "a probe is square",
      { probeGuess: complex(2, 8, 7) },
      { key: "probeGuess", expected: /\(modes, 8, 8\)/, got: /\(2, 8, 7\)/ },
    ],
    [
      "an object is an image",
      { objectGuess: complex(1, 20, 24) },
      { key: "objectGuess", expected: /\(H, W\)/, got: /\(1, 20, 24\)/ },
    ],
    [
      "there is a patch per frame",
      { Y: complex(4, 8, 8) },
      { key: "Y", expected: /\(5, 8, 8\)/, got: /\(4, 8, 8\)/ },
    ],
    [
      "coordinates are as many as frames",
      { ycoords: column(4, 5, 6, 7) },
      { key: "ycoords", expected: /5, the frames of diffraction/, got: /^4$/ },
    ],
    [
      "scan numbers are as many as frames",
      { scan_index: { dtype: "int64", shape: [2], data: BigInt64Array.of(0n, 1n) } },
      { key: "scan_index", expected: /5/, got: /^2$/ },
    ],
    [
      "scan numbers are whole",
      { scan_index: column(0, 0.5, 1, 2, 3) },
      { key: "scan_index", expected: /whole numbers/, got: /float64/ },
    ],
    [
      "frames are finite",
      { diffraction: framesWith(NaN) },
      { key: "diffraction", expected: /finite/, got: /1 of 320 values, first NaN at \(1, 2, 3\)/ },
    ],
    [
      "coordinates are finite",
      { xcoords: column(4, 5, Infinity, 7, 8) },
      { key: "xcoords", expected: /finite/, got: /Infinity at \(2,\)/ },
    ],
    [
      "counts are not negative",
      { diffraction: framesWith(-1) },
      { key: "diffraction", expected: /at least 0/, got: /1 of 320 values, first -1 at \(1, 2, 3\)/ },
    ],
    [
      "a frame left of the object is outside",
      { xcoords: column(3.5, 8, 9, 10, 11) },
      { key: "xcoords", expected: /4 … 20 .* width 24/, got: /1 of 5 values, first 3.5 at \(0,\)/ },
    ],
    [
      "a frame below the object is outside",
      { ycoords: column(4, 8, 9, 10, 16.01) },
      { key: "ycoords", expected: /4 … 16 .* height 20/, got: /first 16.01 at \(4,\)/ },
    ],
  ])("%s", (_rule, changes, { key, expected, got }) => {
    const violations = validateCandidate(candidate(changes));
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({ file: "scan.npz", key, finding: "DATA-001" });
    expect(violations[0]!.expected).toMatch(expected);
    expect(violations[0]!.got).toMatch(got);
  });

  test.each<[string, readonly number[], RegExp]>([
    ["can be moved there by whole pixels", [-20.5, -18, -16, -14, -12], /add 25 to all of them/],
    ["lies beyond the far side", [15, 16, 17, 18, 20.2], /add -1 to all of them/],
    ["fills the object to the pixel", [3.5, 8, 9, 10, 19.5], /add 0\.5 to all of them/],
    ["is wider than the object", [2, 8, 9, 10, 20], /an object of width 26 holds them all/],
  ])("a scan that %s is told the way there", (_which, x, way) => {
    const [violation] = validateCandidate(candidate({ xcoords: column(...x) }));
    expect(violation!.hint).toMatch(way);
    expect(violation!.hint).toMatch(/drop these frames with their positions.*doselap prepare/u);
  });

  test("one NaN in the probe is found, with its complex index", () => {
    const data = smallDataset().probe.data.slice();
    data[2 * (3 * 8 + 5) + 1] = NaN;
    const violations = validateCandidate(
      candidate({ probeGuess: { dtype: "complex64", shape: [8, 8], data } }),
    );
    expect(violations.map(({ key, got }) => [key, got])).toEqual([
      ["probeGuess", "1 of 128 values, first NaN at (3, 5)"],
    ]);
  });
});

describe("OVERSAMPLING-001", () => {
  test.each<[string, Metadata, string | undefined]>([
    ["gridsize 2 without neighbours", { gridsize: 2 }, "none"],
    ["gridsize 2 with 3 neighbours", { gridsize: 2, neighborCount: 3 }, "3"],
    [
      "the reference study's nested gridsize",
      { physics_parameters: { gridsize: 2 }, neighbor_count: 2 },
      "2",
    ],
    ["gridsize 2 with 4 neighbours", { gridsize: 2, neighborCount: 4 }, undefined],
    ["gridsize 1", { gridsize: 1 }, undefined],
  ])("%s", (_case, metadata, got) => {
    const violations = validateCandidate(candidate({}, metadata));
    expect(violations.map((violation) => [violation.finding, violation.got])).toEqual(
      got === undefined ? [] : [["OVERSAMPLING-001", got]],
    );
  });
});

describe("the dose that the metadata state", () => {
  test.each<[Metadata, string, string]>([
    [{ nphotons: 0 }, "_metadata.nphotons", "0"],
    [{ nphotons: -5 }, "_metadata.nphotons", "-5"],
    [{ nphotons: NaN }, "_metadata.nphotons", "NaN"],
    [{ nphotons: Infinity }, "_metadata.nphotons", "Infinity"],
    [{ nphotons: "1e4" }, "_metadata.nphotons", '"1e4"'],
    [{ nphotons: [1000] }, "_metadata.nphotons", "[1000]"],
    [{ physics_parameters: { nphotons: -1 } }, "_metadata.physics_parameters.nphotons", "-1"],
  ])("%j is none", (metadata, key, got) => {
    const violations = validateCandidate(candidate({}, metadata));
    expect(violations).toMatchObject([{ key, got, finding: "DATA-001" }]);
  });

  test.each<Metadata>([
    {},
    { nphotons: null },
    { nphotons: 1e-3 },
    { physics_parameters: { nphotons: 1e9 } },
  ])("%j is sound", (metadata) => {
    expect(validateCandidate(candidate({}, metadata))).toEqual([]);
  });
});

describe("the background that the metadata state", () => {
  test.each<[unknown, string]>([
    [-1, "-1"],
    ["3", '"3"'],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    [[0.5], "[0.5]"],
  ])("%j is none", (value, got) => {
    const violations = validateCandidate(candidate({}, { backgroundPhotonsPerPx: value }));
    expect(violations).toMatchObject([
      {
        file: "scan.npz",
        key: "_metadata.backgroundPhotonsPerPx",
        expected: "counts per pixel, a number of at least 0",
        got,
        finding: "DATA-005",
      },
    ]);
  });

  test.each([0, 0.25, null])("%j is sound", (value) => {
    expect(validateCandidate(candidate({}, { backgroundPhotonsPerPx: value }))).toEqual([]);
  });
});

describe("counts that float32 does not hold", () => {
  // Its largest number is 3.4028e38, of which 1.8447e19 is the root.
  test.each([
    [undefined, 1.8446e19, 1e30],
    ["amplitude", 1.8446e19, 1.8447e19],
    ["counts", 3.4e38, 1e39],
    ["intensity", 1.8447e19, 1e39],
  ] as const)("are refused where frames hold %s: %d is taken, %d is not", (domain, taken, refused) => {
    const violationsOf = (value: number) => {
      const data = Float64Array.from({ length: 320 }, (_, i) => (i === 83 ? value : 1));
      const diffraction: AnyArray = { dtype: "float64", shape: [5, 8, 8], data };
      return validateCandidate({ ...candidate({ diffraction }), domain });
    };
    expect(violationsOf(taken)).toEqual([]);
    expect(violationsOf(refused)).toMatchObject([
      { key: "diffraction", got: `1 of 320 values, first ${refused} at (1, 2, 3)`, finding: "DATA-001" },
    ]);
  });
});

test("positions at the very edges are inside", () => {
  expect(
    validateCandidate(candidate({ xcoords: column(4, 20, 4, 20, 12), ycoords: column(4, 16, 16, 4, 10) })),
  ).toEqual([]);
});

test("a file with many faults lists all of them", () => {
  const keys = validateCandidate(
    candidate({ xcoords: column(4), objectGuess: undefined, diffraction: framesWith(NaN) }),
  ).map(({ key }) => key);
  expect(keys.toSorted()).toEqual(["diffraction", "objectGuess", "xcoords"]);
});

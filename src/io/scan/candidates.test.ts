// What is taken for frames and positions in a file of no known layout, and what never is.

import { expect, test } from "vitest";
import type { ArrayNode } from "../tree.ts";
import { axisOf } from "./axis-name.ts";
import { likeliestMap } from "./candidates.ts";

function node(path: string, shape: readonly number[], dtype: ArrayNode["dtype"] = "float64"): ArrayNode {
  const never = (): Promise<never> => Promise.reject(new Error("candidates are told without reading"));
  return {
    path,
    shape,
    dtype,
    typeName: String(dtype),
    storage: "",
    attributes: () => ({}),
    read: never,
    readRows: never,
  };
}

test("the largest stack of real frames, and positions of as many", () => {
  const arrays = [
    node("/dark", [3, 64, 64]),
    node("/eiger", [100, 64, 64], "uint16"),
    node("/probe", [200, 64, 64], "complex64"),
    { ...node("/odd", [900, 64, 64]), dtype: undefined },
    node("/sx", [99]),
    node("/motors/sx", [100, 1]),
    node("/motors/sy", [100]),
  ];
  expect(likeliestMap({ arrays })).toBe("--map diffraction=/eiger,x=/motors/sx,y=/motors/sy");
  expect(likeliestMap({ arrays: arrays.slice(0, 5) })).toBe("--map diffraction=/eiger");
});

test("a raster has the product of its first axes", () => {
  const arrays = [node("/data", [4, 5, 16, 16]), node("/x", [20]), node("/y", [20])];
  expect(likeliestMap({ arrays })).toBe("--map diffraction=/data,x=/x,y=/y");
});

test("a list of positions by its name and number, when there are no two arrays", () => {
  const arrays = [
    node("/frames", [20, 16, 16]),
    node("/table", [20, 2]),
    node("/entry/translation", [20, 3]),
  ];
  expect(likeliestMap({ arrays })).toBe("--map diffraction=/frames,positions=/entry/translation");
});

test("a file without stacks has no candidate", () => {
  expect(
    likeliestMap({ arrays: [node("/image", [64, 64]), node("/table", [500, 2, 2]), node("/x", [9])] }),
  ).toBeUndefined();
});

test.each([
  ["x", "x"],
  ["SY", "y"],
  ["samx", "x"],
  ["ppY", "y"],
  ["sample_x", "x"],
  ["y_um", "y"],
  ["x position", "x"],
  ["row", "y"],
  ["col_um", "x"],
  ["Column", "x"],
  ["vertical_um", "y"],
  ["sample_horizontal", "x"],
  ["ver", "y"],
  ["enc_y_um", "y"],
  ["piezoX", "x"],
  ["probe_position_x_m", "x"],
  ["xpos", "x"],
  ["error", undefined],
  ["overlap", undefined],
  ["color", undefined],
  ["matrix", undefined],
  ["intensity", undefined],
  ["index", undefined],
  ["energy", undefined],
  ["xy", undefined],
])("%s means %s", (name, axis) => {
  expect(axisOf(name)).toBe(axis);
});

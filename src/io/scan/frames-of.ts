// The frames of an array, whatever the order of its axes, read some at a time.

import { shapeText, sizeOf, type AnyArray } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import type { ArrayNode } from "../tree.ts";
import { isReal, realNumbers } from "../../array/cast.ts";
import { framesLast } from "./frames-last.ts";
import { isColumnMajor, transposed } from "./column-major.ts";
import type { Domain, RawFrames } from "./raw-scan.ts";

/** M frames, rows H, columns W; Y, X a raster of scan positions. MATLAB's column-major (H, W, M) arrives as MWH. */
export type FrameAxes = "MHW" | "MWH" | "HWM" | "WHM" | "YXHW" | "YXWH";

/** Axes of a raster by who wrote it. */
export function rasterAxes(node: ArrayNode): FrameAxes {
  return isColumnMajor(node) ? "YXWH" : "YXHW";
}

/** Axes when nobody states them. */
export function usualAxes(node: ArrayNode): FrameAxes {
  if (node.shape.length === 4) return rasterAxes(node);
  return isColumnMajor(node) ? "MWH" : "MHW";
}

/** Four times the largest detectors. */
const maxFramePixels = 2 ** 26;

/** @param selection frames that are used: first and count.
 * @throws Contract for an array that is no stack of real frames, Range for a selection outside. */
export function framesOf(
  node: ArrayNode,
  {
    file,
    axes,
    domain,
    selection,
  }: {
    readonly file: string;
    readonly axes: FrameAxes;
    readonly domain: Domain | undefined;
    readonly selection?: { readonly first: number; readonly count: number } | undefined;
  },
): RawFrames {
  const { shape, dtype } = node;
  if (dtype === undefined) {
    throw new DoselapError("Contract", "has values of a kind that is not read", {
      file,
      key: node.path,
      expected: "whole numbers, or floating-point numbers of 16, 32 or 64 bits",
      got: `${node.typeName} ${shapeText(shape)}`,
      hint: "Write them again as float64 or as whole numbers.",
    });
  }
  if (!isReal(dtype) || shape.length !== axes.length || sizeOf(shape) === 0) {
    throw new DoselapError("Contract", "is no stack of frames", {
      file,
      key: node.path,
      expected: `real numbers, ${axes.length} axes (${axes.split("").join(", ")})`,
      got: `${node.typeName} ${shapeText(shape)}`,
      hint: "Name the frames with --map diffraction=/path, or their axes with --layout.",
    });
  }
  const total = countOf(shape, axes);
  const { first: start, count } = selection ?? { first: 0, count: total };
  if (start < 0 || count < 1 || start + count > total) {
    throw new DoselapError("Range", "there are no such frames", {
      file,
      key: node.path,
      expected: `some of 0 to ${total - 1}`,
      got: `${start} to ${start + count - 1}`,
    });
  }
  const [height, width] = frameShape(shape, axes);
  if (height * width > maxFramePixels) {
    throw new DoselapError("Range", "has frames that are larger than this program takes", {
      file,
      key: node.path,
      expected: `at most ${maxFramePixels} pixels`,
      got: `${height} × ${width}`,
      hint: "Name the axes with --layout, or other frames with --map diffraction=/path.",
    });
  }
  const last = framesLast(node);
  return {
    node,
    count,
    height,
    width,
    domain,
    async read(first, many, signal) {
      const wanted = { height, width, first: start + first, count: many };
      if (axes !== "HWM" && axes !== "WHM") return readFrames(node, { ...wanted, axes });
      const values = await last(wanted.first, many, signal);
      return axes === "WHM" ? turnedEach(values, wanted) : values;
    },
  };
}

function countOf(shape: readonly number[], axes: FrameAxes): number {
  if (axes === "YXHW" || axes === "YXWH") return shape[0]! * shape[1]!;
  return axes === "HWM" || axes === "WHM" ? shape[2]! : shape[0]!;
}

function frameShape(shape: readonly number[], axes: FrameAxes): [number, number] {
  switch (axes) {
    case "MHW":
      return [shape[1]!, shape[2]!];
    case "MWH":
      return [shape[2]!, shape[1]!];
    case "HWM":
      return [shape[0]!, shape[1]!];
    case "WHM":
      return [shape[1]!, shape[0]!];
    case "YXHW":
      return [shape[2]!, shape[3]!];
    case "YXWH":
      return [shape[3]!, shape[2]!];
    default:
      throw axes satisfies never;
  }
}

interface Wanted {
  readonly axes: Exclude<FrameAxes, "HWM" | "WHM">;
  readonly height: number;
  readonly width: number;
  readonly first: number;
  readonly count: number;
}

async function readFrames(node: ArrayNode, wanted: Wanted): Promise<Float64Array> {
  const { axes, height, width, first, count } = wanted;
  const pixels = height * width;
  switch (axes) {
    case "MHW":
      return numbersIn(await node.readRows(first, count));
    case "MWH":
      return turnedEach(numbersIn(await node.readRows(first, count)), wanted);
    case "YXHW":
    case "YXWH": {
      const columns = node.shape[1]!;
      const row = Math.floor(first / columns);
      const lastRow = Math.floor((first + count - 1) / columns);
      const values = numbersIn(await node.readRows(row, lastRow - row + 1));
      const skip = (first - row * columns) * pixels;
      const chosen = values.slice(skip, skip + count * pixels);
      return axes === "YXHW" ? chosen : turnedEach(chosen, wanted);
    }
    default:
      throw axes satisfies never;
  }
}

/** Frames (W, H) as (H, W). */
function turnedEach(
  values: Float64Array,
  { height, width, count }: Pick<Wanted, "height" | "width" | "count">,
): Float64Array {
  const pixels = height * width;
  for (let m = 0; m < count; m++)
    values.set(transposed(values.subarray(m * pixels, (m + 1) * pixels), [width, height]), m * pixels);
  return values;
}

function numbersIn(array: AnyArray): Float64Array {
  const values = realNumbers(array);
  if (values === undefined) throw new TypeError(`${array.dtype} is not real`);
  return values instanceof Float64Array ? values : new Float64Array(values);
}

/** Arrays of equal rows, one after the other, as one. @throws Contract when their rows differ. */
export function concatenated(nodes: readonly ArrayNode[], file: string): ArrayNode {
  const [first] = nodes;
  if (first === undefined) throw new TypeError("nothing to concatenate");
  const rest = first.shape.slice(1);
  for (const { path, shape, typeName } of nodes) {
    if (shape.length === rest.length + 1 && rest.every((length, axis) => shape[axis + 1] === length))
      continue;
    throw new DoselapError("Contract", "does not fit the chunk before it", {
      file,
      key: path,
      expected: `(frames, ${rest.join(", ")})`,
      got: `${typeName} ${shapeText(shape)}`,
    });
  }
  const total = nodes.reduce((sum, { shape }) => sum + shape[0]!, 0);
  async function readRows(from: number, count: number): Promise<AnyArray> {
    const data = new Float64Array(count * sizeOf(rest));
    let [at, start] = [0, 0];
    for (const node of nodes) {
      const length = node.shape[0]!;
      const [begin, end] = [Math.max(from, start), Math.min(from + count, start + length)];
      if (begin < end) {
        const part = numbersIn(await node.readRows(begin - start, end - begin));
        data.set(part, at);
        at += part.length;
      }
      start += length;
    }
    return { dtype: "float64", shape: [count, ...rest], data };
  }
  return { ...first, shape: [total, ...rest], read: () => readRows(0, total), readRows };
}

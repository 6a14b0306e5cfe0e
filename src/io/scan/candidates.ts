// What the arrays of a file of no known layout most likely are: the frames by their size, positions by their names and number.

import { sizeOf } from "../../array/ndarray.ts";
import { lastName, type ArrayNode, type ArrayTree } from "../tree.ts";
import { isReal } from "../../array/cast.ts";
import { axisOf } from "./axis-name.ts";

/** A smaller picture is no frame. */
const leastPx = 4;

/** A map of the likeliest arrays, as the command line takes it; undefined when none looks like frames. */
export function likeliestMap({ arrays }: Pick<ArrayTree, "arrays">): string | undefined {
  const [frames] = arrays.filter(mayBeFrames).toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape));
  if (frames === undefined) return undefined;
  const counts = countsOf(frames);
  const along = (axis: "x" | "y"): ArrayNode | undefined =>
    arrays.find(
      ({ path, shape, dtype }) =>
        dtype !== undefined &&
        isReal(dtype) &&
        counts.includes(sizeOf(shape)) &&
        axisOf(lastName(path)) === axis,
    );
  const [x, y] = [along("x"), along("y")];
  const list = arrays.find((node) => isList(node, counts));
  const positions =
    x !== undefined && y !== undefined
      ? [`x=${x.path}`, `y=${y.path}`]
      : list === undefined
        ? []
        : [`positions=${list.path}`];
  return `--map ${[`diffraction=${frames.path}`, ...positions].join(",")}`;
}

/** Two or three columns, as many rows as frames, and a name that says so. */
function isList({ path, shape, dtype }: ArrayNode, counts: readonly number[]): boolean {
  const [rows, columns] = shape;
  const isTwo = shape.length === 2 && counts.includes(rows!) && (columns === 2 || columns === 3);
  return isTwo && dtype !== undefined && isReal(dtype) && /pos|translation|scan|coord/iu.test(path);
}

function mayBeFrames({ shape, dtype }: ArrayNode): boolean {
  if (dtype === undefined || !isReal(dtype) || (shape.length !== 3 && shape.length !== 4)) return false;
  return shape.filter((length) => length >= leastPx).length >= 2 && sizeOf(shape) > 0;
}

/** How many frames it has: by its first axis, its last, or a raster. */
function countsOf({ shape }: ArrayNode): number[] {
  return shape.length === 4 ? [shape[0]! * shape[1]!] : [shape[0]!, shape[2]!];
}

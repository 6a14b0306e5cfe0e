// Positions in a NeXus file: arrays of the NXdata group whose names mean x and y, one number a frame, a map of a raster, or one
// number a row and one a column of it; else the values of the NXpositioner groups of the entry.
// https://manual.nexusformat.org/classes/base_classes/NXdata.html#nxdata-axes-attribute-field

import { shapeText, sizeOf } from "../../array/ndarray.ts";
import { isReal } from "../../array/cast.ts";
import { lastName, parentPath, type ArrayNode, type Attributes } from "../tree.ts";
import { axisOf } from "../scan/axis-name.ts";
import type { FrameAxes } from "../scan/frames-of.ts";
import type { LookUp } from "../scan/look-up.ts";
import { positionsFrom } from "../scan/positions-of.ts";
import type { RawOptions, RawPositions } from "../scan/raw-scan.ts";

type Axis = "x" | "y";

/** The axes of the signal along which the frames lie. */
interface ScanAxes {
  readonly axes: readonly number[];
  readonly shape: readonly number[];
}

interface Named {
  readonly name: string;
  readonly node: ArrayNode;
  /** The axis of the signal that it belongs to, when the group says. */
  readonly place?: number | undefined;
}

export async function nexusPositions(
  look: LookUp,
  group: { readonly path: string; readonly signal: ArrayNode },
  layout: FrameAxes,
  options: RawOptions,
): Promise<RawPositions | undefined> {
  const axes = layout === "YXHW" ? [0, 1] : layout === "HWM" ? [2] : [0];
  const scan = { axes, shape: axes.map((axis) => group.signal.shape[axis]!) };
  const inGroup = arraysOfGroup(look, group);
  const ofMotors = positioners(look, group.path);
  const chosen = pairOf(inGroup, scan) ?? pairOf(ofMotors, scan);
  if (chosen === undefined) return undefined;
  const { x, y } = chosen;
  look.told.push(`positions: ${textOf(x)}, ${textOf(y)}`);
  for (const axis of ["x", "y"] as const) {
    const others = fitting(ofMotors, axis, scan);
    if (others.includes(chosen[axis]) && others.length > 1)
      look.warnings.push(
        `${look.tree.file}: ${others.length} motors may be ${axis}: ${chosen[axis].path} is read, not ${others
          .slice(1)
          .map(({ path }) => path)
          .join(", ")}`,
      );
  }
  return positionsFrom(look, x, y, options, { unit: undefined, order: "xy" });
}

function textOf({ path, shape }: ArrayNode): string {
  return `${path} ${shapeText(shape)}`;
}

function arraysOfGroup(
  { tree }: LookUp,
  { path, signal }: { readonly path: string; readonly signal: ArrayNode },
): readonly Named[] {
  const about = tree.attributesOf(path);
  const listed = (typeof about["axes"] === "string" ? [about["axes"]] : about["axes"]) as readonly unknown[];
  const named = tree.arrays
    .filter((node) => parentPath(node.path) === path && node.path !== signal.path)
    .map((node): Named => {
      const name = lastName(node.path);
      return { name, node, place: placeOf(name, about, listed) };
    });
  // What says where it belongs first, then the letter alone.
  const rank = ({ name, place }: Named): number => (place !== undefined ? 0 : name.length === 1 ? 1 : 2);
  return named.toSorted((a, b) => rank(a) - rank(b));
}

function placeOf(
  name: string,
  about: Attributes,
  listed: readonly unknown[] | undefined,
): number | undefined {
  const indices = about[`${name}_indices`];
  const first: unknown = Array.isArray(indices) ? indices[0] : indices;
  if (typeof first === "number") return first;
  const at = Array.isArray(listed) ? listed.indexOf(name) : -1;
  return at < 0 ? undefined : at;
}

/** Values of the motors of the same entry, by the motors' names. */
function positioners({ tree }: LookUp, within: string): readonly Named[] {
  const entry = within.split("/")[1] ?? "";
  return tree.arrays.flatMap((node): Named[] => {
    const group = parentPath(node.path);
    const isMotor =
      lastName(node.path) === "value" &&
      node.path.startsWith(`/${entry}/`) &&
      tree.attributesOf(group)["NX_class"] === "NXpositioner";
    return isMotor ? [{ name: lastName(group), node }] : [];
  });
}

function pairOf(
  named: readonly Named[],
  scan: ScanAxes,
): { readonly x: ArrayNode; readonly y: ArrayNode } | undefined {
  const [x] = fitting(named, "x", scan);
  const [y] = fitting(named, "y", scan);
  return x === undefined || y === undefined ? undefined : { x, y };
}

function fitting(named: readonly Named[], axis: Axis, scan: ScanAxes): readonly ArrayNode[] {
  return named.flatMap((one) => {
    const node = axisOf(one.name) === axis ? fitted(one, axis, scan) : undefined;
    return node === undefined ? [] : [node];
  });
}

/** The array as one number a frame; undefined when it is none. */
function fitted({ node, place }: Named, axis: Axis, { axes, shape }: ScanAxes): ArrayNode | undefined {
  if (node.dtype === undefined || !isReal(node.dtype)) return undefined;
  // An axis of the detector.
  if (place !== undefined && !axes.includes(place)) return undefined;
  const total = sizeOf(shape);
  const isMap = node.shape.join() === shape.join();
  if (isMap || (node.shape.length === 1 && node.shape[0] === total)) return node;
  if (shape.length !== 2 || node.shape.length !== 1) return undefined;
  const along = place ?? (axis === "y" ? 0 : 1);
  return node.shape[0] === shape[along] ? spread(node, along, shape) : undefined;
}

/** One number a row, or a column, of a raster as one a frame. */
function spread(node: ArrayNode, along: number, [rows = 0, columns = 0]: readonly number[]): ArrayNode {
  const total = rows * columns;
  async function read() {
    const array = await node.read();
    if (array.dtype === "string" || array.dtype === "bool") return array;
    const data = Float64Array.from({ length: total }, (_, m) =>
      Number(array.data[along === 0 ? Math.floor(m / columns) : m % columns]),
    );
    return { dtype: "float64", shape: [total], data } as const;
  }
  return { ...node, shape: [total], read, readRows: read };
}

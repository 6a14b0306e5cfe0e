// Positions of a scan from one array of two or three columns, or from two arrays, in metres or object pixels.

import { shapeText } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import type { ArrayNode } from "../tree.ts";
import { isColumnMajor } from "./column-major.ts";
import { unitOf, type LookUp } from "./look-up.ts";
import type { RawOptions, RawPositions } from "./raw-scan.ts";
import { isPixels, lengthFactor, shown } from "./units.ts";

interface Pair {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Unit of each axis. */
export interface PairUnits {
  readonly x: string;
  readonly y: string;
}

export interface PositionDefaults {
  /** Unit when neither the file nor the user says; undefined = it is asked for. */
  readonly unit: string | undefined;
  /** Column order of one array. */
  readonly order: "xy" | "yx";
}

/** How a list of positions lies in an array. */
export interface ListLayout {
  readonly count: number;
  /** Numbers of a position; a third is a height, as in CXI. */
  readonly each: 2 | 3;
  /** (2 | 3, count), as some write it. */
  readonly isTurned: boolean;
}

/** Of an array of two axes, one of which has two or three entries; undefined for any other. */
export function listLayout(shape: readonly number[], mustBeTurned = false): ListLayout | undefined {
  const [rows, last] = shape;
  if (shape.length !== 2 || rows === undefined || last === undefined) return undefined;
  const isEach = (length: number): length is 2 | 3 => length === 2 || length === 3;
  if (!mustBeTurned && isEach(last)) return { count: rows, each: last, isTurned: false };
  return isEach(rows) ? { count: last, each: rows, isTurned: true } : undefined;
}

/** The first two numbers of each position. */
export function listColumns(
  values: ArrayLike<number>,
  { count, each, isTurned }: ListLayout,
): readonly [Float64Array, Float64Array] {
  const column = (at: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => values[isTurned ? at * count + i : i * each + at]!);
  return [column(0), column(1)];
}

/** Columns x, y (, z) of one (M, 2 | 3) array. @throws Contract. */
export async function positionsIn(
  look: LookUp,
  node: ArrayNode,
  options: RawOptions,
  defaults: PositionDefaults,
): Promise<RawPositions> {
  // MATLAB's columns arrive as rows.
  const layout = listLayout(node.shape, isColumnMajor(node));
  if (layout === undefined) {
    throw new DoselapError("Contract", "is no list of positions", {
      file: look.tree.file,
      key: node.path,
      expected: "(frames, 2) or (frames, 3) real numbers, or turned",
      got: `${node.typeName} ${shapeText(node.shape)}`,
    });
  }
  const [first, second] = listColumns(await look.vector(node), layout);
  const order = options.positionOrder ?? defaults.order;
  look.told.push(`columns of ${node.path}: ${order === "xy" ? "x, y" : "y, x"}`);
  const [x, y] = order === "xy" ? [first, second] : [second, first];
  const unit = options.positionUnit ?? unitOf(node) ?? defaults.unit;
  return noted(look, { x, y }, { x: unit, y: unit }, node.path);
}

/** Two vectors, each in the unit that it states itself. @throws Contract when they differ in length. */
export async function positionsFrom(
  look: LookUp,
  xNode: ArrayNode,
  yNode: ArrayNode,
  options: RawOptions,
  defaults: PositionDefaults,
): Promise<RawPositions> {
  const x = await look.vector(xNode);
  const y = await look.vector(yNode);
  if (x.length !== y.length) {
    throw new DoselapError("Contract", "positions x and y differ in number", {
      file: look.tree.file,
      key: `${xNode.path}, ${yNode.path}`,
      expected: `${x.length} of each`,
      got: `${y.length} of y`,
    });
  }
  const swapped = options.positionOrder !== undefined && options.positionOrder !== defaults.order;
  const unit = (node: ArrayNode): string | undefined => options.positionUnit ?? unitOf(node) ?? defaults.unit;
  const [pair, units] = swapped
    ? [
        { x: y, y: x },
        { x: unit(yNode), y: unit(xNode) },
      ]
    : [
        { x, y },
        { x: unit(xNode), y: unit(yNode) },
      ];
  return noted(look, pair, units, `${xNode.path}, ${yNode.path}`);
}

/** The unit of each axis: the only one that is stated is that of both, which is said. @throws Contract when there is none. */
export function unitsOfBoth(
  { x, y }: { readonly x: string | undefined; readonly y: string | undefined },
  missing: () => DoselapError,
): { readonly units: PairUnits; readonly told: readonly string[] } {
  const stated = x ?? y;
  if (stated === undefined) throw missing();
  const told =
    x === undefined || y === undefined
      ? [`${x === undefined ? "x" : "y"} states no unit: ${stated}, as ${x === undefined ? "y" : "x"} does`]
      : [];
  return { units: { x: x ?? stated, y: y ?? stated }, told };
}

/** Nobody said what the positions are in. */
export function missingUnit(
  where: { readonly file: string; readonly key?: string },
  expected: string,
): DoselapError {
  return new DoselapError("Contract", "positions without a unit", {
    ...where,
    expected,
    got: "none",
    hint: "State it: --position-unit m, mm, um, nm, angstrom or px.",
  });
}

function noted(
  look: LookUp,
  pair: Pair,
  stated: { readonly x: string | undefined; readonly y: string | undefined },
  key: string,
): RawPositions {
  const where = { file: look.tree.file, key };
  const { units, told } = unitsOfBoth(stated, () => missingUnit(where, "an attribute `units`"));
  const { positions, conversions } = inProjectUnit(pair, units, where);
  look.told.push(...told);
  look.conversions.push(...conversions);
  return positions;
}

/** In metres or object pixels, and what was converted.
 * @throws Contract for a unit that is no length, pixels beside a length, or a position that is no number. */
export function inProjectUnit(
  { x, y }: Pair,
  units: PairUnits,
  where: { readonly file: string; readonly key: string },
): { readonly positions: RawPositions; readonly conversions: readonly string[] } {
  const at = x.findIndex((value, i) => !Number.isFinite(value) || !Number.isFinite(y[i]));
  if (at >= 0) {
    throw new DoselapError("Contract", "holds a position that is no number", {
      ...where,
      expected: "finite numbers",
      got: `(${x[at]}, ${y[at]}) for frame ${at}`,
    });
  }
  if (isPixels(units.x) && isPixels(units.y)) return { positions: { x, y, unit: "px" }, conversions: [] };
  if (isPixels(units.x) || isPixels(units.y)) {
    throw new DoselapError("Contract", "has positions in pixels along one axis alone", {
      ...where,
      expected: "pixels or a length, along both",
      got: `x in ${units.x}, y in ${units.y}`,
      hint: "State the unit of both with --position-unit.",
    });
  }
  const [alongX, alongY] = [lengthFactor(units.x, where), lengthFactor(units.y, where)];
  const said = (name: string, unit: string, factor: number): string[] =>
    factor === 1 ? [] : [`${name}: 1 ${unit} = ${shown(factor)} m`];
  return {
    positions: { x: x.map((value) => value * alongX), y: y.map((value) => value * alongY), unit: "m" },
    conversions:
      alongX === alongY
        ? said("positions", units.x, alongX)
        : [...said("positions x", units.x, alongX), ...said("positions y", units.y, alongY)],
  };
}

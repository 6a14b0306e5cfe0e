// Positions of a scan from one array of two or three columns, or from two arrays, in metres or object pixels.

import { shapeText } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import type { ArrayNode } from "../tree.ts";
import { isColumnMajor } from "./column-major.ts";
import { unitOf, type LookUp } from "./look-up.ts";
import type { RawOptions, RawPositions } from "./raw-scan.ts";
import { lengthFactor, shown } from "./units.ts";

interface Pair {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface PositionDefaults {
  /** Unit when neither the file nor the user says; undefined = it is asked for. */
  readonly unit: string | undefined;
  /** Column order of one array. */
  readonly order: "xy" | "yx";
}

/** Columns x, y (, z) of one (M, 2 | 3) array. @throws Contract. */
export async function positionsIn(
  look: LookUp,
  node: ArrayNode,
  options: RawOptions,
  defaults: PositionDefaults,
): Promise<RawPositions> {
  // MATLAB's columns arrive as rows.
  const isTurned = isColumnMajor(node);
  const [count, columns] = isTurned ? node.shape.toReversed() : node.shape;
  if (node.shape.length !== 2 || count === undefined || (columns !== 2 && columns !== 3)) {
    throw new DoselapError("Contract", "is no list of positions", {
      file: look.tree.file,
      key: node.path,
      expected: "(frames, 2) or (frames, 3) real numbers",
      got: `${node.typeName} ${shapeText(node.shape)}`,
    });
  }
  const values = await look.vector(node);
  const column = (at: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => values[isTurned ? at * count + i : i * columns + at]!);
  const order = options.positionOrder ?? defaults.order;
  look.told.push(`columns of ${node.path}: ${order === "xy" ? "x, y" : "y, x"}`);
  const [x, y] = order === "xy" ? [column(0), column(1)] : [column(1), column(0)];
  return noted(look, { x, y }, unitFor(look, node, options, defaults), node.path);
}

/** Two vectors. @throws Contract when they differ in length. */
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
  const pair = swapped ? { x: y, y: x } : { x, y };
  return noted(look, pair, unitFor(look, xNode, options, defaults), xNode.path);
}

function unitFor(look: LookUp, node: ArrayNode, options: RawOptions, defaults: PositionDefaults): string {
  const unit = options.positionUnit ?? unitOf(node) ?? defaults.unit;
  if (unit !== undefined) return unit;
  throw missingUnit({ file: look.tree.file, key: node.path }, "an attribute `units`");
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

function noted(look: LookUp, pair: Pair, unit: string, key: string): RawPositions {
  const { positions, conversions } = inProjectUnit(pair, unit, { file: look.tree.file, key });
  look.conversions.push(...conversions);
  return positions;
}

/** In metres or object pixels, and what was converted.
 * @throws Contract for a unit that is no length, or a position that is no number. */
export function inProjectUnit(
  { x, y }: Pair,
  unit: string,
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
  if (["px", "pixel", "pixels"].includes(unit.toLowerCase()))
    return { positions: { x, y, unit: "px" }, conversions: [] };
  const factor = lengthFactor(unit, where);
  const inMetres = (values: Float64Array): Float64Array => values.map((value) => value * factor);
  return {
    positions: { x: inMetres(x), y: inMetres(y), unit: "m" },
    conversions: factor === 1 ? [] : [`positions: 1 ${unit} = ${shown(factor)} m`],
  };
}

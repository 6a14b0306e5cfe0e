// Positions from a file of their own: a table (CSV, TXT) or a .npy array. Columns named x and y are taken by name, with the unit
// that a name states ("x (um)", "y_mm"); two columns without such names by --positions xy or yx.

import { shapeText, type AnyArray } from "../../array/ndarray.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import { decodeNpy } from "../npy.ts";
import { isNpy } from "../npy-header.ts";
import { parseNumberTable } from "../number-table.ts";
import { openSource, readAll } from "../source.ts";
import { realNumbers } from "../../array/cast.ts";
import { axisOf } from "./axis-name.ts";
import { inProjectUnit, listColumns, listLayout, missingUnit, unitsOfBoth } from "./positions-of.ts";
import type { RawOptions, RawScan } from "./raw-scan.ts";
import { isPixels, metresPerUnit } from "./units.ts";

/** A list of positions is never this large. */
const maxBytes = 2 ** 28;

interface Column {
  readonly values: Float64Array;
  /** Stated by its name. */
  readonly unit?: string | undefined;
}

interface Table {
  readonly names: readonly string[] | undefined;
  readonly columns: readonly Float64Array[];
}

/** The scan with the positions of `options.positionsFile`, which win over those of its own file.
 * @throws File, Format for what is no table, Contract for one without x and y or without a unit. */
export async function withPositionsFile(scan: RawScan, options: RawOptions): Promise<RawScan> {
  const { positionsFile: file, positionUnit } = options;
  if (file === undefined) return scan;
  const { x, y, told } = columnsOf(await tableOf(file), file, options);
  const { units, told: ofUnits } = unitsOfBoth({ x: positionUnit ?? x.unit, y: positionUnit ?? y.unit }, () =>
    missingUnit({ file }, 'a name that states it, such as "x_um"'),
  );
  const { positions, conversions } = inProjectUnit({ x: x.values, y: y.values }, units, {
    file,
    key: "x, y",
  });
  const instead = scan.positions === undefined ? "" : ", not those of the scan's file";
  return {
    ...scan,
    positions,
    told: [...scan.told, `positions: ${file}, ${positions.x.length} of them${instead}`, told, ...ofUnits],
    conversions: [...scan.conversions, ...conversions],
  };
}

async function tableOf(file: string): Promise<Table> {
  const source = await openSource(file).catch((cause: unknown) => {
    if (!isDoselapError(cause)) throw cause;
    throw new DoselapError("File", "cannot be opened", {
      file,
      key: "--positions",
      expected: "xy, yx or the file of the positions",
      got: cause.context.got,
      cause,
    });
  });
  try {
    if (source.size > maxBytes) {
      throw new DoselapError("Range", "is too large for a list of positions", {
        file,
        expected: `at most ${maxBytes} bytes`,
        got: `${source.size}`,
      });
    }
    const bytes = await readAll(source);
    return isNpy(bytes)
      ? arrayTable(decodeNpy(bytes, { file }), file)
      : parseNumberTable(textIn(bytes), file);
  } finally {
    await source.close();
  }
}

/** UTF-8, or UTF-16 by its mark, as spreadsheets export it. */
function textIn(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return new TextDecoder(isUtf16 ? (first === 0xff ? "utf-16le" : "utf-16be") : "utf-8").decode(bytes);
}

function arrayTable(array: AnyArray, file: string): Table {
  const values = realNumbers(array);
  const layout = listLayout(array.shape);
  if (values === undefined || layout === undefined) {
    throw new DoselapError("Contract", "is no list of positions", {
      file,
      expected: "real numbers, (frames, 2), (frames, 3), (2, frames) or (3, frames)",
      got: `${array.dtype} ${shapeText(array.shape)}`,
    });
  }
  return { names: undefined, columns: listColumns(values, layout) };
}

function columnsOf(
  { names, columns }: Table,
  file: string,
  { positionOrder }: RawOptions,
): { readonly x: Column; readonly y: Column; readonly told: string } {
  const parsed = (names ?? []).map(parsedName);
  const named = (axis: "x" | "y"): Column | undefined => {
    const exact = parsed.findIndex(({ name }) => name.toLowerCase() === axis);
    const like = parsed.flatMap(({ name }, at) => (axisOf(name) === axis ? [at] : []));
    const at = exact >= 0 ? exact : like.length === 1 ? like[0]! : -1;
    return at < 0 ? undefined : { values: columns[at]!, unit: parsed[at]!.unit };
  };
  const [x, y] = [named("x"), named("y")];
  if (x !== undefined && y !== undefined) return { x, y, told: "columns by their names: x, y" };
  const [first, second] = columns.map((values, at): Column => ({ values, unit: parsed[at]?.unit }));
  if (first === undefined || second === undefined || columns.length !== 2) {
    throw new DoselapError("Contract", "does not say which of its columns are x and y", {
      file,
      expected: "columns named x and y, or two columns",
      got:
        names === undefined ? `${columns.length} columns without names` : `columns named ${names.join(", ")}`,
      hint: "Name them in a first line, such as x_um,y_um.",
    });
  }
  const order = positionOrder ?? "xy";
  const [alongX, alongY] = order === "xy" ? [first, second] : [second, first];
  return { x: alongX, y: alongY, told: `columns by their order: ${order === "xy" ? "x, y" : "y, x"}` };
}

/** "x (um)", "x [um]", "x_um", "x/um" → x, um. */
function parsedName(text: string): { readonly name: string; readonly unit?: string } {
  const [, name, unit] = /^(.*?)[\s_]*(?:[([/]\s*|_)([a-zåµμ]+)\s*[)\]]?$/iu.exec(text) ?? [];
  const isUnit = unit !== undefined && (metresPerUnit(unit) !== undefined || isPixels(unit));
  return isUnit && name !== "" ? { name: name!, unit } : { name: text };
}

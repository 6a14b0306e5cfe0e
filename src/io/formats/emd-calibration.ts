// Steps of a 4D-STEM scan and the pixel of its detector, as EMD files and py4DSTEM state them: arrays dim0 … dim3 (or dim1 … dim4)
// beside the data, with units, or numbers R_pixel_size and Q_pixel_size in a group named calibration, which py4DSTEM believes first.
// https://emdatasets.com/format; https://github.com/py4dstem/emdfile

import type { ArrayNode, ArrayTree } from "../tree.ts";
import { realNumbers } from "../../array/cast.ts";
import { arrayAt, firstAt, unitOf, type LookUp } from "../scan/look-up.ts";
import { rasterPositions } from "../scan/raster.ts";
import type { RawGeometry, RawOptions, RawPositions } from "../scan/raw-scan.ts";
import { isPixels, metresPerUnit, shown, wavelengthOfEv } from "../scan/units.ts";

interface Step {
  readonly value: number;
  readonly unit: string;
}

export interface Calibration {
  readonly positions?: RawPositions | undefined;
  readonly geometry: RawGeometry;
}

/** Of the raster in `node`; a scan step that the user states wins over that of the file. */
export async function emdCalibration(
  look: LookUp,
  node: ArrayNode,
  options: RawOptions,
): Promise<Calibration> {
  const dims = await dimensions(look, node);
  const r = await calibrated(look.tree, "R");
  const q = await calibrated(look.tree, "Q");
  const [alongColumn, alongRow] = [r ?? dims[0], r ?? dims[1]];
  return {
    positions:
      options.scanStepM === undefined ? steps(look, node, alongColumn, alongRow, options) : undefined,
    geometry: { frequencyPixelPerM: frequency(look, q ?? dims[2], q ?? dims[3], options) },
  };
}

function steps(
  look: LookUp,
  { shape }: ArrayNode,
  alongColumn: Step | undefined,
  alongRow: Step | undefined,
  options: RawOptions,
): RawPositions | undefined {
  const [alongColumnM, alongRowM] = [alongColumn, alongRow].map((step) => {
    const factor = step && metresPerUnit(step.unit);
    return step === undefined || factor === undefined ? undefined : step.value * factor;
  });
  if (alongColumnM === undefined || alongRowM === undefined) return undefined;
  look.told.push(
    `positions: a raster of ${shown(alongRowM)} m along each row, ${shown(alongColumnM)} m from row to row, by the file's calibration`,
  );
  look.conversions.push(`scan step: ${shown(alongRow!.value)} ${alongRow!.unit} = ${shown(alongRowM)} m`);
  return rasterPositions(shape, { alongRowM, alongColumnM }, options);
}

/** Of a detector pixel, 1/m. An angle needs the wavelength that the user states. */
function frequency(
  look: LookUp,
  down: Step | undefined,
  across: Step | undefined,
  { wavelengthM, energyEv }: RawOptions,
): number | undefined {
  if (down === undefined || across === undefined) return undefined;
  const { value, unit } = across;
  const { file } = look.tree;
  if (Math.abs(down.value / value - 1) > 1e-3 || down.unit !== unit) {
    look.warnings.push(
      `${file}: detector pixels are ${shown(down.value)} ${down.unit} × ${shown(value)} ${unit}, which are not square: not used`,
    );
    return undefined;
  }
  const inverse = /^1\/(\w+)$/u.exec(unit)?.[1] ?? /^(.+)\^-1$/u.exec(unit)?.[1];
  const length = inverse === undefined ? undefined : metresPerUnit(inverse);
  const radians = { rad: 1, mrad: 1e-3 }[unit];
  if (length !== undefined) return noted(look, value, unit, value / length);
  if (radians === undefined) return undefined;
  const wavelength = wavelengthM ?? (energyEv === undefined ? undefined : wavelengthOfEv(energyEv));
  if (wavelength !== undefined) return noted(look, value, unit, (value * radians) / wavelength);
  look.warnings.push(
    `${file}: detector pixels of ${shown(value)} ${unit} are object pixels of a size with the wavelength: state --wavelength METRES`,
  );
  return undefined;
}

function noted(look: LookUp, value: number, unit: string, perM: number): number {
  look.conversions.push(`detector pixel: ${shown(value)} ${unit} = ${shown(perM)} /m`);
  return perM;
}

/** The step of each of the four axes, from the first two numbers of its array. */
async function dimensions(look: LookUp, node: ArrayNode): Promise<readonly (Step | undefined)[]> {
  const folder = node.path.slice(0, node.path.lastIndexOf("/"));
  const from = arrayAt(look.tree, `${folder}/dim0`) === undefined ? 1 : 0;
  const found: (Step | undefined)[] = [];
  for (let axis = 0; axis < 4; axis++) {
    const dim = arrayAt(look.tree, `${folder}/dim${from + axis}`);
    found.push(dim === undefined ? undefined : await look.optional(`axis ${dim.path}`, () => stepOf(dim)));
  }
  return found;
}

async function stepOf(dim: ArrayNode): Promise<Step | undefined> {
  const [first, second] = realNumbers(await dim.read()) ?? [];
  const unit = unitOf(dim);
  return first === undefined || second === undefined ? undefined : stepIn(Math.abs(second - first), unit);
}

async function calibrated(tree: ArrayTree, space: "R" | "Q"): Promise<Step | undefined> {
  const folder = tree.arrays.find(({ path }) => path.endsWith(`/calibration/${space}_pixel_size`))?.path;
  if (folder === undefined) return undefined;
  const [size, units] = [folder, folder.replace(/size$/u, "units")].map((path) => firstAt(tree, [path]));
  const value = size && realNumbers(await size.read())?.[0];
  const unit = await units?.read();
  return value === undefined || unit?.dtype !== "string" ? undefined : stepIn(value, unit.data[0]);
}

/** EMD writes "[n_m^-1]", py4DSTEM "A^-1"; "pixels" is no calibration. */
function stepIn(value: number, unit: string | undefined): Step | undefined {
  const plain = unit?.replace(/[[\]_]/gu, "").trim();
  if (plain === undefined || plain === "" || isPixels(plain)) return undefined;
  return Number.isFinite(value) && value > 0 ? { value, unit: plain } : undefined;
}

// Arrays named on a command line or in a design: FILE.npy, FILE.npz:key, or an NPZ that holds one of the usual keys.

import { stat } from "node:fs/promises";
import { shapeText, type AnyArray, type ComplexImage, type RealImage } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { openArrayFile } from "../io/array-file.ts";
import type { Where } from "../io/npy-header.ts";
import { complexNumbers, realNumbers } from "../array/cast.ts";
import type { Probe } from "../array/scan.ts";

export interface ArrayArgumentOptions {
  /** Keys that are taken from an NPZ without a named key, in this order. */
  readonly preferKeys?: readonly string[];
}

/** Reads the array a text names. @throws File when there is no such file, Format when it lacks the key or is damaged. */
export async function readArrayArgument(
  text: string,
  { preferKeys = ["objectGuess", "probeGuess"] }: ArrayArgumentOptions = {},
): Promise<AnyArray> {
  const { file, key } = await splitArgument(text);
  const opened = await openArrayFile(file);
  if (opened.kind === "npy") {
    if (key === undefined) return opened.array;
    throw new DoselapError("Usage", "a .npy file has one array and no keys", {
      file,
      key,
      hint: `Write it as ${file}.`,
    });
  }
  const { npz } = opened;
  try {
    return await npz.read(key ?? usualKey(npz.names, preferKeys, file));
  } finally {
    await npz.close();
  }
}

function usualKey(names: readonly string[], preferKeys: readonly string[], file: string): string {
  const key = preferKeys.find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
  if (key !== undefined) return key;
  throw new DoselapError("Format", "does not say which array is meant", {
    file,
    expected: preferKeys.join(" or "),
    got: names.length === 0 ? "no arrays" : names.join(", "),
    hint: `Name it: ${file}:${names[0] ?? "key"}`,
  });
}

/** The file that a text names, with or without a key. */
export async function fileOfArgument(text: string): Promise<string> {
  return (await splitArgument(text)).file;
}

/** FILE:key, unless a file is called just that. */
async function splitArgument(text: string): Promise<{ file: string; key?: string }> {
  const colon = text.lastIndexOf(":");
  if (colon <= 0 || colon === text.length - 1 || (await exists(text))) return { file: text };
  return { file: text.slice(0, colon), key: text.slice(colon + 1) };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    // Whatever is wrong with the path is reported when it is opened.
    () => false,
  );
}

/** A complex image of an array (H, W), leading axes of 1 allowed; real numbers get phase 0. complex128 is narrowed.
 * @throws Shape. */
export function toComplexImage(array: AnyArray, where: Where | string = {}): ComplexImage {
  const { height, width } = imageShape(array, where);
  const complex = complexNumbers(array);
  if (complex !== undefined) return { height, width, data: complex };
  const real = realNumbers(array);
  if (real === undefined) throw notAn("image", array, where, "complex or real numbers");
  const data = new Float32Array(2 * real.length);
  for (let i = 0; i < real.length; i++) data[2 * i] = real[i]!;
  return { height, width, data };
}

/** A real image of an array (H, W), leading axes of 1 allowed. @throws Shape. */
export function toRealImage(array: AnyArray, where: Where | string = {}): RealImage {
  const { height, width } = imageShape(array, where);
  const real = array.dtype === "bool" ? array.data : realNumbers(array);
  if (real === undefined) throw notAn("real image", array, where, "real numbers");
  return { height, width, data: Float64Array.from(real) };
}

/** A probe of an array (N, N) or (modes, N, N), further leading axes of 1 allowed. complex128 is narrowed.
 * @throws Shape. */
export function toProbe(array: AnyArray, where: Where | string = {}): Probe {
  const shape = squeezedShape(array.shape, 2);
  const [rows, columns] = shape.slice(-2);
  const data = complexNumbers(array);
  if (data === undefined || shape.length > 3 || rows === undefined || rows !== columns || data.length === 0) {
    throw notAn("probe", array, where, "complex (N, N) or (modes, N, N)");
  }
  return { modes: shape.length === 3 ? shape[0]! : 1, size: rows, data };
}

function imageShape(array: AnyArray, where: Where | string): { height: number; width: number } {
  const [height, width, more] = squeezedShape(array.shape, 2);
  if (height === undefined || width === undefined || more !== undefined || height * width === 0) {
    throw notAn("image", array, where, "shape (H, W)");
  }
  return { height, width };
}

function squeezedShape(shape: readonly number[], least: number): readonly number[] {
  let skip = 0;
  while (shape.length - skip > least && shape[skip] === 1) skip++;
  return shape.slice(skip);
}

function notAn(
  what: string,
  { dtype, shape }: AnyArray,
  where: Where | string,
  expected: string,
): DoselapError {
  const place = typeof where === "string" ? { file: where } : where;
  return new DoselapError("Shape", `is not ${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`, {
    ...place,
    expected,
    got: `${dtype} ${shapeText(shape)}`,
  });
}

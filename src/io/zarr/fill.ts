// The fill value of a Zarr array, as the bytes of one element.

import { DoselapError } from "../../errors.ts";
import type { NpyDType } from "../npy-dtype.ts";

const words: { readonly [word: string]: number } = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };

/** @throws Format for a value that is none of the type. */
export function fillBytes(
  { kind, itemBytes, littleEndian, name }: NpyDType,
  value: unknown,
  where: { readonly file: string; readonly key: string },
): Uint8Array {
  const bytes = new Uint8Array(itemBytes);
  // No value: whoever wrote it has written every chunk.
  if (value === null || value === undefined) return bytes;
  const parts: unknown[] = kind === "c" && Array.isArray(value) ? value : [value];
  const view = new DataView(bytes.buffer);
  const width = kind === "c" ? itemBytes / 2 : itemBytes;
  for (const [i, part] of parts.slice(0, 2).entries()) {
    const number = typeof part === "boolean" ? Number(part) : typeof part === "string" ? words[part] : part;
    const at = i * width;
    if (typeof number !== "number" || at >= itemBytes) throw wrong();
    // A half has no other fill value that is as common.
    if (kind === "f" && width === 2 && number !== 0) throw wrong();
    if (kind === "f" || kind === "c") {
      if (width === 4) view.setFloat32(at, number, littleEndian);
      else if (width === 8) view.setFloat64(at, number, littleEndian);
    } else {
      if (!Number.isInteger(number)) throw wrong();
      const whole = BigInt.asUintN(8 * itemBytes, BigInt(number));
      for (let byte = 0; byte < itemBytes; byte++)
        bytes[littleEndian ? byte : itemBytes - 1 - byte] = Number((whole >> BigInt(8 * byte)) & 0xffn);
    }
  }
  return bytes;

  function wrong(): DoselapError {
    return new DoselapError("Format", "has a fill value that is not read", {
      ...where,
      expected: `a number for ${name}`,
      got: JSON.stringify(value).slice(0, 80),
    });
  }
}

// Filters of Zarr 2, which run before the compression. Specified by what numcodecs writes
// (https://numcodecs.readthedocs.io): `shuffle` gathers the first bytes of all elements, then the second ones, …; `delta` keeps
// the first element and the differences of neighbours, in the arithmetic of its dtype.

import { DoselapError } from "../../errors.ts";

type Configuration = { readonly [key: string]: unknown };

/** Bytes of each element together again. Bytes beyond the last whole element stay where they are. */
export function unshuffled(bytes: Uint8Array, size: number): Uint8Array {
  if (!Number.isInteger(size) || size < 1 || size > 4096) throw new RangeError(`elements of ${size} bytes`);
  const count = Math.floor(bytes.length / size);
  const out = Uint8Array.from(bytes);
  for (let byte = 0; byte < size; byte++) {
    for (let i = 0; i < count; i++) out[i * size + byte] = bytes[byte * count + i]!;
  }
  return out;
}

/** Running sums, as they wrap around in the dtype. @throws Format for a dtype that has none here, or one that changes. */
export function undifferenced(bytes: Uint8Array, { dtype, astype = dtype }: Configuration): Uint8Array {
  const [, order, kind, width] = /^([<>|])([iuf])([1248])$/u.exec(String(dtype)) ?? [];
  if (order === undefined || astype !== dtype || (kind === "f" && Number(width) < 4)) {
    throw new DoselapError("Format", "differences of a kind that is not read", {
      expected: "whole or floating-point numbers, stored in their own dtype",
      got: `${String(dtype)} as ${String(astype)}`,
    });
  }
  const size = Number(width);
  const little = order !== ">";
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  for (let at = size; at + size <= out.length; at += size) {
    const before = at - size;
    if (kind === "f" && size === 4)
      view.setFloat32(at, view.getFloat32(at, little) + view.getFloat32(before, little), little);
    else if (kind === "f")
      view.setFloat64(at, view.getFloat64(at, little) + view.getFloat64(before, little), little);
    else if (size === 8)
      view.setBigUint64(at, view.getBigUint64(at, little) + view.getBigUint64(before, little), little);
    else if (size === 4)
      view.setUint32(at, view.getUint32(at, little) + view.getUint32(before, little), little);
    else if (size === 2)
      view.setUint16(at, view.getUint16(at, little) + view.getUint16(before, little), little);
    else view.setUint8(at, view.getUint8(at) + view.getUint8(before));
  }
  return out;
}

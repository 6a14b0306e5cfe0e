// One array from a .npy file, or the arrays of an NPZ: told apart by content.

import type { AnyArray } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";
import { decodeNpy } from "./npy.ts";
import { isNpy } from "./npy-header.ts";
import { openNpzSource, type NpzFile } from "./npz.ts";
import type { ByteSource } from "./byte-source.ts";
import { defaultMaxArrayBytes, openSource, readAll, type ReadLimits } from "./source.ts";

export type ArrayFile =
  | { readonly kind: "npy"; readonly array: AnyArray }
  | { readonly kind: "npz"; readonly npz: NpzFile };

/** Opens the file; an NPZ must be closed. @throws File, Format. */
export async function openArrayFile(path: string, limits: ReadLimits = {}): Promise<ArrayFile> {
  const source = await openSource(path, limits);
  let opened = false;
  try {
    const head = new Uint8Array(Math.min(8, source.size));
    await source.readInto(head, 0);
    if (isNpy(head)) {
      refuseTooLarge(source, limits);
      return { kind: "npy", array: decodeNpy(await readAll(source), { file: path }) };
    }
    const npz = await openNpzSource(source, limits);
    opened = true;
    return { kind: "npz", npz };
  } finally {
    if (!opened) await source.close();
  }
}

function refuseTooLarge(
  { file, size }: ByteSource,
  { maxArrayBytes = defaultMaxArrayBytes }: ReadLimits,
): void {
  if (size <= maxArrayBytes) return;
  throw new DoselapError("Range", "is larger than this reader takes", {
    file,
    expected: `at most ${maxArrayBytes} bytes`,
    got: `${size}`,
  });
}

// Flags that tell what is known of the detector: pixels that measured nothing, saturation, and how far away it stands.

import { resolve } from "node:path";
import { readArrayArgument } from "../data/array-argument.ts";
import { realNumbers } from "../array/cast.ts";
import type { Problem } from "../engines/problem.ts";
import { maskOf } from "../data/mask.ts";
import { DoselapError } from "../errors.ts";
import { nearFieldTransfer } from "../optics/near-field.ts";
import { parsePath, parsePositive } from "./flags.ts";
import { nearFieldFlags, nearFieldOf, type NearFieldFlags } from "./near-field-flags.ts";

export interface DetectorFlags extends NearFieldFlags {
  readonly mask?: string;
  readonly saturation?: number;
}

export const detectorFlags = {
  mask: {
    kind: "parsed",
    parse: parsePath,
    optional: true,
    placeholder: "FILE",
    brief: "Detector pixels that measured nothing: N×N, not 0 = masked (.npy or FILE.npz:key)",
  },
  saturation: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "COUNTS",
    brief: "Pixels with at least these counts are masked in their frame",
  },
  ...nearFieldFlags,
} as const;

/** What the flags add to a problem. @throws Usage for flags that miss each other, Shape for a mask of another size,
 * Contract for one that holds NaN. */
export async function detectorOf(
  flags: DetectorFlags,
  size: number,
  cwd: string,
): Promise<Pick<Problem, "mask" | "saturationCounts" | "transfer">> {
  const { mask, saturation } = flags;
  const nearField = nearFieldOf(flags);
  // Only what was given: the scan's own mask and near field stand where no flag says otherwise.
  return {
    ...(mask === undefined ? {} : { mask: await readMask(mask, size, cwd) }),
    ...(saturation === undefined ? {} : { saturationCounts: saturation }),
    ...(nearField === undefined ? {} : { transfer: nearFieldTransfer(size, nearField) }),
  };
}

async function readMask(file: string, size: number, cwd: string): Promise<Uint8Array> {
  const array = await readArrayArgument(resolve(cwd, file), { preferKeys: ["mask"] });
  const { shape } = array;
  if (shape.length !== 2 || shape[0] !== size || shape[1] !== size) {
    throw new DoselapError("Shape", "the mask does not fit the frames", {
      file,
      key: "mask",
      expected: `(${size}, ${size})`,
      got: `(${shape.join(", ")})`,
    });
  }
  const numbers = array.dtype === "bool" ? array.data : realNumbers(array);
  if (numbers === undefined) {
    throw new DoselapError("Format", "a mask holds numbers or truth values", {
      file,
      key: "mask",
      expected: "bool or a real type",
      got: array.dtype,
    });
  }
  return maskOf(numbers, { file, key: "mask" });
}

// Flags that tell what is known of the detector: pixels that measured nothing, saturation, and how far away it stands.

import { resolve } from "node:path";
import { readArrayArgument } from "../data/array-argument.ts";
import { realNumbers } from "../array/cast.ts";
import type { Problem } from "../engines/problem.ts";
import { DoselapError } from "../errors.ts";
import { nearFieldTransfer } from "../optics/near-field.ts";
import { parsePath, parsePositive } from "./flags.ts";

export interface DetectorFlags {
  readonly mask?: string;
  readonly saturation?: number;
  readonly nearField?: number;
  readonly wavelength?: number;
  readonly pixelSize?: number;
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
  nearField: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "METRES",
    brief: "Near field: distance from the sample to the detector; needs --wavelength and --pixel-size",
  },
  wavelength: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "METRES",
    brief: "Wavelength, for --near-field",
  },
  pixelSize: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "METRES",
    brief: "Pixel size of the frames in the sample plane, for --near-field",
  },
} as const;

/** What the flags add to a problem. @throws Usage for flags that miss each other, Shape for a mask of another size. */
export async function detectorOf(
  { mask, saturation, nearField, wavelength, pixelSize }: DetectorFlags,
  size: number,
  cwd: string,
): Promise<Pick<Problem, "mask" | "saturationCounts" | "transfer">> {
  if (
    (nearField === undefined) !== (wavelength === undefined) ||
    (nearField === undefined) !== (pixelSize === undefined)
  ) {
    throw new DoselapError("Usage", "a near field needs its whole geometry", {
      expected: "--near-field, --wavelength and --pixel-size together",
      got: [
        nearField === undefined ? "" : "--near-field",
        wavelength === undefined ? "" : "--wavelength",
        pixelSize === undefined ? "" : "--pixel-size",
      ]
        .filter((flag) => flag !== "")
        .join(" and "),
    });
  }
  // Only what was given: the scan's own mask and near field stand where no flag says otherwise.
  return {
    ...(mask === undefined ? {} : { mask: await readMask(mask, size, cwd) }),
    ...(saturation === undefined ? {} : { saturationCounts: saturation }),
    ...(nearField === undefined || wavelength === undefined || pixelSize === undefined
      ? {}
      : {
          transfer: nearFieldTransfer(size, {
            wavelengthM: wavelength,
            pixelSizeM: pixelSize,
            distanceM: nearField,
          }),
        }),
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
  return Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1));
}

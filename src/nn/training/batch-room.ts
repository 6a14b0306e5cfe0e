// Room for a batch, or an error that says what was asked for: a typed array's own names neither the batch nor the way out.

import { DoselapError } from "../../errors.ts";

/** Float32 zeros. @throws Compute when there is no memory for so many, or no array may be so long. */
export function roomFor(length: number, items: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DoselapError("Compute", "out of memory: a batch does not fit", {
      key: "batchSize",
      expected: "a batch that memory holds",
      got: `${items} items of ${(4 * length) / items} bytes, ${Math.round((4 * length) / 1e6)} MB`,
      hint: "Take a smaller batchSize.",
      cause,
    });
  }
}

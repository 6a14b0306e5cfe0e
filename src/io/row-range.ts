// What every reader of rows refuses before it allocates: rows that are not there, and more than it may hold.

import { shapeText } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";

interface Place {
  readonly file: string;
  readonly key: string;
}

/** @throws Range for rows outside of the first axis; a scalar has one. */
export function checkRows(shape: readonly number[], first: number, count: number, where: Place): void {
  const length = shape[0] ?? 1;
  if (first >= 0 && count >= 0 && first + count <= length) return;
  throw new DoselapError("Range", "has no such rows", {
    ...where,
    expected: `rows of ${shapeText(shape)}`,
    got: `${first} to ${first + count - 1}`,
  });
}

/** @throws Range for more bytes than may be held at once. */
export function checkSize(bytes: number, maxBytes: number, where: Place): void {
  if (bytes <= maxBytes) return;
  throw new DoselapError("Range", "is larger than this reader takes", {
    ...where,
    expected: `at most ${maxBytes} bytes`,
    got: `${bytes} bytes`,
  });
}

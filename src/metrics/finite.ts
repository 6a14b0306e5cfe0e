// A NaN is a failed reconstruction, never a score.

import type { ComplexImage, RealImage } from "../array/ndarray.ts";
import { DoselapError } from "../errors.ts";

/** @throws Range naming the first pixel that is not finite. */
export function checkFinite({ height, width, data }: ComplexImage | RealImage, name: string): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const pixel = Math.floor((at * height * width) / data.length);
  throw new DoselapError("Range", `the ${name} has a pixel that is not finite`, {
    expected: "finite numbers",
    got: `${data[at]} at row ${Math.floor(pixel / width)}, column ${pixel % width}`,
    hint: "A NaN is a failed reconstruction and is not scored.",
  });
}

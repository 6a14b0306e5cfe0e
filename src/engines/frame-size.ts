// Whether the kernels can transform frames of a size, asked before anything is read or planned.

import { hasReferenceFft } from "../compute/reference-fft.ts";
import type { SizedBackend } from "../compute/scan-backend.ts";
import { DoselapError } from "../errors.ts";

/** @param place where the frames lie. @throws Range when the backend has no transform of N×N. */
export function checkFrameSize(
  size: number,
  backend: Pick<SizedBackend, "supports" | "sizes">,
  place: { readonly file?: string | undefined; readonly key?: string | undefined } = {},
): void {
  if (backend.supports(size)) return;
  throw new DoselapError("Range", "there is no transform for frames of this size", {
    key: "diffraction",
    ...place,
    expected: `N ${backend.sizes}`,
    got: `frames of ${size} × ${size} px`,
    finding: "DATA-004",
    hint: `Crop or pad the frames and the probe to such a size, powers of two are fastest.${alternative(size)}`,
  });
}

/** What the plain kernels could do. */
function alternative(size: number): string {
  return size % 2 === 0 && hasReferenceFft(size)
    ? " doselap reconstruct --kernels reference takes these, slowly: any even N of factors 2, 3 and 5."
    : "";
}

// Reads a binary of the kernels, on Node.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DoselapError } from "../../errors.ts";
import { kernelUrl, type KernelVariant } from "./binary.ts";

/** @throws Compute when the binary is missing or this Node does not run it. */
export function compileKernels(variant: KernelVariant): WebAssembly.Module {
  const url = kernelUrl(variant);
  try {
    return new WebAssembly.Module(readFileSync(url));
  } catch (error) {
    throw new DoselapError("Compute", "the compiled kernels cannot be loaded", {
      file: fileURLToPath(url),
      got: error instanceof Error ? error.message : String(error),
      hint: "Run `npm run build`, or use the reference backend.",
    });
  }
}

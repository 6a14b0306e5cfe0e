// The plain backend: one thread, float64 arithmetic, no WebAssembly. Every faster backend is held against it.

import type { Backend } from "./backend.ts";
import { referenceFft2 } from "./reference-fft.ts";
import { openReferenceKernels } from "./reference-kernels.ts";
import { planScan, viewScan } from "./scan-memory.ts";
import { singleThread } from "./session.ts";

export const referenceBackend: Backend = {
  name: "reference",
  threads: 1,
  fft2: referenceFft2,
  scanBytes: (shape) => planScan({ ...shape, threads: 1 }).bytes,
  mostScanBytes: () => Infinity,
  openScan(given) {
    const shape = { ...given, threads: 1 };
    const layout = planScan(shape);
    const views = viewScan(layout, new ArrayBuffer(layout.bytes));
    return singleThread(shape, views, openReferenceKernels(shape, views));
  },
};

// AssemblyScript. The module's exports; kernels.ts of the folder above calls them.

export { open, setScratch } from "./state";
export { setDarkCounts } from "./constrain";
export { fft2 } from "./plane";
export { correct, curve, pie, reflect, score } from "./frames";
export { gradient } from "./epilogue";
export { gather, scatter, scatterPower } from "./patches";
export { shift } from "./shift";
export { addProbe, shiftSums, stepSums } from "./sums";

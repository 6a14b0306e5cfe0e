// AssemblyScript. The module's exports; kernels.ts of the folder above calls them.

export { open, setScratch } from "./state";
export { setDarkCounts } from "./constrain";
export { fft2 } from "./plane";
export { correct, curve, pie, reflect, score } from "./frames";
export { gradient } from "./epilogue";
export { gather, scatter } from "./patches";
export { addLight, addWave } from "./bands";
export { shift } from "./shift";
export { addProbe, crossSums, shiftSums, stepSums } from "./sums";
export { applySum, crossProbe, directSum, measureProbe, move, peak } from "./updates";

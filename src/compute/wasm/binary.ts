// The four binaries of the kernels: plain or relaxed SIMD (fused multiply-add), own or shared memory.
// `npm run build` writes them below dist/; the address is right from src/ and from dist/ alike.

/** Which binary. */
export interface KernelVariant {
  /** Fused multiply-add: faster, other last bits, not in every engine (Node from 22). */
  readonly relaxed: boolean;
  /** For a memory that several threads share. */
  readonly shared: boolean;
}

/** Bytes at the start of the memory that belong to the binary: a scan's arrays begin here. */
export const reservedBytes = 65536;
export const pageBytes = 65536;

export function kernelUrl({ relaxed, shared }: KernelVariant): URL {
  const name = `${relaxed ? "relaxed" : "simd"}${shared ? "-shared" : ""}`;
  return new URL(`../../../dist/compute/wasm/${name}.wasm`, import.meta.url);
}

// (module (func (result v128) i32.const 0 i8x16.splat i8x16.splat …)): one function that only a supporting engine accepts.
const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
const simdProbe = [...head, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];
const zero = [65, 0, 253, 15];
const relaxedProbe = [...head, 10, 19, 1, 17, 0, ...zero, ...zero, ...zero, 253, 133, 2, 11];

/** Whether this engine runs SIMD; without it there are no kernels. */
export function hasSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(simdProbe));
}

/** Whether this engine runs relaxed SIMD. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(relaxedProbe));
}

/** The exports of a binary; addresses are bytes. assembly/ says what each does. */
export interface KernelExports {
  open(size: number, modes: number, countType: number, plan: number, stages: number, places: number): void;
  setScratch(
    strips: number,
    stripBytes: number,
    fields: number,
    patch: number,
    line: number,
    transfer: number,
  ): void;
  setDarkCounts(value: number): void;
  fft2(from: number, to: number, back: number, scale: number, shiftIn: number, shiftOut: number): void;
  correct(
    kind: number,
    probe: number,
    patch: number,
    waves: number,
    frame: number,
    background: number,
    scale: number,
    stats: number,
  ): void;
  reflect(
    kind: number,
    probe: number,
    patch: number,
    waves: number,
    gradient: number,
    frame: number,
    background: number,
    scale: number,
    stats: number,
    relax: number,
  ): void;
  score(probe: number, patch: number, frame: number, background: number, scale: number, stats: number): void;
  curve(
    kind: number,
    probe: number,
    patch: number,
    probeStep: number,
    frame: number,
    background: number,
    scale: number,
    stats: number,
    out: number,
  ): void;
  pie(
    kind: number,
    probe: number,
    patch: number,
    gradient: number,
    frame: number,
    background: number,
    scale: number,
    stats: number,
    alpha: number,
    alphaPeak: number,
    objectStep: number,
    beta: number,
    objectPeak: number,
    probeStep: number,
  ): number;
  gradient(probe: number, waves: number, to: number): void;
  gather(from: number, pitch: number, fx: number, fy: number, to: number): number;
  scatter(
    patch: number,
    to: number,
    pitch: number,
    fx: number,
    fy: number,
    first: number,
    last: number,
  ): void;
  addWave(
    probe: number,
    waves: number,
    to: number,
    pitch: number,
    fx: number,
    fy: number,
    first: number,
    last: number,
  ): void;
  addLight(
    light: number,
    to: number,
    pitch: number,
    fx: number,
    fy: number,
    first: number,
    last: number,
  ): void;
  shift(from: number, pitch: number, to: number, rampX: number, rampY: number): number;
  addProbe(patch: number, waves: number, sums: number, weight: number, from: number, to: number): void;
  applySum(
    image: number,
    sum: number,
    weight: number,
    count: number,
    step: number,
    keep: number,
    floor: number,
  ): void;
  directSum(direction: number, sum: number, weight: number, count: number, floor: number): number;
  move(image: number, direction: number, count: number, step: number): void;
  peak(from: number, count: number): number;
  measureProbe(probe: number, light: number): void;
  crossProbe(probe: number, direction: number, weight: number, cross: number): number;
  crossSums(light: number, cross: number, step: number, pitch: number, patch: number, out: number): void;
  stepSums(probe: number, probeStep: number, patch: number, waves: number, out: number): void;
  shiftSums(probe: number, patch: number, waves: number, out: number): void;
}

/** An instance on a memory. Each thread needs one of its own. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as WebAssembly.Exports & KernelExports;
}

// The memory of one reconstruction: every array the kernels share, planned before anything is allocated.
// All arrays are views of one buffer, so that threads and WebAssembly see the same numbers without copies.
// Complex arrays are complex64, interleaved (re, im), C order; real ones float32 unless said.

/** How counts are stored: the smallest type that holds them. The largest value of an integer type marks a masked pixel,
 * a negative number does in float32. */
export type CountType = "uint8" | "uint16" | "float32";

/** How the object is sampled between pixels: from four neighbours, or by a shift in Fourier space. */
export type SubPixel = "bilinear" | "fourier";

export interface ScanShape {
  /** N: frames are N×N. */
  readonly size: number;
  /** Incoherent probe modes K. */
  readonly modes: number;
  /** Frames M of the scan. */
  readonly frames: number;
  readonly objectHeight: number;
  readonly objectWidth: number;
  /** Frames in flight: each has a patch and a gradient of its own. */
  readonly slots: number;
  /** Exit waves kept: `slots`, or M for engines that keep the wave of every frame. */
  readonly waveSlots: number;
  /** Frames whose counts are in memory at once: M, or fewer when they stream. */
  readonly countSlots: number;
  readonly countType: CountType;
  /** Near field: exit waves reach the detector through a transfer function, not through a Fourier transform. */
  readonly nearField: boolean;
  readonly subPixel: SubPixel;
  /** Threads that will open kernels on this memory. */
  readonly threads: number;
}

/** The arrays, in the order in which they lie in memory. */
export interface ScanViews {
  /** O, complex [H, W]. */
  readonly object: Float32Array;
  /** P, complex [K, N, N]. */
  readonly probe: Float32Array;
  /** Sum of adjoint object patches, complex [H, W]. */
  readonly objectSum: Float32Array;
  /** Sum of adjoint probe intensities, real [H, W]. */
  readonly objectWeight: Float32Array;
  /** Direction ΔO, complex [H, W]. */
  readonly objectStep: Float32Array;
  /** Sum over frames of O_r*·wave, complex [K, N, N]. */
  readonly probeSum: Float32Array;
  /** Sum over frames of |O_r|², real [N, N]. */
  readonly probeWeight: Float32Array;
  /** Direction ΔP, complex [K, N, N]. */
  readonly probeStep: Float32Array;
  /** Σ_m|P_m|², real [N, N]: written by `measureProbe`. */
  readonly probeLight: Float32Array;
  /** Σ_m P_m*·ΔP_m, complex [N, N]: written by `directProbe`. */
  readonly probeCross: Float32Array;
  /** O_r of the frames in flight, complex [slots, N, N]. */
  readonly patches: Float32Array;
  /** Exit waves or their changes, complex [waveSlots, K, N, N]. */
  readonly waves: Float32Array;
  /** Σ_m P_m*·wave_m of the frames in flight, complex [slots, N, N]. */
  readonly gradients: Float32Array;
  /** Measured counts, [countSlots, N, N] in an order of the kernels' own: written by `loadCounts` alone. */
  readonly counts: Uint8Array | Uint16Array | Float32Array;
  /** Expected background counts, real [N, N] in the kernels' order: written by `loadBackground` alone. */
  readonly background: Float32Array;
  /** Transfer function of the near field, complex [N, N], DC at [0, 0]; empty in the far field. */
  readonly transfer: Float32Array;
  /** Intensity factor of each frame, real [M]; 1 unless intensities float. */
  readonly scales: Float32Array;
  /** Scan positions, float64 [M]. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Where the counts of each frame lie, int32 [M]: a count slot, or −1 while they are not in memory. */
  readonly places: Int32Array;
  /** What kernels say of each frame, float64 [M, statsPerFrame]: see {@link statIndex}. */
  readonly stats: Float64Array;
  /** Sums that a task leaves for each frame, float64 [M, sumsPerFrame]. */
  readonly sums: Float64Array;
  /** The frames of the task at hand, int32 [M]. */
  readonly order: Int32Array;
  /** Numbers of the task at hand, float64 [64]. */
  readonly params: Float64Array;
  /** Command block of the threads, int32 [32]. */
  readonly control: Int32Array;
}

export const statsPerFrame = 8;
/** Where a number lies in a frame's row of `stats`. */
export const statIndex = {
  /** Σ(√λ−√n)² over the pixels that count. */
  misfit: 0,
  /** Poisson deviance 2Σ(n ln(n/λ) − n + λ). */
  deviance: 1,
  /** Σλ without the background, before the frame's scale. */
  intensity: 2,
  /** Σn over the pixels that count. */
  counts: 3,
} as const;
export const sumsPerFrame = 8;

type ArrayKind = "uint8" | "uint16" | "float32" | "float64" | "int32";

export interface ScanLayout {
  readonly shape: ScanShape;
  readonly arrays: { readonly [name in keyof ScanViews]: ArrayPlace };
  /** Bytes up to the end of the last array. */
  readonly bytes: number;
}

export interface ArrayPlace {
  readonly kind: ArrayKind;
  readonly offset: number;
  readonly length: number;
}

const bytesOf = { uint8: 1, uint16: 2, float32: 4, float64: 8, int32: 4 } as const;
/** A cache line: arrays begin on one, so that threads never share one across arrays. */
const alignment = 64;
/** Planes are multiples of 4 KiB: a few lines between them keep equal places of two planes out of one cache set. */
const stagger = 192;

/** Places every array of a scan in one buffer, from byte `base` on. */
export function planScan(shape: ScanShape, base = 0): ScanLayout {
  const { size, modes, frames, objectHeight, objectWidth, slots, waveSlots, countSlots } = shape;
  const pixels = size * size;
  const area = objectHeight * objectWidth;
  let end = base;
  function place(kind: ArrayKind, length: number): ArrayPlace {
    const offset = Math.ceil(end / alignment) * alignment + stagger;
    end = offset + length * bytesOf[kind];
    return { kind, offset, length };
  }
  const arrays = {
    object: place("float32", 2 * area),
    probe: place("float32", 2 * modes * pixels),
    objectSum: place("float32", 2 * area),
    objectWeight: place("float32", area),
    objectStep: place("float32", 2 * area),
    probeSum: place("float32", 2 * modes * pixels),
    probeWeight: place("float32", pixels),
    probeStep: place("float32", 2 * modes * pixels),
    probeLight: place("float32", pixels),
    probeCross: place("float32", 2 * pixels),
    patches: place("float32", 2 * slots * pixels),
    waves: place("float32", 2 * waveSlots * modes * pixels),
    gradients: place("float32", 2 * slots * pixels),
    counts: place(shape.countType, countSlots * pixels),
    background: place("float32", pixels),
    transfer: place("float32", shape.nearField ? 2 * pixels : 0),
    scales: place("float32", frames),
    x: place("float64", frames),
    y: place("float64", frames),
    places: place("int32", frames),
    stats: place("float64", frames * statsPerFrame),
    sums: place("float64", frames * sumsPerFrame),
    order: place("int32", frames),
    params: place("float64", 64),
    control: place("int32", 32),
  };
  return { shape, arrays, bytes: Math.ceil(end / alignment) * alignment };
}

/** The arrays of a layout as views of a buffer that is at least `layout.bytes` long. */
export function viewScan({ arrays }: ScanLayout, buffer: ArrayBuffer | SharedArrayBuffer): ScanViews {
  const float32 = ({ offset, length }: ArrayPlace) => new Float32Array(buffer, offset, length);
  const float64 = ({ offset, length }: ArrayPlace) => new Float64Array(buffer, offset, length);
  const int32 = ({ offset, length }: ArrayPlace) => new Int32Array(buffer, offset, length);
  return {
    object: float32(arrays.object),
    probe: float32(arrays.probe),
    objectSum: float32(arrays.objectSum),
    objectWeight: float32(arrays.objectWeight),
    objectStep: float32(arrays.objectStep),
    probeSum: float32(arrays.probeSum),
    probeWeight: float32(arrays.probeWeight),
    probeStep: float32(arrays.probeStep),
    probeLight: float32(arrays.probeLight),
    probeCross: float32(arrays.probeCross),
    patches: float32(arrays.patches),
    waves: float32(arrays.waves),
    gradients: float32(arrays.gradients),
    counts: countsView(arrays.counts, buffer),
    background: float32(arrays.background),
    transfer: float32(arrays.transfer),
    scales: float32(arrays.scales),
    x: float64(arrays.x),
    y: float64(arrays.y),
    places: int32(arrays.places),
    stats: float64(arrays.stats),
    sums: float64(arrays.sums),
    order: int32(arrays.order),
    params: float64(arrays.params),
    control: int32(arrays.control),
  };
}

function countsView(
  { kind, offset, length }: ArrayPlace,
  buffer: ArrayBuffer | SharedArrayBuffer,
): ScanViews["counts"] {
  if (kind === "uint8") return new Uint8Array(buffer, offset, length);
  if (kind === "uint16") return new Uint16Array(buffer, offset, length);
  return new Float32Array(buffer, offset, length);
}

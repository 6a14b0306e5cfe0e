// Frames as a trainer keeps them: whole counts in the smallest integer type that holds them all, transposed once, because
// spectra come transposed out of the graph (fields/dft.ts). They become float32 only when a batch is built.

import { DoselapError } from "../../errors.ts";
import { binomial } from "../../math/random/binomial.ts";
import { createRng, type Rng } from "../../math/random/rng.ts";

export type StoredCounts = Uint8Array | Uint16Array | Uint32Array | Float32Array;

export interface FrameStore {
  readonly frames: number;
  /** N. */
  readonly sizePx: number;
  /** Counts [M, N, N], each frame transposed. */
  readonly counts: StoredCounts;
  /** Whether every count is a whole number: only then can frames be thinned. */
  readonly whole: boolean;
  /** Mean counts per frame. */
  readonly meanCounts: number;
  /** Pixels that measured nothing in any frame, not 0 = masked, [N, N], transposed; their counts are 0. */
  readonly mask?: Uint8Array | undefined;
}

/** Stores √counts [M, N, N] as counts. What stands in a pixel of the `mask` [N, N] is not looked at.
 * @throws Contract (DATA-001) for a value that is no count, naming its frame and pixel. */
export function storeFrames(diffraction: Float32Array, sizePx: number, mask?: Uint8Array): FrameStore {
  const pixels = sizePx * sizePx;
  const frames = diffraction.length / pixels;
  let [largest, whole, sum] = [0, true, 0];
  const isMasked = (pixel: number): boolean => mask !== undefined && mask[pixel] !== 0;
  for (const [i, amplitude] of diffraction.entries()) {
    if (isMasked(i % pixels)) continue;
    if (!(amplitude >= 0 && amplitude < Infinity)) throw noCount(i, pixels, amplitude);
    const square = amplitude * amplitude;
    largest = Math.max(largest, square);
    sum += square;
    // A float32 root is off by up to 6e-8 of itself, its square by 1.2e-7.
    whole &&= Math.abs(square - Math.round(square)) <= 1e-6 + 5e-7 * square;
  }
  const counts = room(diffraction.length, largest, whole);
  for (let j = 0; j < frames; j++) {
    for (let row = 0; row < sizePx; row++) {
      for (let column = 0; column < sizePx; column++) {
        const from = row * sizePx + column;
        if (isMasked(from)) continue;
        const square = diffraction[j * pixels + from]! ** 2;
        counts[j * pixels + column * sizePx + row] = whole ? Math.round(square) : square;
      }
    }
  }
  return { frames, sizePx, counts, whole, meanCounts: sum / frames, mask: transposedMask(mask, sizePx) };
}

/** The mask of transposed frames. */
export function transposedMask(mask: Uint8Array | undefined, sizePx: number): Uint8Array | undefined {
  return mask?.map((_, i) => mask[(i % sizePx) * sizePx + Math.floor(i / sizePx)]!);
}

/** √counts, float32 [M, N, N], laid out as a scan's frames are; 0 in masked pixels. */
export function framesOf({ frames, sizePx, counts }: FrameStore): Float32Array {
  const pixels = sizePx * sizePx;
  const roots = new Float32Array(frames * pixels);
  for (let i = 0; i < roots.length; i++) {
    const [frame, at] = [i - (i % pixels), i % pixels];
    roots[frame + (at % sizePx) * sizePx + Math.floor(at / sizePx)] = Math.sqrt(counts[i]!);
  }
  return roots;
}

function room(length: number, largest: number, whole: boolean): StoredCounts {
  if (!whole) return new Float32Array(length);
  if (largest < 256) return new Uint8Array(length);
  if (largest < 65536) return new Uint16Array(length);
  return largest < 2 ** 32 ? new Uint32Array(length) : new Float32Array(length);
}

function noCount(at: number, pixels: number, value: number): DoselapError {
  return new DoselapError("Contract", "a frame holds a value that is no count", {
    key: `diffraction (frame ${Math.floor(at / pixels)}, pixel ${at % pixels})`,
    expected: "a finite number, 0 or more",
    got: String(value),
    finding: "DATA-001",
  });
}

/** Splits one frame's counts by chance: `kept` gets each photon with probability `fraction`, `rest` the others. Both are
 * Poisson again and independent of each other. */
export function splitCounts(
  { counts, sizePx }: FrameStore,
  frame: number,
  { fraction, rng }: { readonly fraction: number; readonly rng: Rng },
  kept: Float32Array,
  rest: Float32Array,
): void {
  const pixels = sizePx * sizePx;
  const start = frame * pixels;
  for (let i = 0; i < pixels; i++) {
    const all = counts[start + i]!;
    const part = all === 0 ? 0 : binomial(rng, all, fraction);
    kept[i] = part;
    rest[i] = all - part;
  }
}

/** @throws Contract (DATA-001) for frames that do not hold whole counts: there are no photons to split. */
export function expectWhole({ whole }: FrameStore): void {
  if (whole) return;
  throw new DoselapError(
    "Contract",
    "these frames do not hold whole photon counts, so they cannot be split",
    {
      key: "diffraction",
      expected: "square roots of whole numbers",
      got: "fractions",
      finding: "DATA-001",
      hint: "Convert the raw counts instead, or train pinn or supervised with seenShare: 1.",
    },
  );
}

/** The whole scan split in two: √counts of the kept photons, laid out as a scan's frames are, and the rest as stored frames.
 * The same for the same seed and `round`. @throws Contract (DATA-001) for frames that do not hold whole counts. */
export function splitScan(
  store: FrameStore,
  { fraction, seed, round }: { readonly fraction: number; readonly seed: number; readonly round: number },
): { readonly kept: Float32Array; readonly rest: FrameStore } {
  expectWhole(store);
  const { frames, sizePx } = store;
  const pixels = sizePx * sizePx;
  const kept = new Float32Array(frames * pixels);
  const rest = store.counts.slice();
  const [a, b] = [new Float32Array(pixels), new Float32Array(pixels)];
  const rng = createRng(seed, "thinning", { dose: round });
  let sum = 0;
  for (let j = 0; j < frames; j++) {
    rng.seek(j, 0);
    splitCounts(store, j, { fraction, rng }, a, b);
    rest.set(b, j * pixels);
    for (let i = 0; i < pixels; i++) {
      // Stored frames are transposed.
      kept[j * pixels + (i % sizePx) * sizePx + Math.floor(i / sizePx)] = Math.sqrt(a[i]!);
      sum += b[i]!;
    }
  }
  return { kept, rest: { ...store, counts: rest, meanCounts: sum / frames } };
}

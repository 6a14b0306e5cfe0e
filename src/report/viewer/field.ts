// One arm in the page: amplitude and phase of every pixel, from its two 8-bit pictures.

import type { CatalogPanel } from "./catalog.ts";
import { firstLevel, type LevelScale, valueOf } from "./levels.ts";
import { type IndexedPicture, readPngAddress } from "./read-png.ts";

/** What is known of a pixel. */
export const hidden = 0;
const bad = 1;
export const known = 2;

export interface Field {
  readonly width: number;
  readonly height: number;
  /** [height, width]. */
  readonly amplitude: Float32Array;
  /** Radians [height, width], on the branch around the condition's central phase. */
  readonly phase: Float32Array;
  /** `hidden`, not a finite number, or `known`, [height, width]. */
  readonly state: Uint8Array;
}

/** The field of two pictures. @throws Error when they differ in size. */
export function fieldOf(
  amplitude: IndexedPicture,
  phase: IndexedPicture,
  scales: { readonly amplitude: LevelScale; readonly phase: LevelScale },
): Field {
  const { width, height } = amplitude;
  if (phase.width !== width || phase.height !== height) throw new Error("amplitude and phase differ in size");
  const state = amplitude.entries.map((entry, i) => {
    const least = Math.min(entry, phase.entries[i]!);
    return least >= firstLevel ? known : entry === hidden ? hidden : bad;
  });
  return {
    width,
    height,
    amplitude: valuesOf(amplitude, scales.amplitude),
    phase: valuesOf(phase, scales.phase),
    state,
  };
}

/** Reads a panel's pictures out of the page. @throws Error when one is missing or broken. */
export async function loadField({ amplitude, phase }: CatalogPanel, page: ParentNode): Promise<Field> {
  const read = async (id: string): Promise<IndexedPicture> => {
    const image = page.querySelector<HTMLImageElement>(`img[data-picture="${CSS.escape(id)}"]`);
    if (image === null) throw new Error(`the page has no picture ${id}`);
    return readPngAddress(image.src);
  };
  const [one, other] = await Promise.all([read(amplitude.id), read(phase.id)]);
  return fieldOf(one, other, { amplitude: amplitude.scale, phase: phase.scale });
}

function valuesOf({ entries }: IndexedPicture, scale: LevelScale): Float32Array {
  const table = Float32Array.from({ length: 256 }, (_, entry) =>
    entry < firstLevel ? 0 : valueOf(scale, entry - firstLevel),
  );
  return Float32Array.from(entries, (entry) => table[entry]!);
}

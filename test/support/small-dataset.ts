// A dataset of five 8×8 frames on a 20×24 object, with values that tell every index apart.

import type { AnyArray } from "../../src/array/ndarray.ts";
import type { Dataset } from "../../src/data/dataset.ts";

const [frames, size, height, width] = [5, 8, 20, 24];

export function smallDataset(changes: Partial<Dataset> = {}): Dataset {
  return {
    frames,
    size,
    diffraction: Float32Array.from({ length: frames * size * size }, (_, i) => Math.sqrt(i % 97)),
    positions: { x: Float64Array.of(4, 8.5, 12, 16.25, 20), y: Float64Array.of(4, 5, 9.75, 12, 16) },
    probe: { modes: 1, size, data: complexRamp(size * size) },
    object: { height, width, data: complexRamp(height * width) },
    scanIndex: Int32Array.of(0, 0, 1, 1, 2),
    metadata: {
      nphotons: 1000,
      note: "µ",
      provenance: [{ operation: "simulate", parameters: { seed: 42 } }],
    },
    ...changes,
  };
}

/** The arrays of a DATA-001 file with the same content; entries that are undefined are left out. */
export function smallArrays(changes: Record<string, AnyArray | undefined> = {}): Record<string, AnyArray> {
  const { diffraction, positions, probe, object } = smallDataset();
  const all: Record<string, AnyArray | undefined> = {
    diffraction: { dtype: "float32", shape: [frames, size, size], data: diffraction },
    xcoords: { dtype: "float64", shape: [frames], data: positions.x },
    ycoords: { dtype: "float64", shape: [frames], data: positions.y },
    probeGuess: { dtype: "complex64", shape: [size, size], data: probe.data },
    objectGuess: { dtype: "complex64", shape: [height, width], data: object.data },
    ...changes,
  };
  const present: Record<string, AnyArray> = {};
  for (const [key, array] of Object.entries(all)) if (array !== undefined) present[key] = array;
  return present;
}

/** A metadata array with this JSON. */
export function jsonArray(value: unknown): AnyArray {
  return { dtype: "string", shape: [], data: [JSON.stringify(value)] };
}

function complexRamp(count: number): Float32Array {
  return Float32Array.from({ length: 2 * count }, (_, i) => ((i * 7) % 31) / 31);
}

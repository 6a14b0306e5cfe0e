// What a training job must know of a data file before anything is trained: frame size, frame count, object frame.
// Reads headers only, never the arrays.

import { shapeText } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { openNpz } from "../../io/npz.ts";

export interface DatasetFacts {
  /** N. */
  readonly sizePx: number;
  /** M. */
  readonly frames: number;
  /** [height, width] of `objectGuess`; undefined when the file has none. */
  readonly objectShape: readonly [number, number] | undefined;
}

/** @throws File, Format for an unreadable file, Contract for one without square frames. */
export async function readDatasetFacts(path: string): Promise<DatasetFacts> {
  const file = await openNpz(path);
  try {
    const key = ["diff3d", "diffraction"].find((name) => file.names.includes(name));
    if (key === undefined) {
      throw new DoselapError("Contract", "has no frames", {
        file: path,
        expected: "an array named diffraction",
        got: file.names.join(", "),
        finding: "DATA-001",
      });
    }
    const { shape } = await file.header(key);
    const [frames, height, width] = shape;
    if (shape.length !== 3 || frames === undefined || height === undefined || height !== width) {
      throw new DoselapError("Contract", "frames are not square images", {
        file: path,
        key,
        expected: "(M, N, N)",
        got: shapeText(shape),
        finding: "DATA-001",
        hint: "`doselap convert` writes the canonical layout.",
      });
    }
    const object = file.names.includes("objectGuess") ? (await file.header("objectGuess")).shape : [];
    const [objectHeight, objectWidth] = object;
    const objectShape =
      object.length === 2 && objectHeight !== undefined && objectWidth !== undefined
        ? ([objectHeight, objectWidth] as const)
        : undefined;
    return { sizePx: height, frames, objectShape };
  } finally {
    await file.close();
  }
}

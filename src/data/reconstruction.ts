// What `doselap reconstruct` and `infer` write, and `convert` of the reconstructions of others: an object and a probe, perhaps the positions, and no frames. By its names alone it is
// a dataset that has lost its frames; its provenance says what it is.

import type { NpzFile } from "../io/npz.ts";
import { readMetadata } from "./metadata.ts";

/** `content` in the provenance of a reconstruction that was converted. */
export const convertedReconstruction = "reconstruction";

const made: readonly (string | undefined)[] = ["reconstruct", "infer"];

/** @throws Format for metadata that cannot be read. */
export async function isReconstruction(npz: NpzFile): Promise<boolean> {
  const has = (name: string): boolean => npz.names.includes(name);
  if (has("diffraction") || has("diff3d") || !has("objectGuess") || !has("probeGuess")) return false;
  if (!has("xcoords")) return true;
  const { metadata } = await readMetadata(npz);
  const { provenance = [] } = metadata;
  return provenance.some(
    ({ operation, parameters }) =>
      made.includes(operation) || parameters["content"] === convertedReconstruction,
  );
}

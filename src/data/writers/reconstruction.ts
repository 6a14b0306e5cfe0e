// A reconstruction as `doselap reconstruct` writes it, whoever made it: object, probe and positions in object pixels, and what is
// known of the geometry in the metadata, so that metrics, convert and a start probe take it.

import type { AnyArray } from "../../array/ndarray.ts";
import type { Positions } from "../../array/scan.ts";
import { writeNpz } from "../../io/npz.ts";
import { metadataArray, metadataKey } from "../metadata.ts";
import { objectArray, probeArray, vector } from "./arrays.ts";
import { geometryMetadata, pixelSizeOf, type ScanContent } from "./content.ts";
import { neededGeometry, present } from "./writer.ts";

/** An object and a probe without the frames that they came from. */
export function isReconstructionContent({ frames, object, probe, dataset }: ScanContent): boolean {
  return dataset === undefined && frames === undefined && object !== undefined && probe !== undefined;
}

/** Positions in metres become pixels by the size of one. */
export function neededForReconstruction(content: ScanContent): readonly string[] {
  return neededGeometry(content, { pixel: content.positions?.unit === "m" });
}

/** Positions that would leave the object are taken to be counted from another place. */
export function reconstructionDoubts(content: ScanContent): readonly string[] {
  return positionsInPixels(content)?.isMoved === true
    ? [
        `${content.file}: the positions are not counted from the middle of the object; their middle is put there`,
      ]
    : [];
}

/** @throws File, Contract. */
export async function writeReconstruction(path: string, content: ScanContent): Promise<void> {
  const hint = "An NPZ holds a whole dataset, or an object with its probe.";
  const object = present(content.object, "object", content, hint);
  const probe = present(content.probe, "probe", content, hint);
  const places = positionsInPixels(content)?.positions;
  const modes = probeArray(probe);
  const { scales } = content;
  const arrays: Record<string, AnyArray> = {
    objectGuess: objectArray(object),
    probeGuess: probe.modes === 1 ? { ...modes, shape: [probe.size, probe.size] } : modes,
    ...(places === undefined ? {} : { xcoords: vector(places.x), ycoords: vector(places.y) }),
    ...(scales === undefined
      ? {}
      : { scales: { dtype: "float32", shape: [scales.length], data: Float32Array.from(scales) } }),
    [metadataKey]: metadataArray({ ...content.metadata, ...geometryMetadata(content.geometry) }, path),
  };
  await writeNpz(path, arrays);
}

function positionsInPixels(
  content: ScanContent,
): { readonly positions: Positions; readonly isMoved: boolean } | undefined {
  const { positions, object, probe } = content;
  if (positions === undefined || object === undefined || probe === undefined) return undefined;
  if (positions.unit === "px") return { positions, isMoved: false };
  const size = pixelSizeOf(content)!;
  const lengths = [object.width, object.height] as const;
  const counted = [positions.x, positions.y].map((values, axis) =>
    values.map((value) => value / size + lengths[axis]! / 2),
  );
  // Half a pixel for programs that count from the middle of a pixel.
  const margin = probe.size / 2 - 0.5;
  const isInside = counted.every((values, axis) =>
    values.every((value) => value >= margin && value <= lengths[axis]! - margin),
  );
  const placed = isInside ? counted : counted.map((values, axis) => centred(values, lengths[axis]!));
  return { positions: { x: placed[0]!, y: placed[1]! }, isMoved: !isInside };
}

function centred(values: Float64Array, length: number): Float64Array {
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const most = values.reduce((high, value) => Math.max(high, value), -Infinity);
  return values.map((value) => value - (least + most) / 2 + length / 2);
}

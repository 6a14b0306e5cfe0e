// Which image of a CXI file is the probe and which the object. CXI itself numbers reconstructions: image_1 is the object. Our own
// files and others have the probe first. A probe is as large as the frames; an object of a scan is larger.

import { shapeText, sizeOf } from "../../array/ndarray.ts";
import type { ArrayNode } from "../tree.ts";
import { firstAt, type LookUp } from "../scan/look-up.ts";
import type { RawFrames } from "../scan/raw-scan.ts";

/** Arrays of the images. */
export const imagePath = /^\/entry_1\/image_\d\/data$/u;
const illuminations = [
  "/entry_1/instrument_1/source_1/illumination",
  "/entry_1/instrument_1/source_1/data_illumination",
];

/** Each image that is not used is a warning. */
export function cxiImages(
  look: LookUp,
  frames: Pick<RawFrames, "height" | "width"> | undefined,
): { readonly probe?: ArrayNode | undefined; readonly object?: ArrayNode | undefined } {
  const { tree } = look;
  const images = tree.arrays.filter(({ path }) => imagePath.test(path)).toSorted(byPath);
  const complex = images.filter(({ dtype }) => dtype === "complex64" || dtype === "complex128");
  const probe = firstAt(tree, illuminations) ?? probeAmong(complex, frames);
  const [object, ...others] = complex
    .filter(({ path }) => path !== probe?.path)
    .toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape) || byPath(a, b));
  for (const [role, node] of Object.entries({ probe, object }))
    if (node !== undefined) look.told.push(`${role}: ${textOf(node)}`);
  for (const node of others) look.warnings.push(`not read: ${textOf(node)}: ${object!.path} is the object`);
  for (const node of images)
    if (!complex.includes(node))
      look.warnings.push(`not read: ${textOf(node)}: neither a probe nor an object, which are complex`);
  return { probe, object };
}

function probeAmong(
  images: readonly ArrayNode[],
  frames: Pick<RawFrames, "height" | "width"> | undefined,
): ArrayNode | undefined {
  const square = images.filter(({ shape }) => shape.length >= 2 && shape.at(-1) === shape.at(-2));
  if (frames !== undefined)
    return square.find(({ shape }) => shape.at(-1) === frames.width && shape.at(-2) === frames.height);
  // Without frames: modes, or the smaller of two.
  const ofModes = square.find(({ shape }) => shape.length === 3 && shape[0]! > 1);
  if (ofModes !== undefined || images.length < 2) return ofModes;
  const widest = Math.max(...images.map(({ shape }) => shape.at(-1)!));
  return square.find(({ shape }) => shape.at(-1)! < widest);
}

function textOf({ path, typeName, shape }: ArrayNode): string {
  return `${path}, ${typeName} ${shapeText(shape)}`;
}

function byPath(a: ArrayNode, b: ArrayNode): number {
  return a.path < b.path ? -1 : 1;
}

// The bad pixels of PtyPy's data: weights of 0, one plane for all frames or a plane for each in the chunks.

import { sizeOf } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { realNumbers } from "../../array/cast.ts";
import { concatenated } from "../scan/frames-of.ts";
import { arrayAt, type LookUp } from "../scan/look-up.ts";
import type { RawFrames } from "../scan/raw-scan.ts";

type Size = Pick<RawFrames, "height" | "width">;

/** uint8 [height, width], not 0 = bad in all frames or, with a warning, in some. */
export async function ptypyMask(
  look: LookUp,
  size: Size,
  chunks: readonly number[],
): Promise<Uint8Array | undefined> {
  const ofAll = await look.optional("mask", () => ofPlane(look, size));
  const ofEach = await look.optional("weights of the frames", () => ofChunks(look, size, chunks));
  if (ofAll === undefined || ofEach === undefined) return ofAll ?? ofEach;
  return ofAll.map((bad, i) => bad | ofEach[i]!);
}

async function ofPlane(look: LookUp, { height, width }: Size): Promise<Uint8Array | undefined> {
  const node = look.first("mask", ["/meta/weight2d", "/common/weight2d"]);
  if (node === undefined) return undefined;
  const weights = realNumbers(await node.read());
  // PtyPy leaves an empty or one-element array when every pixel is good.
  if (weights === undefined || weights.length <= 1) return undefined;
  if (weights.length !== height * width) throw unfit(look, node.path, { height, width }, weights.length);
  return Uint8Array.from(weights, (weight) => (weight > 0 ? 0 : 1));
}

async function ofChunks(
  look: LookUp,
  { height, width }: Size,
  chunks: readonly number[],
): Promise<Uint8Array | undefined> {
  const nodes = chunks.flatMap((number) => {
    const node = arrayAt(look.tree, `/chunks/${number}/weights`);
    return node === undefined || sizeOf(node.shape) <= 1 ? [] : [node];
  });
  if (nodes.length === 0) return undefined;
  const pixels = height * width;
  const key = nodes[0]!.path;
  if (nodes.some(({ shape }) => shape.length !== 3 || shape[1] !== height || shape[2] !== width))
    throw unfit(look, key, { height, width }, sizeOf(nodes[0]!.shape));
  const stack = concatenated(nodes, look.tree.file);
  const [count] = stack.shape as readonly [number, ...number[]];
  const timesBad = new Uint32Array(pixels);
  let isGraded = false;
  const block = Math.max(1, Math.floor(2 ** 22 / pixels));
  for (let first = 0; first < count; first += block) {
    const weights = realNumbers(await stack.readRows(first, Math.min(block, count - first)));
    weights?.forEach((weight, i) => {
      if (!(weight > 0)) timesBad[i % pixels]!++;
      else if (weight !== 1) isGraded = true;
    });
  }
  const bad = timesBad.filter((times) => times > 0).length;
  const changing = timesBad.filter((times) => times > 0 && times < count).length;
  const { file } = look.tree;
  if (changing > 0)
    look.warnings.push(
      `${file}: /chunks/…/weights differ from frame to frame: ${changing} pixels that weigh nothing in some frames are left out in all`,
    );
  if (isGraded) look.warnings.push(`${file}: /chunks/…/weights other than 0 and 1 count as 1`);
  look.told.push(`mask: /chunks/…/weights, ${bad} of ${pixels} pixels are bad`);
  return Uint8Array.from(timesBad, (times) => (times > 0 ? 1 : 0));
}

function unfit(look: LookUp, key: string, { height, width }: Size, got: number): DoselapError {
  return new DoselapError("Contract", "the weights do not fit the frames", {
    file: look.tree.file,
    key,
    expected: `${height} × ${width}`,
    got: `${got} weights`,
  });
}

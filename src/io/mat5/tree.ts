// A MATLAB file of version 5 to 7.2 as a tree of arrays: a variable is an array, a struct or cell a folder. MATLAB 7.3 is HDF5.

import type { ByteSource } from "../byte-source.ts";
import { defaultMaxArrayBytes, openSource, type ReadLimits } from "../source.ts";
import { nodeAt, type ArrayNode, type ArrayTree } from "../tree.ts";
import { inflatedBytes, plainBytes, type Bytes } from "./bytes.ts";
import { elementAt, mi, unsound, type Element, type Place } from "./element.ts";
import { collectNodes, matrixName } from "./matrix.ts";

const headerBytes = 128;
/** Deflate cannot do better. */
const maxDeflateRatio = 1032;
const maxVariables = 10_000;

/** Whether the bytes begin like a MATLAB 5 file: version 1.0 and the mark of byte order. */
export function isMat5(head: Uint8Array): boolean {
  const [high, low, first, second] = head.subarray(124, 128);
  const isLittle = high === 0 && low === 1 && first === 0x49 && second === 0x4d;
  return isLittle || (high === 1 && low === 0 && first === 0x4d && second === 0x49);
}

/** Opens a file. Close it. @throws File, Format. */
export async function openMat5Tree(path: string, limits: ReadLimits = {}): Promise<ArrayTree> {
  const source = await openSource(path, limits);
  try {
    return await mat5Tree(source, limits);
  } catch (cause) {
    await source.close();
    throw cause;
  }
}

/** The variables of an open source, which closing the tree closes. @throws Format. */
export async function mat5Tree(
  source: ByteSource,
  { maxArrayBytes = defaultMaxArrayBytes }: ReadLimits = {},
): Promise<ArrayTree> {
  const { file, size } = source;
  const head = new Uint8Array(Math.min(headerBytes, size));
  await source.readInto(head, 0);
  if (!isMat5(head)) throw unsound({ file, key: "header" }, "version 1.0 and IM or MI", "other bytes");
  const littleEndian = head[126] === 0x49;
  const whole = plainBytes(source, 0, size, "file");
  const opened: Bytes[] = [];
  const arrays: ArrayNode[] = [];
  const outer: Place = { bytes: whole, littleEndian, file, key: "file" };
  for (let at = headerBytes, count = 0; at < size; count++) {
    if (count >= maxVariables) throw unsound(outer, `at most ${maxVariables} variables`, "more");
    const element = await elementAt({ ...outer, key: `variable ${count + 1}` }, at, size);
    const isCompressed = element.type === mi.compressed;
    const { place, matrix } = isCompressed
      ? await unwrapped(source, element, outer, count)
      : { place: { ...outer, key: `variable ${count + 1}` }, matrix: element };
    if (isCompressed) opened.push(place.bytes);
    if (matrix.type === mi.matrix && matrix.size > 0) {
      const name = await matrixName(place, matrix);
      const options = { maxArrayBytes, storage: isCompressed ? "deflate" : "" };
      // MATLAB keeps what belongs to its objects in a variable without a name.
      if (name !== "") await collectNodes({ ...place, key: name }, matrix, `/${name}`, options, arrays);
    }
    // Compressed elements are not padded.
    at = isCompressed ? element.at + element.size : element.next;
  }
  return {
    file,
    container: "MATLAB 5",
    arrays,
    problems: [],
    find: (path) => nodeAt(arrays, path),
    attributesOf: (wanted) => arrays.find(({ path }) => path === wanted)?.attributes() ?? {},
    async close() {
      for (const bytes of opened) await bytes.close();
      await source.close();
    },
  };
}

/** The element in a compressed one: its size is in its own tag. */
async function unwrapped(
  source: ByteSource,
  { at, size }: Element,
  outer: Place,
  count: number,
): Promise<{ place: Place; matrix: Element }> {
  const key = `variable ${count + 1}`;
  const range = { start: at, length: size, wrapping: "zlib", where: { file: source.file, key } } as const;
  const head = inflatedBytes(source, range, 8);
  const tag = await head.at(0, 8);
  await head.close();
  const view = new DataView(tag.buffer, tag.byteOffset, 8);
  const content = 8 + view.getUint32(4, outer.littleEndian);
  const place = { ...outer, key };
  if (content > size * maxDeflateRatio + 1024)
    throw unsound(place, `at most ${size * maxDeflateRatio} bytes from ${size}`, `${content}`);
  const bytes = inflatedBytes(source, range, content);
  return { place: { ...place, bytes }, matrix: await elementAt({ ...place, bytes }, 0, content) };
}

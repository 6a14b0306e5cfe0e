// The group /doselap of an HDF5 file: what the file's own format has no place for, and links to what it has, so that a dataset
// that was converted comes back bit for bit. Positions in metres alone would not: dividing by a pixel size rounds.

import { DoselapError, messageOf } from "../../errors.ts";
import type { WrittenGroup, WrittenNode } from "../../io/hdf5/write.ts";
import type { ArrayNode, ArrayTree } from "../../io/tree.ts";
import { realNumbers } from "../../array/cast.ts";
import { datasetArrays } from "../candidate.ts";
import type { Dataset, Metadata } from "../dataset.ts";
import { metadataArray } from "../metadata.ts";
import type { CountFrames, ScanContent } from "./content.ts";
import { LookUp } from "../../io/scan/look-up.ts";

const group = "/doselap";

/** The group; `linked` names what the format itself holds. */
export function doselapGroup(
  content: ScanContent,
  linked: {
    readonly counts?: string;
    readonly probe: string;
    readonly object: string;
    readonly mask?: string;
  },
): WrittenNode | undefined {
  const { dataset, frames, file } = content;
  if (dataset === undefined || frames === undefined) return undefined;
  const arrays = datasetArrays(dataset);
  const kept = (["xcoords", "ycoords", "scan_index", "Y"] as const).flatMap((name) => {
    const array = arrays[name];
    return array === undefined ? [] : [[name, { kind: "array", array } satisfies WrittenNode] as const];
  });
  const link = (target: string): WrittenNode => ({ kind: "link", target });
  const { mask } = arrays;
  return {
    kind: "group",
    children: {
      ...Object.fromEntries(kept),
      counts: linked.counts === undefined ? countsNode(frames) : link(linked.counts),
      probeGuess: link(linked.probe),
      objectGuess: link(linked.object),
      ...(mask === undefined
        ? {}
        : { mask: linked.mask === undefined ? { kind: "array", array: mask } : link(linked.mask) }),
      metadata: { kind: "array", array: metadataArray(dataset.metadata, file) },
    },
  };
}

/** Frames at most in memory while they are written, bytes. */
const blockBytes = 32 * 2 ** 20;

/** The frames as a dataset, written in blocks. */
export function countsNode({ count, height, width, type, read }: CountFrames, attributes = {}): WrittenNode {
  const pixels = height * width;
  return {
    kind: "rows",
    dtype: type,
    shape: [count, height, width],
    rowsAtOnce: Math.max(1, Math.floor(blockBytes / (8 * pixels))),
    attributes,
    async rows(first, many) {
      const values = await read(first, many);
      const shape = [many, height, width];
      switch (type) {
        case "uint16":
          return { dtype: type, shape, data: Uint16Array.from(values) };
        case "uint32":
          return { dtype: type, shape, data: Uint32Array.from(values) };
        case "int32":
          return { dtype: type, shape, data: Int32Array.from(values) };
        case "int64":
          return { dtype: type, shape, data: BigInt64Array.from(values, BigInt) };
        case "float64":
          return { dtype: type, shape, data: values };
        default:
          throw type satisfies never;
      }
    },
  };
}

export function withGroup(root: WrittenGroup, own: WrittenNode | undefined): WrittenGroup {
  return own === undefined ? root : { ...root, children: { ...root.children, doselap: own } };
}

/** Whether the file holds a whole dataset. */
export function hasDoselapGroup(tree: ArrayTree): boolean {
  return tree.container === "HDF5" && tree.find(`${group}/counts`) !== undefined;
}

/** The dataset of the group. @throws Contract for a part that is missing or of another kind. */
export async function readDoselapGroup(tree: ArrayTree): Promise<Dataset> {
  const look = new LookUp(tree, `${group} is there: a dataset of doselap`);
  const at = (name: string): ArrayNode => look.required(name, [`${group}/${name}`]);
  const optional = async (name: string): Promise<Float64Array | undefined> => {
    const node = tree.find(`${group}/${name}`);
    return node === undefined ? undefined : look.vector(node);
  };
  const counts = at("counts");
  const [frames = 0, size = 0] = counts.shape;
  const diffraction = new Float32Array(frames * size * size);
  const rowsAtOnce = Math.max(1, Math.floor(blockBytes / Math.max(1, 8 * size * size)));
  for (let first = 0; first < frames; first += rowsAtOnce) {
    const values = realNumbers(await counts.readRows(first, Math.min(rowsAtOnce, frames - first)));
    diffraction.set(Float32Array.from(values ?? [], Math.sqrt), first * size * size);
  }
  const mask = await optional("mask");
  const patches = tree.find(`${group}/Y`);
  return {
    frames,
    size,
    diffraction,
    positions: { x: await look.vector(at("xcoords")), y: await look.vector(at("ycoords")) },
    probe: await look.probe(at("probeGuess")),
    object: await look.object(at("objectGuess")),
    scanIndex: Int32Array.from(await look.vector(at("scan_index"))),
    ...(patches === undefined ? {} : { patches: (await look.probe(patches)).data }),
    ...(mask === undefined ? {} : { mask: Uint8Array.from(mask, (value) => (value === 0 ? 0 : 1)) }),
    metadata: await metadataOf(at("metadata"), tree.file),
  };
}

async function metadataOf(node: ArrayNode, file: string): Promise<Metadata> {
  const array = await node.read();
  const text = array.dtype === "string" ? array.data[0] : undefined;
  try {
    // The declarations are of NPZ files, and the writer's business.
    const {
      layout: _layout,
      domain: _domain,
      ...metadata
    } = JSON.parse(text ?? "") as Record<string, unknown>;
    return metadata;
  } catch (cause) {
    throw new DoselapError("Contract", "is not readable", {
      file,
      key: node.path,
      expected: "one text holding a JSON object",
      got: messageOf(cause),
      finding: "DATA-001",
    });
  }
}

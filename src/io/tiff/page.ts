// The pixels of one TIFF page: its strips or tiles read, decompressed and put in their places.

import { DoselapError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { parseDescr, type NpyDType } from "../npy-dtype.ts";
import { swapBytes } from "../npy.ts";
import { decompressed, refuseCompression } from "./decompress.ts";
import type { TiffPage } from "./directory.ts";
import { joinFloatBytes, sumNeighbours } from "./predictor.ts";

/** More than any of the compressions gives from a byte. */
const maxRatio = 4096;

/** The type of the pixels, as they leave this reader: little-endian; undefined for colours and odd sizes. */
export function pixelType({ bits, format, samples }: TiffPage): NpyDType | undefined {
  if (format === "other" || samples !== 1 || bits % 8 !== 0) return undefined;
  const type = parseDescr(`<${format}${bits / 8}`);
  return type?.dtype === undefined ? undefined : type;
}

/** In words, as the type of an array that is not read. */
export function pixelTypeName(page: TiffPage): string {
  const { bits, samples, format } = page;
  const kind = { u: "uint", i: "int", f: "float", other: "bits" }[format];
  return pixelType(page)?.name ?? `${kind}${bits}${samples === 1 ? "" : ` × ${samples} samples`}`;
}

/** Fills `out` with the page, rows from the top, little-endian. @throws Format. */
export async function readPage(
  source: ByteSource,
  page: TiffPage,
  { out, key }: { readonly out: Uint8Array; readonly key: string },
): Promise<void> {
  const where = { file: source.file, key };
  const { width, height, segment, isTiled, offsets, byteCounts, compression } = page;
  const itemBytes = page.bits / 8;
  refuseCompression(compression, where);
  refuseLies(source, page, out.length, where);
  const across = Math.ceil(width / segment.width);
  for (let i = 0; i < offsets.length; i++) {
    const [left, top] = [(i % across) * segment.width, Math.floor(i / across) * segment.height];
    const rows = Math.min(segment.height, height - top);
    const columns = Math.min(segment.width, width - left);
    const rowBytes = segment.width * itemBytes;
    const stored = new Uint8Array(byteCounts[i]!);
    await source.readInto(stored, offsets[i]!);
    const least = isTiled ? rowBytes * segment.height : rowBytes * rows;
    const content = decompressed(stored, { compression, least, most: rowBytes * segment.height }, where);
    const pixels = predicted(content.slice(0, least), page, where);
    for (let y = 0; y < rows; y++) {
      const row = pixels.subarray(y * rowBytes, y * rowBytes + columns * itemBytes);
      out.set(row, ((top + y) * width + left) * itemBytes);
    }
  }
}

/** @throws Format for segments outside of the file, or a page that they cannot fill. */
function refuseLies(
  { size }: ByteSource,
  { offsets, byteCounts, segment, bits }: TiffPage,
  pageBytes: number,
  where: { readonly file: string; readonly key: string },
): void {
  const outside = offsets.findIndex((offset, i) => offset + byteCounts[i]! > size);
  const segmentBytes = (segment.width * segment.height * bits) / 8;
  const stored = byteCounts.reduce((sum, count) => sum + count, 0);
  if (outside < 0 && Math.max(segmentBytes, pageBytes) <= maxRatio * Math.max(stored, 1)) return;
  throw new DoselapError("Format", "declares pixels that its bytes cannot give", {
    ...where,
    expected:
      outside < 0
        ? `at most ${maxRatio * stored} bytes`
        : `a file of at least ${offsets[outside]! + byteCounts[outside]!} bytes`,
    got: outside < 0 ? `${Math.max(segmentBytes, pageBytes)}` : `${size}`,
    hint: "The file is truncated or damaged.",
  });
}

function predicted(
  bytes: Uint8Array,
  { predictor, segment, bits, littleEndian, format }: TiffPage,
  where: { readonly file: string; readonly key: string },
): Uint8Array {
  const itemBytes = bits / 8;
  if (predictor === 3 && format === "f") return joinFloatBytes(bytes, segment.width, itemBytes);
  if (!littleEndian) swapBytes(bytes, itemBytes);
  if (predictor === 2) sumNeighbours(bytes, segment.width, itemBytes);
  else if (predictor !== 1) {
    throw new DoselapError("Format", "has a predictor that is not read", {
      ...where,
      expected: "none, 2 for whole numbers or 3 for floating-point numbers",
      got: `${predictor}`,
    });
  }
  return bytes;
}

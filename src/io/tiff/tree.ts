// The pages of a TIFF file, or of all TIFF files of a folder in natural order, as stacks: pages of one size and type are one array,
// read page by page. ImageJ writes stacks of more than 4 GiB as one page with the others right behind it.

import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { sizeOf, type AnyArray } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { fileError } from "../file-error.ts";
import { linkedFile } from "../linked-file.ts";
import { arrayOf } from "../npy.ts";
import { checkRows, checkSize } from "../row-range.ts";
import { allocate, defaultMaxArrayBytes, openSource } from "../source.ts";
import { nodeAt, type ArrayNode, type ArrayTree } from "../tree.ts";
import { isTiff, tiffPages, type TiffPage } from "./directory.ts";
import { pixelType, pixelTypeName, readPage } from "./page.ts";

interface PlacedPage {
  readonly file: string;
  /** In its file, for messages. */
  readonly number: number;
  readonly page: TiffPage;
}

export interface TiffOptions {
  readonly maxArrayBytes?: number | undefined;
  readonly allowOutsideLinks?: boolean | undefined;
}

/** Whether a folder has TIFF files in it. @throws File. */
export async function isTiffFolder(folder: string): Promise<boolean> {
  for (const name of await namesIn(folder)) if (await beginsLikeTiff(join(folder, name))) return true;
  return false;
}

/** The pages of a file. Close it. @throws File, Format. */
export async function openTiffTree(path: string, options: TiffOptions = {}): Promise<ArrayTree> {
  const source = await openSource(path);
  try {
    const found = (await tiffPages(source)).map((page, number) => ({ file: path, number, page }));
    const pages = withImageJPages(found, source.size);
    return treeOf(path, pages, {
      ...options,
      problems: [],
      close: () => source.close(),
      withFile: (_, use) => use(source),
    });
  } catch (cause) {
    await source.close();
    throw cause;
  }
}

/** The pages of every TIFF file of a folder; each is opened when it is read. @throws File, Format. */
export async function openTiffFolder(folder: string, options: TiffOptions = {}): Promise<ArrayTree> {
  const pages: PlacedPage[] = [];
  const problems: string[] = [];
  const { allowOutsideLinks: allowOutside = false } = options;
  for (const name of await namesIn(folder)) {
    const file = linkedFile(name, { from: join(folder, name), base: folder, key: name, allowOutside });
    if (!(await beginsLikeTiff(file))) {
      problems.push(`${name}: is no TIFF file`);
      continue;
    }
    const found = await withFile(file, tiffPages);
    pages.push(...found.map((page, number) => ({ file, number, page })));
  }
  return treeOf(folder, pages, { ...options, problems, close: () => Promise.resolve(), withFile });
}

async function withFile<Result>(file: string, use: (source: ByteSource) => Promise<Result>): Promise<Result> {
  const source = await openSource(file);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** frame_2 before frame_10. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const { compare } = new Intl.Collator("en", { numeric: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .toSorted(compare);
  } catch (cause) {
    throw fileError("cannot be read", folder, cause);
  }
}

async function beginsLikeTiff(file: string): Promise<boolean> {
  try {
    // A pipe would let its reader wait for ever.
    if (!(await stat(file)).isFile()) return false;
    const handle = await open(file, "r");
    try {
      const head = new Uint8Array(4);
      return (await handle.read(head, 0, 4, 0)).bytesRead === 4 && isTiff(head);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileError("cannot be opened", file, cause);
  }
}

/** One directory that stands for several pages: "images=100" in its description, and the bytes are there. */
function withImageJPages(pages: readonly PlacedPage[], size: number): readonly PlacedPage[] {
  const [first] = pages;
  const { page } = first!;
  const count = Number(/^ImageJ=.*^images=(\d+)/msu.exec(page.description)?.[1] ?? 1);
  const [offset = 0] = page.offsets;
  const pageBytes = (page.width * page.height * page.bits) / 8;
  const isWhole = page.compression === 1 && page.offsets.length === 1 && page.byteCounts[0]! >= pageBytes;
  if (pages.length > 1 || count <= 1 || !isWhole || offset + count * pageBytes > size) return pages;
  return Array.from({ length: count }, (_, number) => ({
    ...first!,
    number,
    page: { ...page, offsets: [offset + number * pageBytes], byteCounts: [pageBytes] },
  }));
}

interface Access extends TiffOptions {
  readonly problems: readonly string[];
  withFile(file: string, use: (source: ByteSource) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

function treeOf(file: string, pages: readonly PlacedPage[], access: Access): ArrayTree {
  const kinds = new Map<string, PlacedPage[]>();
  for (const placed of pages) {
    const { width, height } = placed.page;
    const kind = `${height}x${width} ${pixelTypeName(placed.page)}`;
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, [placed]);
    else known.push(placed);
  }
  const arrays = [...kinds.values()]
    .toSorted((a, b) => b.length - a.length)
    .map((group, i) => nodeOf(i === 0 ? "/pages" : `/pages_${i + 1}`, group, file, access));
  return {
    file,
    container: "TIFF",
    arrays,
    problems: access.problems,
    find: (path) => nodeAt(arrays, path),
    attributesOf: () => ({}),
    close: () => access.close(),
  };
}

function nodeOf(
  path: string,
  pages: readonly PlacedPage[],
  file: string,
  { maxArrayBytes = defaultMaxArrayBytes, withFile: within }: Access,
): ArrayNode {
  const { page } = pages[0]!;
  const { width, height, description } = page;
  const shape = [pages.length, height, width];
  const type = pixelType(page);
  const where = { file, key: path };

  async function readRows(first: number, count: number): Promise<AnyArray> {
    checkRows(shape, first, count, where);
    if (type === undefined) {
      throw new DoselapError("Format", "has pixels of a kind that is not read", {
        ...where,
        expected: "one number a pixel of 8, 16, 32 or 64 bits",
        got: pixelTypeName(page),
      });
    }
    const pageBytes = width * height * type.itemBytes;
    checkSize(count * pageBytes, maxArrayBytes, where);
    const bytes = allocate(count * pageBytes, file, path);
    for (let row = 0; row < count;) {
      // Pages of one file are read while it is open.
      const { file: from } = pages[first + row]!;
      await within(from, async (source) => {
        for (; row < count && pages[first + row]!.file === from; row++) {
          const { page: next, number } = pages[first + row]!;
          const out = bytes.subarray(row * pageBytes, (row + 1) * pageBytes);
          await readPage(source, next, { out, key: `page ${number}` });
        }
      });
    }
    return arrayOf(type, [count, height, width], bytes, where);
  }

  return {
    path,
    shape,
    dtype: type?.dtype,
    typeName: pixelTypeName(page),
    storage: storageOf(page),
    attributes: () => (description === "" ? {} : { description }),
    read: () => readRows(0, sizeOf(shape.slice(0, 1))),
    readRows,
  };
}

const compressions: { readonly [tag: number]: string } = {
  5: "LZW",
  8: "Deflate",
  32946: "Deflate",
  32773: "PackBits",
};

function storageOf({ compression, isTiled, segment }: TiffPage): string {
  const parts = [
    ...(compression === 1 ? [] : [compressions[compression] ?? `compression ${compression}`]),
    ...(isTiled ? [`tiles of (${segment.height}, ${segment.width})`] : []),
  ];
  return parts.join(", ");
}

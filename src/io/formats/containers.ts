// What holds the arrays of measured files: a container is told by content and opened as a tree. One file under src/io, one value here.

import { open, stat } from "node:fs/promises";
import { DoselapError } from "../../errors.ts";
import { isBzip2 } from "../bzip2.ts";
import { fileError } from "../file-error.ts";
import { isHdf5 } from "../hdf5/file.ts";
import { openHdf5Tree } from "../hdf5/tree.ts";
import { isMat5, openMat5Tree } from "../mat5/tree.ts";
import { isNpy } from "../npy-header.ts";
import { npyTree } from "../npy-tree.ts";
import { openNpzSource } from "../npz.ts";
import { npzTree } from "../npz-tree.ts";
import { openSource, type ReadLimits } from "../source.ts";
import { isTiff } from "../tiff/directory.ts";
import { isTiffFolder, openTiffFolder, openTiffTree } from "../tiff/tree.ts";
import type { ArrayTree } from "../tree.ts";
import { isZarrFolder, isZarrZip } from "../zarr/store.ts";
import { openZarrTree } from "../zarr/tree.ts";
import { isZip } from "../zip.ts";

export interface ContainerOptions {
  readonly maxArrayBytes?: number | undefined;
  readonly allowOutsideLinks?: boolean | undefined;
}

/** What a container is told by. */
interface Seen {
  readonly path: string;
  readonly isFolder: boolean;
  /** The first bytes; empty for a folder. */
  readonly head: Uint8Array;
}

export interface Container {
  readonly name: ArrayTree["container"];
  /** What it is, for the table of formats. */
  readonly title: string;
  readonly source: string;
  /** Why a file is one, or undefined. @throws File. */
  told(seen: Seen): Promise<string | undefined>;
  /** Close the tree. @throws File, Format, Range. */
  open(path: string, options: ContainerOptions): Promise<ArrayTree>;
}

/** In the order in which they are tried. */
export const containers: readonly Container[] = [
  {
    name: "HDF5",
    title: "HDF5: .h5, .cxi, .nxs, .ptyd, MATLAB 7.3 …",
    source: "https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html",
    told: async ({ path, isFolder }) =>
      !isFolder && (await isHdf5(path)) ? "begins with the signature of HDF5" : undefined,
    open: openHdf5Tree,
  },
  {
    name: "NPY",
    title: "one numpy array",
    source: "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html",
    told: async ({ head }) => (isNpy(head) ? "begins with \\x93NUMPY: one numpy array" : undefined),
    open: openNumpy,
  },
  {
    // Before NPZ: its archives are ZIP too.
    name: "Zarr",
    title: "Zarr 2 and 3, a folder or a ZIP archive of one",
    source: "https://zarr-specs.readthedocs.io/",
    async told({ path, isFolder, head }) {
      if (isFolder) return (await isZarrFolder(path)) ? "is a folder with the documents of Zarr" : undefined;
      return isZip(head) && (await isZarrZip(path))
        ? "is a ZIP archive with the documents of Zarr"
        : undefined;
    },
    open: openZarrTree,
  },
  {
    name: "NPZ",
    title: "numpy arrays in a ZIP archive, bzip2-compressed or not",
    source: "https://numpy.org/doc/stable/reference/generated/numpy.savez.html",
    told: async ({ head }) =>
      isZip(head)
        ? "begins like a ZIP archive"
        : isBzip2(head)
          ? "begins with BZh: bzip2-compressed"
          : undefined,
    open: openNumpy,
  },
  {
    name: "TIFF",
    title: "TIFF and BigTIFF, ImageJ stacks; a folder of them, in natural order",
    source: "https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf",
    async told({ path, isFolder, head }) {
      if (isFolder) return (await isTiffFolder(path)) ? "is a folder with TIFF files" : undefined;
      return isTiff(head) ? "begins with the signature of TIFF" : undefined;
    },
    open: async (path, options) =>
      (await stat(path)).isDirectory() ? openTiffFolder(path, options) : openTiffTree(path, options),
  },
  {
    name: "MATLAB 5",
    title: "MATLAB .mat of versions 5 to 7.2, compressed or not",
    source: "https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf",
    told: async ({ head }) => (isMat5(head) ? "begins with the header of MATLAB 5" : undefined),
    open: (path, { maxArrayBytes }) => openMat5Tree(path, limitsOf(maxArrayBytes)),
  },
];

/** The container of a file or folder, and why. @throws File when it cannot be read, Format when it is none of them. */
export async function containerOf(path: string): Promise<{ container: Container; why: string }> {
  const seen = await look(path);
  for (const container of containers) {
    const why = await container.told(seen);
    if (why !== undefined) return { container, why };
  }
  const { head, isFolder } = seen;
  const got = isFolder
    ? "a folder"
    : head.length === 0
      ? "an empty file"
      : `the bytes ${Buffer.from(head.subarray(0, 8)).toString("hex")} first`;
  throw new DoselapError("Format", "is no file that is read", {
    file: path,
    expected: containers.map(({ name }) => name).join(", "),
    got,
    hint: "Formats are told by content, not by name: the file is damaged, or of another kind.",
  });
}

/** The arrays of a file by its container. Close it. @throws File, Format. */
export async function openTree(path: string, options: ContainerOptions = {}): Promise<ArrayTree> {
  const { container } = await containerOf(path);
  return container.open(path, options);
}

const headBytes = 512;

async function look(path: string): Promise<Seen> {
  try {
    const about = await stat(path);
    if (about.isDirectory()) return { path, isFolder: true, head: new Uint8Array(0) };
    if (!about.isFile())
      throw new DoselapError("File", "is not a regular file", { file: path, got: "a device" });
    const handle = await open(path, "r");
    try {
      const head = new Uint8Array(headBytes);
      const { bytesRead } = await handle.read(head, 0, headBytes, 0);
      return { path, isFolder: false, head: head.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cause instanceof DoselapError ? cause : fileError("cannot be opened", path, cause);
  }
}

/** What a bzip2 file holds is seen when it is unwrapped: .npy or NPZ. */
async function openNumpy(path: string, { maxArrayBytes }: ContainerOptions): Promise<ArrayTree> {
  const limits = limitsOf(maxArrayBytes);
  const source = await openSource(path, limits);
  try {
    const head = new Uint8Array(Math.min(8, source.size));
    await source.readInto(head, 0);
    if (isNpy(head)) return await npyTree(source, limits);
    return await npzTree(await openNpzSource(source, limits));
  } catch (cause) {
    await source.close();
    throw cause;
  }
}

function limitsOf(maxArrayBytes: number | undefined): ReadLimits {
  return maxArrayBytes === undefined ? {} : { maxArrayBytes };
}

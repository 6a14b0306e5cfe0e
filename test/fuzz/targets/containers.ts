// Containers of measured files: one .npy, TIFF, MATLAB 5, Zarr, SLAC's NPZ, and tables of positions. Each is told by content, its
// arrays are read, and the scan is opened.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDoselapError } from "../../../src/errors.ts";
import { parseNumberTable } from "../../../src/io/number-table.ts";
import { openTree } from "../../../src/io/formats/containers.ts";
import { openMeasured, type OpenMeasuredOptions } from "../../../src/io/formats/open.ts";
import { fixtureFolder } from "../fixtures.ts";
import { byteMutators } from "../mutate-bytes.ts";
import { changeMember, changeNpyHeader, npzMutators } from "../mutate-npz.ts";
import { textMutators } from "../mutate-text.ts";
import type { FuzzTarget } from "../target.ts";
import { zipOf } from "../zip.ts";

const limits = { maxArrayBytes: 2 ** 24 };

function goldens(...names: string[]): Uint8Array[] {
  return names.map((name) => readFileSync(join(fixtureFolder("containers"), name)));
}

/** Reads every array that can be read, and the first frame. An array that is refused does not hide the others: the first of the
 * refusals is thrown at the end. */
async function readMeasured(
  input: Uint8Array,
  folder: string,
  options: OpenMeasuredOptions = {},
): Promise<void> {
  const path = join(folder, "input");
  writeFileSync(path, input);
  const tree = await openTree(path, limits);
  let refusal: unknown;
  try {
    for (const node of tree.arrays) {
      try {
        node.attributes();
        await node.readRows(0, Math.min(1, node.shape[0] ?? 1));
        await node.read();
      } catch (cause) {
        if (!isDoselapError(cause)) throw cause;
        refusal ??= cause;
      }
    }
  } finally {
    await tree.close();
  }
  const { scan, close } = await openMeasured(path, { ...limits, ...options });
  try {
    await scan?.frames?.read(0, 1);
  } finally {
    await close();
  }
  if (refusal !== undefined) throw refusal;
}

const target = {
  keeps: ["input"],
  read: (input: Uint8Array, folder: string) => readMeasured(input, folder),
} as const;

export const stackTarget: FuzzTarget = {
  ...target,
  name: "npy-stack",
  mutators: [...byteMutators, changeNpyHeader, changeNpyHeader],
  samples: async () => goldens("frames.npy", "fortran.npy", "raster.npy"),
};

export const tiffTarget: FuzzTarget = {
  ...target,
  name: "tiff",
  mutators: byteMutators,
  async samples() {
    const names = readdirSync(join(fixtureFolder("containers"), "tiff"));
    // Colours are refused as they are.
    return goldens(...names.filter((name) => name !== "rgb.tif").map((name) => `tiff/${name}`));
  },
};

export const mat5Target: FuzzTarget = {
  ...target,
  name: "mat5",
  mutators: byteMutators,
  samples: async () =>
    goldens("shelves-plain.mat", "shelves-deflated.mat", "types.mat", "result.mat", "big-endian.mat"),
  read: (input, folder) => readMeasured(input, folder, { positionUnit: "m" }),
};

export const zarrTarget: FuzzTarget = {
  ...target,
  name: "zarr",
  mutators: [...byteMutators, changeMember, changeMember, changeMember, changeMember],
  samples: async () => [...goldens("two.zip"), ...["two", "three"].map(archiveOf)],
};

/** A store of the fixtures as an archive. */
function archiveOf(name: string): Uint8Array {
  const root = join(fixtureFolder("containers"), `${name}.zarr`);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    // Its filter is refused as it is.
    if (!entry.isFile() || path.includes("filtered")) return [];
    return [{ name: path.slice(root.length + 1), body: readFileSync(path), isDeflated: false }];
  });
  return zipOf(entries);
}

export const slacTarget: FuzzTarget = {
  ...target,
  name: "slac-npz",
  mutators: [...npzMutators, ...byteMutators],
  samples: async () => goldens("slac-metres.npz", "slac-pixels.npz"),
};

export const positionsTarget: FuzzTarget = {
  name: "positions",
  mutators: [...textMutators, ...byteMutators],
  samples: async () => goldens("positions.csv", "positions.txt", "plain.txt", "swapped.tsv"),
  read: async (input) => parseNumberTable(new TextDecoder().decode(input), "input.csv"),
};

// Measured scans in the files of other programs: HDF5 with whatever is in it. Its library is WebAssembly that lives as long as the
// process, so a damaged file must not spoil the next one either.

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openMeasured, openTree } from "../../../src/data/measured/open.ts";
import { isDoselapError } from "../../../src/errors.ts";
import { fixtureFolder } from "../fixtures.ts";
import { byteMutators } from "../mutate-bytes.ts";
import type { FuzzTarget } from "../target.ts";

const samples = [
  "hdf5/types.h5",
  "hdf5/links.h5",
  "measured/scan.cxi",
  "measured/nxcxi.h5",
  "measured/data.ptyd",
  "measured/shelves.mat",
  "measured/product.h5",
  "measured/nexus.nxs",
];
const limits = { maxArrayBytes: 2 ** 24 };

/** Every array of the tree, then the scan that it may hold, frame by frame. */
export const hdf5Target: FuzzTarget = {
  name: "measured-hdf5",
  mutators: byteMutators,
  samples: () => Promise.all(samples.map((name) => readFile(join(fixtureFolder("."), name)))),
  async read(input, folder) {
    const path = join(folder, "scan.h5");
    await writeFile(path, input);
    try {
      await readTree(path);
      const { scan, close } = await openMeasured(path, limits);
      try {
        await scan?.frames?.read(0, 1);
      } finally {
        await close();
      }
    } finally {
      await rm(path);
    }
  },
};

/** What is refused of one array leaves the others. */
async function readTree(path: string): Promise<void> {
  const tree = await openTree(path, limits);
  try {
    for (const node of tree.arrays) {
      try {
        node.attributes();
        await node.read();
      } catch (error) {
        if (!isDoselapError(error)) throw error;
      }
    }
  } finally {
    await tree.close();
  }
}

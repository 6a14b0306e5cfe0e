// Damaged files: whatever bytes are changed, opening and reading a measured file ends in a scan or a DoselapError, and the HDF5
// library reads the next file as before.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uniform } from "../../../test/support/raw-scan.ts";
import { isDoselapError } from "../../errors.ts";
import { openTree } from "./containers.ts";
import { openMeasured } from "./open.ts";

const fixtures = new URL("../../../fixtures/", import.meta.url).pathname;
const files = [
  "hdf5/filters.h5",
  "hdf5/types.h5",
  "hdf5/links.h5",
  "measured/scan.cxi",
  "measured/nxcxi.h5",
  "measured/data.ptyd",
  "measured/fold_slice.hdf5",
  "measured/shelves.mat",
  "measured/product.h5",
  "measured/product.npz",
  "measured/nexus.nxs",
  "measured/raster.h5",
  "containers/frames.npy",
  "containers/tiff/plain.tif",
  "containers/tiff/tiff_lzw.tif",
  "containers/tiff/deflate-predictor.tif",
  "containers/tiff/bigtiff.tif",
  "containers/shelves-plain.mat",
  "containers/types.mat",
  "containers/two.zip",
  "containers/slac-pixels.npz",
];
const mutationsPerFile = 30;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-fuzz-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** 1 to 8 bytes changed, or the file cut, or a piece of it doubled: places and values by the seed. */
function damaged(bytes: Uint8Array, next: () => number): Uint8Array {
  const at = (length: number): number => Math.floor(next() * length);
  if (next() < 0.1) return bytes.slice(0, at(bytes.length));
  const changed = bytes.slice();
  if (next() < 0.1) changed.copyWithin(at(bytes.length), at(bytes.length), at(bytes.length));
  // Headers and links are in the first kilobytes: half of the changes go there.
  const reach = next() < 0.5 ? Math.min(4096, bytes.length) : bytes.length;
  for (let left = 1 + at(8); left > 0; left--) changed[at(reach)] = at(256);
  return changed;
}

/** Opens a file and reads all there is: the number of arrays that were refused. @throws what the readers throw. */
async function readAll(path: string): Promise<number> {
  const limits = { maxArrayBytes: 2 ** 24, positionUnit: "m" } as const;
  const tree = await openTree(path, limits);
  let lost = 0;
  try {
    for (const node of tree.arrays) {
      try {
        node.attributes();
        await node.read();
      } catch (error) {
        if (!isDoselapError(error)) throw error;
        lost++;
      }
    }
  } finally {
    await tree.close();
  }
  const { scan, close } = await openMeasured(path, limits);
  await scan?.frames?.read(0, 1);
  await close();
  return lost;
}

test.each(files)(
  `%s, damaged in ${mutationsPerFile} ways, is read or refused`,
  async (name) => {
    const whole = await readAll(join(fixtures, name));
    const bytes = await readFile(join(fixtures, name));
    const path = join(folder, "damaged");
    let refused = 0;
    for (let seed = 1; seed <= mutationsPerFile; seed++) {
      await writeFile(path, damaged(bytes, uniform(seed)));
      try {
        if ((await readAll(path)) > whole) refused++;
      } catch (error) {
        if (!isDoselapError(error)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
        refused++;
      }
    }
    // The damage was seen, and did none to the library.
    expect(refused).toBeGreaterThan(0);
    expect(await readAll(join(fixtures, name))).toBe(whole);
    expect(await readAll(join(fixtures, "measured/scan.cxi"))).toBe(0);
  },
  60_000,
);

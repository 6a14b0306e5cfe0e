// Files of arrays: NPY, ZIP, bzip2, NPZ as `inspect` reads it, and datasets read whole or frame by frame.

import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { convertScan } from "../../../src/data/convert.ts";
import { inspectFile } from "../../../src/data/inspect.ts";
import { openDataset } from "../../../src/data/open.ts";

import { readArrayArgument } from "../../../src/data/array-argument.ts";
import { decompressBzip2 } from "../../../src/io/bzip2.ts";
import { bytesSource } from "../../../src/io/byte-source.ts";
import { decodeNpy } from "../../../src/io/npy.ts";
import { openNpzBytes, writeNpz } from "../../../src/io/npz.ts";
import { openZip } from "../../../src/io/zip.ts";
import { jsonArray, smallArrays } from "../../support/small-dataset.ts";
import { byteMutators } from "../mutate-bytes.ts";
import { changeNpyHeader, npzMutators } from "../mutate-npz.ts";
import type { FuzzTarget } from "../target.ts";
import { unzip, zipOf } from "../zip.ts";

const goldens = new URL("../../../fixtures/npy/", import.meta.url);
/** What a reader may hold of one array: hostile sizes must be refused long before. */
const limits = { maxArrayBytes: 2 ** 26, maxDecompressedBytes: 2 ** 25 };
const [size, frames] = [8, 5];

/** A dataset as we write it, the same stored, and one in tike's layout. */
async function datasets(folder: string): Promise<Uint8Array[]> {
  const about = { nphotons: 1000, provenance: [{ operation: "simulate", parameters: { seed: 1 } }] };
  const path = join(folder, "sample.npz");
  await writeNpz(path, { ...smallArrays(), _metadata: jsonArray(about) });
  const canonical = await readFile(path);
  const counts = Int32Array.from({ length: frames * size * size }, (_, i) => i % 50);
  await writeNpz(path, {
    ...smallArrays(),
    diff3d: { dtype: "int32", shape: [frames, size, size], data: counts },
  });
  const older = await readFile(path);
  await writeNpz(path, {
    data: { dtype: "float32", shape: [1, frames, size, size], data: Float32Array.from(counts) },
    probe: {
      dtype: "complex64",
      shape: [1, 1, 1, 2, size, size],
      data: Float32Array.from({ length: 4 * size * size }, (_, i) => (i % 7) / 7),
    },
    scan: {
      dtype: "float32",
      shape: [1, frames, 2],
      data: Float32Array.from({ length: 2 * frames }, (_, i) => i),
    },
  });
  const stored = zipOf(unzip(canonical)!.map((entry) => ({ ...entry, isDeflated: false })));
  return [canonical, stored, older, await readFile(path)];
}

function golden(...names: string[]): Uint8Array[] {
  return names.map((name) => readFileSync(new URL(name, goldens)));
}

export const npyTarget: FuzzTarget = {
  name: "npy",
  mutators: [...byteMutators, changeNpyHeader, changeNpyHeader, changeNpyHeader],
  async samples(folder) {
    const members = [...(await datasets(folder)), ...golden("stored.npz")].flatMap((file) => unzip(file)!);
    return members.map(({ body }) => Uint8Array.from(body));
  },
  read: async (input) => decodeNpy(input, { file: "input.npy" }),
};

export const zipTarget: FuzzTarget = {
  name: "zip",
  mutators: [...byteMutators, ...npzMutators],
  samples: datasets,
  async read(input) {
    const archive = await openZip(bytesSource(input, "input.zip"));
    for (const member of archive.members) {
      if (member.size > limits.maxArrayBytes) continue;
      await archive.head(member, 128);
      for await (const piece of archive.pieces(member)) piece.fill(0);
      await archive.read(member);
    }
  },
};

export const bzip2Target: FuzzTarget = {
  name: "bzip2",
  mutators: byteMutators,
  samples: async () => golden("stored.npz.bz2"),
  read: async (input) => decompressBzip2(input, { file: "input.bz2", maxBytes: 2 ** 23 }),
};

export const npzTarget: FuzzTarget = {
  name: "npz",
  mutators: [...byteMutators, ...npzMutators, ...npzMutators],
  samples: async (folder) => [
    ...(await datasets(folder)),
    ...golden("stored.npz", "deflated.npz", "stored.npz.bz2"),
  ],
  async read(input) {
    const npz = await openNpzBytes(input, "input.npz", limits);
    for (const name of npz.names) {
      await npz.header(name);
      await npz.read(name);
    }
    await npz.close();
  },
};

/** What is looked at is reported, never thrown: `violations` tell. */
export const inspectTarget: FuzzTarget = {
  ...npzTarget,
  name: "inspect",
  async read(input, folder) {
    await inspectFile(written(input, folder), { limits });
  },
  keeps: ["input.npz"],
};

/** Read whole, and written again. */
export const datasetTarget: FuzzTarget = {
  name: "dataset",
  mutators: [...npzMutators, ...byteMutators],
  samples: datasets,
  keeps: ["input.npz", "output.npz"],
  read: (input, folder) =>
    convertScan(written(input, folder), join(folder, "output.npz"), {
      read: { limits },
      version: "0.0.0",
    }),
};

/** Frames that stay in the file, through the temporary file of a compressed one. */
export const streamTarget: FuzzTarget = {
  name: "dataset-stream",
  mutators: [...npzMutators, ...byteMutators],
  samples: datasets,
  keeps: ["input.npz"],
  async read(input, folder) {
    const path = written(input, folder);
    const opened = await openDataset(path, { limits, scratch: folder, choose: () => "stream" });
    await opened.close();
  },
};

export const argumentTarget: FuzzTarget = {
  name: "array-argument",
  mutators: [...npzMutators, ...byteMutators],
  // Tike's layout has no array of that name.
  samples: async (folder) => (await datasets(folder)).slice(0, 3),
  keeps: ["input.npz"],
  read: async (input, folder) => readArrayArgument(`${written(input, folder)}:probeGuess`),
};

function written(input: Uint8Array, folder: string): string {
  const path = join(folder, "input.npz");
  writeFileSync(path, input);
  return path;
}

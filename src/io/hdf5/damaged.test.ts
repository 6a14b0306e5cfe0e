// Damaged HDF5 files leave nothing behind: no descriptor, no word on stderr, no endless walk, and no harm to the next file.

import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { inspectFile } from "../../data/inspect.ts";
import { openHdf5 } from "./file.ts";

const fixtures = new URL("../../../fixtures/", import.meta.url).pathname;
const names = [
  "measured/scan.cxi",
  "measured/nexus.nxs",
  "measured/result.ptyr",
  "measured/shelves.mat",
  "measured/data.ptyd",
  "hdf5/types.h5",
  "hdf5/links.h5",
];

let folder: string;
let sound: readonly Buffer[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-damaged-"));
  sound = await Promise.all(names.map((name) => readFile(join(fixtures, name))));
});
afterAll(() => rm(folder, { recursive: true }));

/** Descriptors of this process that lead into the folder. */
async function descriptors(): Promise<string[]> {
  const open = await readdir("/proc/self/fd");
  const targets = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  return targets.filter((target) => target.startsWith(folder));
}

/** Numbers from 0 to below n, by a linear congruence (Numerical Recipes). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Cut short, or with 1, 10 or 200 bytes behind the signature replaced. */
function damaged(bytes: Buffer, kind: number, next: (below: number) => number): Buffer {
  if (kind === 0) return bytes.subarray(0, next(bytes.length));
  const copy = Buffer.from(bytes);
  for (let k = 0; k < [0, 1, 10, 200][kind]!; k++) copy[8 + next(copy.length - 8)] = next(256);
  return copy;
}

test("a thousand of them in one process leave no descriptor and print nothing", async () => {
  // The library, loaded here for the first time, binds this one; without care it says so of every file it gives up on.
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const next = numbers(5);
  let refused = 0;
  for (let i = 0; i < 1000; i++) {
    const file = join(folder, `${i % 8}.h5`);
    await writeFile(file, damaged(sound[i % sound.length]!, i % 4, next));
    const { violations } = await inspectFile(file);
    if (violations.length > 0) refused++;
  }
  expect(refused).toBeGreaterThan(300);
  expect(await descriptors()).toEqual([]);
  expect(said.mock.calls).toEqual([]);
  said.mockRestore();
}, 120_000);

test("the sound file in the place of a damaged one is read as it is", async () => {
  const file = join(folder, "twice.cxi");
  const next = numbers(9);
  const before = await inspectFile(join(fixtures, names[0]!));
  for (let i = 0; i < 20; i++) {
    await writeFile(file, damaged(sound[0]!, 3, next));
    await inspectFile(file);
    await writeFile(file, sound[0]!);
    expect({ ...(await inspectFile(file)), file: "" }).toEqual({ ...before, file: "" });
  }
});

describe("a global heap whose free space says it has no size", () => {
  test("is an error of the attribute that lies in it, where the library would walk for ever", async () => {
    const bytes = Buffer.from(sound[1]!);
    const at = bytes.indexOf("GCOL");
    // Object 1 becomes free space of 0 bytes (HDF5 file format 3.0, III.E).
    bytes.fill(0, at + 16, at + 32);
    const path = join(folder, "heap.nxs");
    await writeFile(path, bytes);
    const file = await openHdf5(path);
    try {
      const group = file.find("/entry/ptycho");
      expect(() => group?.attributes()).toThrow(/heap\.nxs.*attributes that cannot be read/u);
    } finally {
      await file.close();
    }
    expect(await descriptors()).toEqual([]);
  });
});

test("the console's methods are what they were", async () => {
  const { console: output } = globalThis;
  const { error } = output;
  const file = await openHdf5(join(fixtures, names[0]!));
  await file.close();
  expect(output.error).toBe(error);
});

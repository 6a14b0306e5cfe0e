// Values that lie in other files than the dataset's own are read from its folder alone, and the files are told; groups of thousands are listed
// once.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { openHdf5, type Hdf5File } from "./file.ts";
import { writeHdf5, type WrittenNode } from "./write.ts";

// Made by h5py: fixtures/make_hdf5_edge_goldens.py.
const file = new URL("../../../fixtures/hdf5-edge/external.h5", import.meta.url).pathname;

async function opened<Result>(use: (hdf5: Hdf5File) => Result, options = {}): Promise<Awaited<Result>> {
  const hdf5 = await openHdf5(file, options);
  try {
    return await use(hdf5);
  } finally {
    await hdf5.close();
  }
}

function dataIn(hdf5: Hdf5File, path: string): (number | bigint | string)[] {
  const object = hdf5.find(path);
  if (object?.kind !== "dataset") throw new Error(`${path} is no dataset`);
  const { data } = object.read();
  return Array.from<number | bigint | string>(data as ArrayLike<number | bigint | string>);
}

test("raw data beside the file is read, from wherever the program runs, and told before it is read", async () => {
  await opened((hdf5) => {
    expect(hdf5.find("inside")?.kind).toBe("dataset");
    expect(hdf5.linked().map((path) => basename(path))).toEqual(["raw.bin"]);
    // The two halves of 0 … 629 in the other order.
    const half = Array.from({ length: 315 }, (_, i) => i);
    expect(dataIn(hdf5, "inside")).toEqual([...half.map((i) => i + 315), ...half]);
  });
});

test.each(["outside", "up", "second", "text"])(
  "raw data outside of the folder is refused: %s",
  async (path) => {
    await opened((hdf5) => {
      expect(() => dataIn(hdf5, path)).toThrow(/outside of its folder[^]*--allow-outside-links/u);
    });
  },
);

test("what must not be read is listed as such, with the reason", async () => {
  await opened((hdf5) => {
    const problems = hdf5.entries().flatMap(({ path, problem }) => (problem === undefined ? [] : [path]));
    expect(problems).toEqual(["/gone", "/outside", "/second", "/up"]);
    expect(hdf5.linked().map((path) => basename(path))).toEqual(["raw.bin"]);
  });
});

test("allowed, it is read and told", async () => {
  await opened(
    (hdf5) => {
      expect(String.fromCharCode(...(dataIn(hdf5, "up") as number[]))).toBe('"""M');
      expect(hdf5.linked().map((path) => basename(path))).toEqual(["make_hdf5_goldens.py"]);
    },
    { allowOutsideLinks: true },
  );
});

test("a group of 3000 members is listed without asking for all names for each", async () => {
  const folder = await mkdtemp(join(tmpdir(), "doselap-many-"));
  try {
    const scalar: WrittenNode = {
      kind: "array",
      array: { dtype: "float64", shape: [], data: Float64Array.of(1) },
    };
    const names = Array.from({ length: 3000 }, (_, i) => `m${String(i).padStart(4, "0")}`);
    const path = join(folder, "many.h5");
    await writeHdf5(path, {
      kind: "group",
      children: Object.fromEntries(names.map((name) => [name, scalar])),
    });
    const hdf5 = await openHdf5(path);
    // Quadratic, it took ten seconds.
    expect(hdf5.entries().map((entry) => entry.path)).toEqual(names.map((name) => `/${name}`));
    await hdf5.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

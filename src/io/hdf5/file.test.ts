// HDF5 that h5py wrote comes back value by value; links are seen before they are followed; what cannot be read says so.

import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isDoselapError, type DoselapError } from "../../errors.ts";
import type { Hdf5Dataset } from "./dataset.ts";
import { isHdf5, openHdf5, type Hdf5File } from "./file.ts";

// Made by h5py: fixtures/make_hdf5_goldens.py.
const goldens = new URL("../../../fixtures/hdf5/", import.meta.url).pathname;

interface Golden {
  readonly file: string;
  readonly path: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}
const manifest = JSON.parse(await readFile(join(goldens, "manifest.json"), "utf8")) as Golden[];

async function withFile<Result>(
  name: string,
  use: (file: Hdf5File) => Result,
  options = {},
): Promise<Awaited<Result>> {
  const file = await openHdf5(join(goldens, name), options);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function datasetIn(file: Hdf5File, path: string): Hdf5Dataset {
  const object = file.find(path);
  if (object?.kind !== "dataset") throw new Error(`${path} is ${object?.kind ?? "nothing"}`);
  return object;
}

function thrown(call: () => unknown): DoselapError {
  try {
    call();
  } catch (error) {
    if (isDoselapError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function plain(data: ArrayLike<number | bigint | string>): (number | string)[] {
  return Array.from(data, (value) => (typeof value === "bigint" ? Number(value) : value));
}

describe("values that h5py wrote", () => {
  test.each(manifest)("$file $path $dtype", async ({ file, path, dtype, shape, values }) => {
    const { array, name } = await withFile(file, (opened) => {
      const dataset = datasetIn(opened, path);
      return { array: dataset.read(), name: dataset.typeName };
    });
    expect(array.shape).toEqual(shape);
    expect(plain(array.data)).toEqual(values);
    if (array.dtype !== "string") expect(name).toBe(dtype);
  });

  test("rows are read alone, across chunks", async () => {
    await withFile("filters.h5", (file) => {
      for (const path of ["gzip", "lzf", "bitshuffle", "blosc", "zstd", "lz4"]) {
        const rows = datasetIn(file, path).readRows(4, 3);
        expect(rows.shape, path).toEqual([3, 8, 6]);
        expect(plain(rows.data as Uint16Array), path).toEqual(Array.from({ length: 144 }, (_, i) => 192 + i));
      }
    });
  });

  test("complex numbers under the other naming, and attributes", async () => {
    await withFile("types.h5", (file) => {
      const { dtype, data } = datasetIn(file, "/complex/real-imag").read();
      expect(dtype).toBe("complex128");
      expect(plain(data as Float64Array)).toEqual([1, 4, 2, 5, 3, 6]);
      expect(datasetIn(file, "scalar").attributes()).toEqual({
        units: "m",
        vector: [1, 2],
        fixed: "fixed",
        one: 7,
        complex: null,
      });
    });
  });
});

describe("what cannot be read is said, never guessed", () => {
  test("a record, and a dataset without values", async () => {
    await withFile("types.h5", (file) => {
      const error = thrown(() => datasetIn(file, "other/record").read());
      expect(error.message).toContain("/other/record");
      expect(error.message).toContain("compound (a, b)");
      expect(datasetIn(file, "other/empty").shape).toEqual([0]);
    });
  });

  test("a filter that is not there is named, with the way out (HDF5-001)", async () => {
    await withFile("filters.h5", (file) => {
      const error = thrown(() => datasetIn(file, "unknown").read());
      expect(error._tag).toBe("Format");
      expect(error.message).toContain("299");
      expect(error.message).toContain("h5repack");
    });
  });

  test("rows that are not there, and arrays beyond the limit before they are allocated", async () => {
    await withFile(
      "filters.h5",
      (file) => {
        expect(thrown(() => datasetIn(file, "gzip").readRows(8, 3))._tag).toBe("Range");
        expect(thrown(() => datasetIn(file, "gzip").read()).message).toContain("at most 500 bytes");
        expect(datasetIn(file, "gzip").readRows(0, 1).shape).toEqual([1, 8, 6]);
      },
      { maxArrayBytes: 500 },
    );
  });

  test("absent paths are undefined", async () => {
    await withFile("links.h5", (file) => {
      expect(file.find("/entry/none")).toBeUndefined();
      expect(file.find("/entry/data/below-a-dataset")).toBeUndefined();
    });
  });
});

describe("links", () => {
  test("soft, relative, external and virtual ones below the folder are followed", async () => {
    await withFile("links.h5", (file) => {
      expect(datasetIn(file, "soft").path).toBe("/entry/data");
      expect(datasetIn(file, "relative/soft").path).toBe("/relative/inner");
      expect(datasetIn(file, "below").file).toBe(join(goldens, "linked/data.h5"));
      for (const path of ["below", "group-below/data", "virtual"]) {
        expect(plain(datasetIn(file, path).read().data as Uint16Array).slice(-2), path).toEqual([190, 191]);
      }
      expect(datasetIn(file, "entry/up/entry/data").shape).toEqual([2, 8, 6]);
    });
  });

  test.each(["outside", "absolute", "virtual-outside"])(
    "%s leaves the folder and is refused",
    async (path) => {
      await withFile("links.h5", (file) => {
        const error = thrown(() => file.find(path));
        expect(error.message).toContain("outside of its folder");
        expect(error.message).toContain("--allow-outside-links");
      });
    },
  );

  test("allowed, an outside link fails for what it is: not there", async () => {
    await withFile(
      "links.h5",
      (file) => expect(thrown(() => file.find("outside")).message).toContain("outside.h5"),
      {
        allowOutsideLinks: true,
      },
    );
  });

  test.each(["nowhere", "endless", "gone"])("%s is an error that names it", async (path) => {
    await withFile("links.h5", (file) => expect(thrown(() => file.find(path))._tag).toBe("Format"));
  });

  test("the listing ends in spite of cycles, and says what leads nowhere", async () => {
    await withFile("links.h5", (file) => {
      const entries = new Map(file.entries().map((entry) => [entry.path, entry]));
      expect(entries.get("/entry/up")?.problem).toContain("leads back");
      expect(entries.get("/outside")?.problem).toContain("outside of its folder");
      expect(entries.get("/endless")?.problem).toContain("without end");
      expect(entries.get("/group-below/data")?.object?.kind).toBe("dataset");
      expect(thrown(() => file.entries(3))._tag).toBe("Range");
    });
  });
});

describe("files that are no HDF5, or damaged", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "doselap-hdf5-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("told by content: a user block before the signature is passed over", async () => {
    expect(await isHdf5(join(goldens, "user-block.mat"))).toBe(true);
    expect(await isHdf5(join(goldens, "manifest.json"))).toBe(false);
    await withFile("user-block.mat", (file) => expect(datasetIn(file, "x").shape).toEqual([3]));
  });

  test("absent, empty, text, truncated at every eighth", async () => {
    await expect(openHdf5(join(folder, "none.h5"))).rejects.toThrow(/no such file/);
    await writeFile(join(folder, "empty.h5"), "");
    await expect(openHdf5(join(folder, "empty.h5"))).rejects.toThrow(/no HDF5 file/);
    const { size } = await readFile(join(goldens, "types.h5")).then(({ length }) => ({ size: length }));
    for (let part = 1; part < 8; part++) {
      const cut = join(folder, `cut-${part}.h5`);
      await copyFile(join(goldens, "types.h5"), cut);
      await truncate(cut, Math.floor((size * part) / 8));
      await expect(openHdf5(cut)).rejects.toThrow(/truncated/);
    }
  });
});

test("the files that links led to are told, and only those", async () => {
  const file = await openHdf5(new URL("../../../fixtures/hdf5/links.h5", import.meta.url).pathname);
  try {
    expect(file.linked()).toEqual([]);
    file.entries();
    const linked = file.linked().map((path) => path.split("/fixtures/")[1]);
    expect(linked.length).toBeGreaterThan(0);
    for (const path of linked) expect(path).toMatch(/^hdf5\/linked\/\w+\.h5$/u);
  } finally {
    await file.close();
  }
});

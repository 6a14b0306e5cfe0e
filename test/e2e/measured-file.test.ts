// A study of a scan as a beamline wrote it, by the real command: prepared by the same code as by `doselap prepare`, to the same
// bytes, with everything that was done in the provenance and in the report. The scan is h5py's (fixtures/make_prepare_scan.py).

import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ndarray } from "../../src/array/ndarray.ts";
import { writeHdf5 } from "../../src/io/hdf5/write.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { fingerprints } from "../support/cli.ts";
import { commandsIn } from "../support/cli-checks.ts";

const fixtures = new URL("../../fixtures/prepare/", import.meta.url).pathname;
const { ok, json, fails } = commandsIn(() => folder);

const study = `preset: measured
name: raw
input: { kind: file, path: scan.cxi }
prepare: { size: 48, defocus: 116.1e-6, orientation: find, mask: bad.npz }
doseFractions: [1, 0.1]
views: { o-70: null, o-50: null, o-30: null }
arms: [lsqml, "null"]
engines: { lsqml: { epochs: 30 } }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-raw-study-"));
  await copyFile(join(fixtures, "scan.cxi"), join(folder, "scan.cxi"));
  const bad = new Uint8Array(64 * 72);
  bad[20 * 72 + 50] = 1;
  await writeNpz(join(folder, "bad.npz"), { mask: ndarray("uint8", [64, 72], bad) });
  await writeFile(join(folder, "raw.yaml"), study);
  await ok("run", "raw.yaml", "--out", "out", "--workers", "2");
}, 300_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function sha256(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

describe("a study of a CXI file", () => {
  test("sees the frames that doselap prepare makes of it", async () => {
    const flags = ["--size", "48", "--defocus", "116.1e-6", "--orientation", "find", "--mask", "bad.npz"];
    await ok("prepare", "scan.cxi", ...flags, "--out", "scan.npz");
    const [alone, inStudy] = [await arraysOf("scan.npz"), await arraysOf("out/plan/source.npz")];
    expect(Object.keys(inStudy)).toEqual(Object.keys(alone));
    for (const [name, bytes] of Object.entries(alone)) expect(inStudy[name], name).toBe(bytes);
  });

  test("keeps what was done, and the sha256 of what was read, in the provenance of every dataset", async () => {
    const metadata = await metadataOf("out/data/dose_19998/full/seed_42/scan.npz");
    const [prepared, thinned] = metadata.provenance;
    expect([prepared!.operation, thinned!.operation]).toEqual(["prepare", "thin"]);
    expect(prepared!.parameters).toMatchObject({
      orientation: 0,
      aduPerPhoton: 1,
      files: [
        { role: "scan", file: "scan.cxi", sha256: await sha256(join(fixtures, "scan.cxi")) },
        { role: "mask", file: "bad.npz", sha256: await sha256(join(folder, "bad.npz")) },
      ],
      stated: { size: 48, defocus: 116.1e-6, orientation: "find" },
    });
    // One pixel of the file, one of the mask.
    expect(JSON.stringify(prepared!.parameters["told"])).toMatch(/2 stated, 1 marked.*1 hot/u);
    expect(JSON.stringify(metadata)).not.toContain(folder);
  });

  test("tells it in the report, with the orientations and a page of pictures beside it", async () => {
    const report = await readFile(join(folder, "out/report.html"), "utf8");
    const section = /<section id="preparation">[\s\S]*?<\/section>/u.exec(report)?.[0] ?? "";
    for (const words of [
      "8000 eV",
      "x and y swapped, x reversed",
      "2 stated",
      await sha256(join(folder, "scan.cxi")),
    ])
      expect(section).toContain(words);
    expect(section).toMatch(/src="data:image\/png;base64,[\w+/]{10000}/u);
    expect(await readFile(join(folder, "out/plan/preparation.html"), "utf8")).toContain("Mean of 81 frames");
  });

  test("has the same bytes by the flags, with one worker", async () => {
    const flags = ["--size", "48", "--defocus", "116.1e-6", "--orientation", "find", "--mask", "bad.npz"];
    await writeFile(join(folder, "plain.yaml"), study.replace(/prepare:.*\n/u, ""));
    await ok("run", "plain.yaml", "--out", "again", ...flags, "--workers", "1");
    expect(await fingerprints(join(folder, "again"))).toEqual(await fingerprints(join(folder, "out")));
  }, 300_000);

  test("is another study by any setting, which its folder refuses", async () => {
    expect(await fails(1, "run", "raw.yaml", "--out", "out", "--size", "40")).toMatch(/holds another study/u);
  });
});

test("a folder is not continued with a setting that it was not begun with", async () => {
  expect(await fails(2, "run", "--out", "out", "--gain", "2", "--stage", "plan")).toMatch(
    /prepare\.gain: the folder's scan was prepared otherwise; expected nothing stated, got 2/u,
  );
  await ok("run", "--out", "out", "--size", "48", "--mask", "bad.npz", "--stage", "plan");
});

describe("what is missing or does not fit", () => {
  const raster = "raster.h5";
  beforeAll(async () => {
    const frames = Uint16Array.from({ length: 4 * 5 * 24 * 24 }, (_, i) => {
      const [y, x] = [Math.floor(i / 24) % 24, i % 24];
      return Math.round(400 * Math.exp(-((x - 12) ** 2 + (y - 12) ** 2) / 20)) + ((i * 7) % 5);
    });
    const data = ndarray("uint16", [4, 5, 24, 24], frames);
    await writeHdf5(join(folder, raster), {
      kind: "group",
      children: { data: { kind: "array", array: data } },
    });
  });

  test("a raster of four axes asks for its step, then its geometry, by flags that the command has", async () => {
    expect(await fails(1, "run", "measured", "--input", raster, "--out", "r")).toMatch(/--scan-step/u);
    const step = ["--scan-step", "1e-7"];
    expect(await fails(1, "run", "measured", "--input", raster, "--out", "r", ...step)).toMatch(
      /--energy EV or --wavelength METRES, --distance METRES, --detector-pixel METRES; or --pixel-size/u,
    );
    const plan = await json("plan", "measured", "--input", raster, ...step, "--pixel-size", "2e-8");
    expect(plan).toMatchObject({ pixelSizeM: 2e-8, sizePx: 24 });
    expect((plan["views"] as { frames: number }[])[0]).toMatchObject({ frames: 20 });
  });

  test("a dataset is not prepared again", async () => {
    const stderr = await fails(
      2,
      "run",
      "measured",
      "--input",
      "out/plan/source.npz",
      "--gain",
      "2",
      "--out",
      "r",
    );
    expect(stderr).toMatch(/source\.npz.*prepare: is a dataset.*got gain/u);
  });

  test("a dataset that was converted to HDF5 is one", async () => {
    await ok("convert", "out/plan/source.npz", "own.cxi", "--distance", "2", "--detector-pixel", "75e-6");
    const plan = await json("plan", "measured", "--input", "own.cxi");
    expect((plan["views"] as { frames: number }[])[0]).toMatchObject({ frames: 81 });
  });

  test("a damaged file is refused, and its folder can be used for the sound one", async () => {
    const bytes = await readFile(join(folder, "scan.cxi"));
    await writeFile(join(folder, "cut.cxi"), bytes.subarray(0, 50_000));
    expect(await fails(1, "run", "measured", "--input", "cut.cxi", "--out", "cut")).toMatch(
      /cut\.cxi.*truncated/u,
    );
    await ok("run", "raw.yaml", "--out", "cut", "--stage", "plan");
  });
});

/** Name → sha256 of the bytes of every array but the metadata. */
async function arraysOf(file: string): Promise<{ [name: string]: string }> {
  const npz = await openNpz(join(folder, file));
  try {
    const hashes: { [name: string]: string } = {};
    for (const name of npz.names.filter((each) => each !== "_metadata")) {
      const { data } = await npz.read(name);
      if (!ArrayBuffer.isView(data)) throw new TypeError(`${name} is no array of numbers`);
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      hashes[name] = createHash("sha256").update(bytes).digest("hex");
    }
    return hashes;
  } finally {
    await npz.close();
  }
}

interface Kept {
  readonly provenance: readonly {
    readonly operation: string;
    readonly parameters: { [key: string]: unknown };
  }[];
}

async function metadataOf(file: string): Promise<Kept> {
  const npz = await openNpz(join(folder, file));
  try {
    const { data } = await npz.read("_metadata");
    return JSON.parse(String(data[0])) as Kept;
  } finally {
    await npz.close();
  }
}

// A scan as a beamline wrote it, through the real command: inspect, prepare with a preview, reconstruct; and every way in which a
// file can be wrong, told with the way out. The scan is made by h5py and numpy (fixtures/make_prepare_scan.py), which know the object.

import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ndarray } from "../../src/array/ndarray.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { readArrayArgument, toComplexImage } from "../../src/data/array-argument.ts";
import { startCli } from "../support/cli.ts";
import { commandsIn } from "../support/cli-checks.ts";

const fixtures = new URL("../../fixtures/", import.meta.url).pathname;
const scan = join(fixtures, "prepare/scan.cxi");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-prepare-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
const { ok, json, fails } = commandsIn(() => folder);

describe("a CXI scan", () => {
  test("is inspected, prepared with its preview, and reconstructs to the object it was made of", async () => {
    const { stdout } = await ok("inspect", scan);
    expect(stdout).toMatch(/CXI[\s\S]*81 of 64 × 72 px[\s\S]*8000 eV/u);

    const prepared = await json(
      "prepare",
      scan,
      "--size",
      "48",
      "--defocus",
      "116.1e-6",
      "--preview",
      "page.html",
      "--out",
      "scan.npz",
    );
    // What fixtures/make_prepare_scan.py put in: zero frequency at column 40, row 30; 20 nm object pixels; one hot pixel.
    const centre = prepared["centre"] as { x: number; y: number };
    expect(Math.hypot(centre.x - 40, centre.y - 30)).toBeLessThan(0.5);
    expect(prepared["pixelSizeM"]).toBeCloseTo(20e-9, 12);
    expect((prepared["done"] as string[]).join("\n")).toMatch(
      /1 stated, 1 marked by the detector, 0 saturated, 1 hot/u,
    );
    const page = await readFile(join(folder, "page.html"), "utf8");
    for (const words of ["Mean of 81 frames", "Start probe", "Scan: 81 positions", "1 hot"])
      expect(page).toContain(words);
    expect(page).not.toMatch(/https?:|<script/u);

    await ok("reconstruct", "scan.npz", "--engine", "lsqml:60", "--out", "object.npz");
    expect(await likeness(join(folder, "object.npz"))).toBeGreaterThan(0.8);
  }, 120_000);

  test("told to stop, it says that nothing is written, and writes nothing", async () => {
    const line = ["prepare", scan, "--orientation", "find", "--preview", "gone.html", "--out", "gone.npz"];
    const { child, done } = startCli(line, { cwd: folder });
    child.stderr!.on("data", (text: string) => {
      if (text.includes("orientation 0")) child.kill("SIGINT");
    });
    const { code, stdout, stderr } = await done;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toMatch(/^stopping; nothing is written \(press again/mu);
    expect((await readdir(folder)).filter((name) => name.startsWith("gone"))).toEqual([]);
  });

  test("that reconstruct does not take is refused with the command that makes it a dataset", async () => {
    const hint = /doselap prepare .*prepare\/scan\.cxi --out scan\.npz/u;
    expect(await fails(1, "reconstruct", scan, "--engine", "rpie:2", "--out", "x.npz")).toMatch(hint);
  });
});

test("a file that says that it is a near field is prepared as one", async () => {
  const { stdout } = await ok("prepare", join(fixtures, "measured/weights.ptyd"), "--out", "near.npz");
  expect(stdout).toMatch(/near field: detector pixel 0\.000075 m/u);
});

describe("what is wrong is said with the way out", () => {
  test("no file of any kind that is read", async () => {
    await writeFile(join(folder, "text.cxi"), "this is no HDF5 file");
    expect(await fails(1, "prepare", "text.cxi", "--out", "x.npz")).toMatch(
      /text\.cxi.*expected HDF5, .*MATLAB 5, got the bytes/u,
    );
  });

  test("a truncated file", async () => {
    const bytes = await readFile(scan);
    await writeFile(join(folder, "cut.cxi"), bytes.subarray(0, Math.floor(bytes.length / 2)));
    expect(await fails(1, "prepare", "cut.cxi", "--out", "x.npz")).toMatch(/cut\.cxi.*truncated/u);
  });

  test("an absent key, with the arrays that are there", async () => {
    const stderr = await fails(
      1,
      "prepare",
      join(fixtures, "measured/raw.h5"),
      "--map",
      "diffraction=/eiger,x=/x,y=/y",
      "--out",
      "x.npz",
    );
    expect(stderr).toMatch(/expected \/eiger, got .*\/measurement\/eiger .*\(6, 8, 10\)/u);
  });

  test("more frames than positions, with the flag that takes the common ones", async () => {
    const short = join(fixtures, "prepare/short.cxi");
    expect(await fails(1, "prepare", short, "--out", "x.npz")).toMatch(/8 frames.*12 frames|--frames 0:8/u);
    const prepared = await json("prepare", short, "--frames", "0:8", "--out", "short.npz");
    expect(prepared["frames"]).toBe(8);
  });

  test("a link that leaves the folder, unless it is allowed", async () => {
    await copyFile(join(fixtures, "prepare/link.cxi"), join(folder, "link.cxi"));
    const stderr = await fails(1, "prepare", "link.cxi", "--out", "x.npz");
    expect(stderr).toMatch(/outside[\s\S]*--allow-outside-links/u);
  });

  test("a dataset, which needs no preparing", async () => {
    await writeNpz(join(folder, "tike.npz"), {
      data: ndarray("float32", [1, 4, 16, 16], new Float32Array(1024).fill(1)),
      probe: ndarray("complex64", [1, 1, 1, 1, 16, 16], new Float32Array(512).fill(1)),
      scan: ndarray("float32", [1, 4, 2], new Float32Array(8)),
    });
    const stderr = await fails(1, "prepare", "tike.npz", "--out", "x.npz");
    expect(stderr).toMatch(/is a dataset already.*tike's test layout.*reads it as it is/u);
  });

  test("an energy in another unit, by the flag that states it, with the reason", async () => {
    const file = join(fixtures, "measured/illumination.cxi");
    const stderr = await fails(1, "prepare", file, "--out", "x.npz");
    expect(stderr).toMatch(
      /wavelength of 2\.\d+e-29 m is not used.*State --energy EV or --wavelength METRES/u,
    );
  });

  test("an energy beside a wavelength", async () => {
    const stderr = await fails(
      2,
      "prepare",
      scan,
      "--energy",
      "8000",
      "--wavelength",
      "1e-10",
      "--out",
      "x.npz",
    );
    expect(stderr).toMatch(/wavelength is stated twice/u);
  });

  test("a missing distance, by its flag", async () => {
    const stderr = await fails(
      1,
      "prepare",
      join(fixtures, "measured/nexus.nxs"),
      "--position-unit",
      "um",
      "--out",
      "x.npz",
    );
    expect(stderr).toMatch(/--energy EV or --wavelength METRES, --distance METRES, --detector-pixel METRES/u);
  });
});

/** |⟨O, T⟩| / (|O| |T|) over the lit middle, with means taken out: 1 = the truth, whatever its global phase; the best of shifts. */
async function likeness(file: string): Promise<number> {
  const truth = toComplexImage(await readArrayArgument(join(fixtures, "prepare/truth.npy"), {}), "truth");
  const found = toComplexImage(await readArrayArgument(`${file}:objectGuess`, {}), "found");
  const side = 40;
  let best = 0;
  for (let dy = -12; dy <= 12; dy++) {
    for (let dx = -12; dx <= 12; dx++) {
      const at = (image: typeof truth, y: number, x: number): [number, number] => {
        const i = 2 * ((Math.floor(image.height / 2) + y) * image.width + Math.floor(image.width / 2) + x);
        return [image.data[i]!, image.data[i + 1]!];
      };
      let [n, ar, ai, br, bi, aa, bb, abr, abi] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
      for (let y = -side / 2; y < side / 2; y++) {
        for (let x = -side / 2; x < side / 2; x++) {
          const [pr, pi] = at(truth, y, x);
          const [qr, qi] = at(found, y + dy, x + dx);
          n++;
          ar += pr;
          ai += pi;
          br += qr;
          bi += qi;
          aa += pr * pr + pi * pi;
          bb += qr * qr + qi * qi;
          abr += pr * qr + pi * qi;
          abi += pi * qr - pr * qi;
        }
      }
      const cross = Math.hypot(abr - (ar * br + ai * bi) / n, abi - (ai * br - ar * bi) / n);
      const [va, vb] = [aa - (ar * ar + ai * ai) / n, bb - (br * br + bi * bi) / n];
      best = Math.max(best, cross / Math.sqrt(va * vb));
    }
  }
  return best;
}

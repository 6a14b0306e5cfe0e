// `report --verify` proves a run folder: it passes on what a run left, and fails, naming the place, when one pixel of a stored
// result, one number of a table or one file is not what it was, even when the recorded hash was changed with it.

import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import type { AnyArray } from "../../src/array/ndarray.ts";
import { cli, writeTinyStudy } from "../support/cli.ts";
import { commandsIn, object } from "../support/cli-checks.ts";

let folder: string;
const { ok } = commandsIn(() => folder);
const cell = "dose_1000/dense/seed_42";
const reconstruction = "reconstruct/dose_1000/dense/gs2/rpie/seed_42";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-verify-test-"));
  await writeTinyStudy(folder, (text) =>
    text
      .replace(/arms:.*/u, 'arms: [rpie, ml, "null"]')
      .replaceAll("epochs: 6", "epochs: 2")
      .replace(/ {2}baseline:.*/u, "  baseline: null"),
  );
  await ok("run", "tiny.yaml", "--out", "good", "--dose", "1000");
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => copyRun());
afterEach(() => rm(join(folder, "run"), { recursive: true, force: true }));

/** A fresh copy of the run. Its figures, which take longest to be drawn again, are for the tests that are about them. */
async function copyRun({ withFigures = false } = {}): Promise<void> {
  await rm(join(folder, "run"), { recursive: true, force: true });
  const filter = (path: string): boolean => withFigures || !path.endsWith("/figures");
  await cp(join(folder, "good"), join(folder, "run"), { recursive: true, filter });
}

async function verify(): Promise<{ code: number | null; stdout: string }> {
  const { code, stdout, stderr } = await cli(["report", "run", "--verify"], { cwd: folder });
  expect(stderr).not.toMatch(/unexpected error|^doselap: /mu);
  return { code, stdout };
}

/** Fails with this place among the differences. */
async function expectDifference(place: RegExp): Promise<void> {
  const { code, stdout } = await verify();
  expect(stdout).toMatch(place);
  expect(stdout).toMatch(/^not verified: \d+ differences?;/mu);
  expect(code).toBe(1);
}

/** Changes one pixel of an array by the smallest step that float32 has at 1, and writes the archive again. */
async function changePixel(file: string, name: string, at: number): Promise<void> {
  const npz = await openNpz(join(folder, "run", file));
  const arrays: Record<string, AnyArray> = {};
  for (const each of npz.names) arrays[each] = await npz.read(each);
  await npz.close();
  const array = arrays[name];
  if (array?.dtype !== "complex64") throw new TypeError(`${name} is no complex image`);
  array.data[2 * at] = array.data[2 * at]! + 2 ** -23 * Math.max(1, Math.abs(array.data[2 * at]!));
  await writeNpz(join(folder, "run", file), arrays);
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, "run", file);
  const text = await readFile(path, "utf8");
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(path, changed);
}

/** Makes a job's record agree with a file that was changed: what somebody would do who knows of the hashes. */
async function forgeRecord(job: string, file: string): Promise<void> {
  const sha256 = createHash("sha256")
    .update(await readFile(join(folder, "run", job, file)))
    .digest("hex");
  await edit(`${job}/result.json`, (text) =>
    text.replace(new RegExp(`("${file}": )"[0-9a-f]{64}"`, "u"), `$1"${sha256}"`),
  );
}

test("a finished run verifies: every number of its cells, every file; nothing in it is written", async () => {
  await copyRun({ withFigures: true });
  const before = await readFile(join(folder, "run/compare/metrics.json"));
  const { code, stdout } = await verify();
  expect(stdout).toMatch(/^verified: \d.*numbers of 2 cells recomputed.*nothing differs\n$/u);
  expect(code).toBe(0);
  expect(await readFile(join(folder, "run/compare/metrics.json"))).toEqual(before);
});

test("one pixel of a reconstruction, inside the compared window", async () => {
  const { window } = await cellMetrics();
  const npz = await openNpz(join(folder, "run", reconstruction, "reconstruction.npz"));
  const { shape } = await npz.header("objectGuess");
  await npz.close();
  const inside =
    Math.floor((window.y0 + window.y1) / 2) * shape[1]! + Math.floor((window.x0 + window.x1) / 2);
  await changePixel(`${reconstruction}/reconstruction.npz`, "objectGuess", inside);
  await expectDifference(/reconstruction\.npz : sha256: stored [0-9a-f]{64}/u);
  // Not the hash alone: the numbers themselves are computed again and differ.
  await forgeRecord(reconstruction, "reconstruction.npz");
  await expectDifference(
    /compare\/dose_1000\/dense\/seed_42\/metrics\.json : arms\.rpie\.rows\.\w+ \w+ truth\.value: stored/u,
  );
});

test("a pixel outside the window, its record changed with it, breaks the chain of hashes", async () => {
  await changePixel(`${reconstruction}/reconstruction.npz`, "objectGuess", 0);
  await forgeRecord(reconstruction, "reconstruction.npz");
  await expectDifference(/compare\/dose_1000\/dense\/seed_42\/result\.json : inputsHash/u);
});

test("one pixel of an aligned image, named with its place", async () => {
  await changePixel(`compare/${cell}/aligned.npz`, "ml", 7);
  await expectDifference(/aligned\.npz : sha256/u);
  await forgeRecord(`compare/${cell}`, "aligned.npz");
  await expectDifference(/aligned\.npz : ml\[0, 7\]: stored .*, recomputed /u);
});

test("one digit of a number: in the study's table, in the cell's, in the CSV, in the page", async () => {
  const digit = (text: string): string => text.replace(/("metric": "ssim",\s+"value": 0\.\d+?)\d,/u, "$10,");
  await edit("compare/metrics.json", digit);
  await edit(`compare/${cell}/metrics.json`, digit);
  await forgeRecord(`compare/${cell}`, "metrics.json");
  await edit("compare/metrics.csv", (text) => text.replace(/(psnr,\d+)\./u, "$19."));
  const { code, stdout } = await verify();
  expect(code).toBe(1);
  for (const place of [
    /compare\/metrics\.json : cells\.compare\/dose_1000\/\S+\.arms\.\w+\.rows\.amplitude ssim truth\.value/u,
    /seed_42\/metrics\.json : arms\.rpie\.rows\.amplitude ssim truth\.value/u,
    /compare\/metrics\.csv : line \d+: stored/u,
  ])
    expect(stdout).toMatch(place);

  await copyRun();
  await edit("report.html", (text) => text.replace(/(<td[^>]*>\s*)0\.(\d)/u, "$10.9$2"));
  await expectDifference(/report\.html : line \d+.*: stored/u);
});

test("one byte of a figure's pixels, a figure that is gone, times that were edited; what is not there at all is a note", async () => {
  await ok("report", "run");
  const figures = join(folder, "run/figures");
  const [one, other] = (await readdir(figures)).filter((name) => name.endsWith(".png")) as [string, string];
  const pixels = await readFile(join(figures, one));
  pixels[pixels.length >> 1]! ^= 1;
  await writeFile(join(figures, one), pixels);
  await rm(join(figures, other));
  await edit("figures/cost.csv", (text) => text.replace(/\d/u, "7$&"));
  const { code, stdout } = await verify();
  expect(code).toBe(1);
  expect(stdout).toContain(`figures/${one} : sha256: stored`);
  expect(stdout).toMatch(new RegExp(`figures/${other}: stored .*(no such file|ENOENT|not there)`, "iu"));
  expect(stdout).toMatch(/figures\/cost\.csv : line \d+/u);
  expect(stdout).toMatch(/^not verified: 3 differences;/mu);

  await rm(join(folder, "run/figures"), { recursive: true });
  const bare = await cli(["report", "run", "--verify"], { cwd: folder });
  expect(bare.stderr).toMatch(/^note: the report's figures are not in the folder/mu);
  expect(bare.code).toBe(0);
  await rm(join(folder, "run/report.html"));
  const none = await cli(["report", "run", "--verify"], { cwd: folder });
  expect(none.stderr).toMatch(/^note: the folder holds no report/mu);
  expect(none.code).toBe(0);
});

test("a missing file, and data that are not what was reconstructed", async () => {
  await rm(join(folder, "run", reconstruction, "history.json"));
  await edit(`data/${cell}/result.json`, (text) => text.replace('"done"', '"failed"'));
  await expectDifference(/history\.json : sha256: stored no such file/u);
  await rm(join(folder, "run", reconstruction), { recursive: true });
  await expectDifference(/metrics\.json : arms\.rpie\.state: stored "done", recomputed "skipped"/u);
});

test("--json lists every difference with file, key and both values; a folder that never ran is an error", async () => {
  await changePixel(`compare/${cell}/aligned.npz`, "null", 3);
  const { code, stdout } = await cli(["report", "run", "--verify", "--json"], { cwd: folder });
  expect(code).toBe(1);
  expect(object(stdout)).toMatchObject({
    verified: false,
    differences: expect.arrayContaining([
      expect.objectContaining({ file: `compare/${cell}/aligned.npz`, key: "null[0, 3]" }),
    ]),
  });
  const none = await cli(["report", "nothing", "--verify"], { cwd: folder });
  expect(none.code).toBe(1);
  expect(none.stderr).toMatch(/holds no study/u);
});

async function cellMetrics(): Promise<{ window: { x0: number; y0: number; x1: number; y1: number } }> {
  return JSON.parse(await readFile(join(folder, "run/compare", cell, "metrics.json"), "utf8"));
}

// Stored and recomputed files are compared by what they hold: the pixel, the leaf or the line that differs is named; a file that
// is missing or damaged differs, and an archive packed in another way does not.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { npy, storedNpz } from "../../../test/support/stored-npz.ts";
import { ndarray } from "../../array/ndarray.ts";
import { writeNpz } from "../../io/npz.ts";
import { fileDifferences } from "./file-differences.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-file-differences-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function differences(name: string, stored: string | Uint8Array, recomputed: string | Uint8Array) {
  const [a, b] = [join(folder, `a-${name}`), join(folder, `b-${name}`)];
  await writeFile(a, stored);
  await writeFile(b, recomputed);
  return (await fileDifferences(a, b)).differences;
}

const pixels = (change: Record<number, number> = {}): Float32Array =>
  Float32Array.from({ length: 12 }, (_, i) => change[i] ?? i);
const archive = (data: Float32Array, shape = [2, 3]): Buffer =>
  storedNpz([
    ["ml", npy("<c8", shape, data)],
    ["mask", npy("|b1", [2], new Uint8Array([1, 0]))],
  ]);

test("pixels: the first one that differs by its row and column, and how many others do", async () => {
  expect(await differences("x.npz", archive(pixels({ 9: 9.5 })), archive(pixels()))).toEqual([
    { key: "ml[1, 1]", stored: "8 + i·9.5", recomputed: "8 + i·9" },
  ]);
  const [two] = await differences("x.npz", archive(pixels({ 0: 7, 9: 9.5 })), archive(pixels()));
  expect(two!.key).toBe("ml[0, 0] and 1 more");
});

test("arrays: another shape, a missing one, an added one", async () => {
  expect(await differences("x.npz", archive(pixels(), [3, 2]), archive(pixels()))).toEqual([
    { key: "ml", stored: "complex64 (3, 2)", recomputed: "complex64 (2, 3)" },
  ]);
  const less = storedNpz([["ml", npy("<c8", [2, 3], pixels())]]);
  expect(await differences("x.npz", less, archive(pixels()))).toEqual([
    { key: "mask", stored: "nothing", recomputed: "bool (2,)" },
  ]);
  expect((await differences("x.npz", archive(pixels()), less)).map(({ key }) => key)).toEqual(["mask"]);
});

test("the same arrays, stored here and compressed there, do not differ", async () => {
  const [a, b] = [join(folder, "stored.npz"), join(folder, "packed.npz")];
  await writeFile(a, archive(pixels()));
  await writeNpz(b, {
    ml: ndarray("complex64", [2, 3], pixels()),
    mask: ndarray("bool", [2], new Uint8Array([1, 0])),
  });
  expect(await fileDifferences(a, b)).toEqual({ differences: [], numbers: 0 });
});

test("text: the first line that differs, around the place; JSON by its leaves; other files by their hash", async () => {
  expect(await differences("x.csv", "a,b\n1,2\n3,4\n", "a,b\n1,2\n3,5\n")).toEqual([
    { key: "line 3", stored: "3,4", recomputed: "3,5" },
  ]);
  expect(await differences("x.csv", "a\n", "a\nb\n")).toMatchObject([{ key: "line 2 and 1 more" }]);
  const long = (digit: string): string => `${"x".repeat(500)}${digit}${"y".repeat(500)}`;
  const [cut] = await differences("x.html", long("1"), long("2"));
  expect(cut!.stored).toMatch(/^… x+1y+ …$/u);
  expect(await differences("x.json", '{"a":1}', '{"a":2}')).toEqual([
    { key: "a", stored: "1", recomputed: "2" },
  ]);
  expect(await differences("x.png", "1", "2")).toMatchObject([{ key: "sha256" }]);
  expect(await differences("x.png", "1", "1")).toEqual([]);
});

test("a missing or damaged stored file is a difference, not a crash", async () => {
  await writeFile(join(folder, "whole.npz"), archive(pixels()));
  const missing = await fileDifferences(join(folder, "none.npz"), join(folder, "whole.npz"));
  expect(missing.differences).toMatchObject([{ key: "", recomputed: "a readable file" }]);
  expect(await differences("x.json", "{", "{}")).toMatchObject([{ key: "", recomputed: "a readable file" }]);
});

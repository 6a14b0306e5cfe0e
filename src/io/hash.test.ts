// The streamed hash of a file is that of its bytes.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256File, sha256Path } from "./hash.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-hash-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("a hash is the sha256 of the bytes, and a missing file is named", async () => {
  const path = join(folder, "scan.npz");
  await writeFile(path, "abc");
  expect(await sha256File(path)).toBe(createHash("sha256").update("abc").digest("hex"));
  await expect(sha256File(`${path}.gone`)).rejects.toMatchObject({
    _tag: "File",
    context: { file: `${path}.gone` },
  });
});

test("a file longer than one chunk of the stream is hashed whole", async () => {
  const path = join(folder, "long.bin");
  const bytes = Uint8Array.from({ length: 200_001 }, (_, i) => i % 251);
  await writeFile(path, bytes);
  expect(await sha256File(path)).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("a folder's hash is that of what sha256sum prints of its files, by name, deep ones too", async () => {
  const root = join(folder, "frames");
  await mkdir(join(root, "sub"), { recursive: true });
  for (const [name, text] of [
    ["b.tif", "two"],
    ["a.tif", "one"],
    ["sub/0", "deep"],
  ] as const)
    await writeFile(join(root, name), text);
  const { stdout } = await promisify(execFile)("sha256sum", ["a.tif", "b.tif", "sub/0"], { cwd: root });
  expect(await sha256Path(root)).toBe(createHash("sha256").update(stdout).digest("hex"));
  expect(await sha256Path(join(root, "a.tif"))).toBe(createHash("sha256").update("one").digest("hex"));
  await expect(sha256Path(join(folder, "gone"))).rejects.toMatchObject({ _tag: "File" });
});

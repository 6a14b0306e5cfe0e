// The streamed hash of a file is that of its bytes.

import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256File } from "./hash.ts";

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

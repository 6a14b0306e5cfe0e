// A scan that is replaced while it is read: what is reconstructed is the one scan or the other, or nothing and an error in one
// line; never a mixture of the two.

import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { doselap, expectOneLine } from "../support/injure.ts";

let folder: string;
const objects: Buffer[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-replaced-"));
  // The seed changes the noise alone: shapes and places are the same, and so is all of the header that tells of them.
  for (const seed of [1, 2]) {
    const scan = join(folder, `${seed}.npz`);
    const made = ["--size", "32", "--object-size", "96x96", "--dose", "1e4", "--overlap", "0.6"];
    const told = ["simulate", "--object", "cells", ...made, "--seed", String(seed), "--out", scan];
    const { code, stderr } = await doselap(told, { cwd: folder });
    expect(code, stderr).toBe(0);
    await reconstruct(scan, `${seed}-object.npz`);
    objects.push(await readFile(join(folder, `${seed}-object.npz`)));
  }
  expect(objects[0]!.equals(objects[1]!)).toBe(false);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function reconstruct(
  scan: string,
  out: string,
  options: { node?: string[]; env?: Record<string, string> } = {},
) {
  const args = ["reconstruct", scan, "--epochs", "2", "--threads", "1", "--out", out];
  return doselap(args, { cwd: folder, ...options });
}

const preload = `--import=${pathToFileURL(resolve(import.meta.dirname, "preload/swap.mjs")).href}`;

test.each(["rename", "in place"])("replaced %s, at every eighth read of it", async (how) => {
  const scan = join(folder, "scan.npz");
  const out = join(folder, "object.npz");
  let [swaps, isSwapped] = [0, true];
  for (let read = 1; isSwapped; read += 8) {
    await copyFile(join(folder, "1.npz"), scan);
    await rm(out, { force: true });
    const run = await reconstruct(scan, out, {
      node: [preload],
      env: { SCAN: scan, OTHER: join(folder, "2.npz"), HOW: how, READ: String(read) },
    });
    isSwapped = run.stderr.includes("swapped");
    if (isSwapped) swaps++;
    expectOneLine(run);
    if (run.code === 0) {
      const object = await readFile(out);
      expect(
        objects.some((each) => each.equals(object)),
        `read ${read}`,
      ).toBe(true);
    } else {
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/scan\.npz/u);
      expect(existsSync(out)).toBe(false);
    }
  }
  expect(swaps).toBeGreaterThan(3);
});

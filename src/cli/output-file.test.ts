// What a command writes never takes the place of what it reads, however the two are named.

import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isDoselapError } from "../errors.ts";
import { keepApart } from "./output-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-output-"));
  writeFileSync(join(folder, "scan.npz"), "scan");
  writeFileSync(join(folder, "other.npz"), "scan");
  symlinkSync("scan.npz", join(folder, "soft.npz"));
  linkSync(join(folder, "scan.npz"), join(folder, "hard.npz"));
  symlinkSync("state", join(folder, "dangling.npz"));
  symlinkSync("round.npz", join(folder, "round.npz"));
  mkdirSync(join(folder, "model"));
  writeFileSync(join(folder, "model/weights.npz"), "weights");
  symlinkSync("model", join(folder, "alias"));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Names = Parameters<typeof keepApart>[1];

/** Message of the refusal; undefined when there is none. */
async function refusal(writes: Names, reads: Names): Promise<string | undefined> {
  try {
    await keepApart(folder, writes, reads);
    return undefined;
  } catch (error) {
    if (isDoselapError(error, "Usage")) return error.message;
    throw error;
  }
}

describe("an output that is the input is refused", () => {
  test.each([
    ["the same name", "scan.npz"],
    ["a dot", "./scan.npz"],
    ["a detour", "model/../scan.npz"],
    ["a symbolic link", "soft.npz"],
    ["a hard link", "hard.npz"],
  ])("by %s", async (_how, out) => {
    expect(await refusal([["--out", out]], [["IN", "scan.npz"]])).toMatch(
      /^\S+ : --out: is the file that IN reads \(scan\.npz\), and would be replaced\. Give --out another name\.$/u,
    );
  });

  test("by an absolute path, and the other way round", async () => {
    const absolute = join(folder, "scan.npz");
    expect(await refusal([["--out", absolute]], [["IN", "soft.npz"]])).toMatch(/--out: is the file that IN/u);
    expect(await refusal([["OUT", "hard.npz"]], [["IN", absolute]])).toMatch(/OUT: is the file that IN/u);
  });

  test("as one array of a file", async () => {
    const reads = [["--probe", "scan.npz:probeGuess"]] as const;
    expect(await refusal([["--out", "scan.npz"]], reads)).toMatch(/--out: is the file that --probe reads/u);
  });
});

test("what is in a folder that is read is not replaced; a new file may be put there", async () => {
  for (const out of ["model/weights.npz", "alias/weights.npz"]) {
    expect(await refusal([["--out", out]], [["MODEL", "model"]])).toMatch(
      /weights\.npz : --out: is a file of the folder that MODEL reads \(model\), and would be replaced/u,
    );
  }
  expect(await refusal([["--out", "model/new.npz"]], [["MODEL", "model"]])).toBeUndefined();
  expect(await refusal([["--out", "scan.npz"]], [["MODEL", "model"]])).toBeUndefined();
});

test.each([
  ["a file that is there", "other.npz", "./other.npz"],
  ["a file that is not", "new.npz", "./new.npz"],
  ["a new file below a linked folder", "model/new.npz", "alias/new.npz"],
  ["what a link points at, though it is not there yet", "dangling.npz", "state"],
])("two outputs are not one: %s", async (_how, out, state) => {
  const writes = [
    ["--out", out],
    ["--checkpoint", state],
  ] as const;
  expect(await refusal(writes, [])).toMatch(
    /--checkpoint: is the file that --out writes .*Give --checkpoint another name\.$/u,
  );
});

test("different files, files that are not there and flags that were not given stand in nobody's way", async () => {
  const reads = [
    ["IN", "scan.npz"],
    ["--probe", undefined],
    ["--mask", "absent.npy"],
  ] as const;
  for (const out of ["other.npz", "new.npz", "deep/below/new.npz", "round.npz"]) {
    const writes = [
      ["--out", out],
      ["--checkpoint", undefined],
    ] as const;
    expect(await refusal(writes, reads)).toBeUndefined();
  }
});

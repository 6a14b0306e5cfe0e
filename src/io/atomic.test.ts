// A file is there whole or not at all, whatever fails and however many write it.

import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isTemporary, replaceFile, writeFileAtomic, writeJson } from "./atomic.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-atomic-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("atomic files", () => {
  test("text and bytes are written, folders are made", async () => {
    await writeFileAtomic(join(folder, "a/b/text"), "λ = 1\n");
    await writeFileAtomic(join(folder, "bytes"), Uint8Array.of(9, 1, 2, 9).subarray(1, 3));
    expect(readFileSync(join(folder, "a/b/text"), "utf8")).toBe("λ = 1\n");
    expect([...readFileSync(join(folder, "bytes"))]).toEqual([1, 2]);
  });

  test("JSON has two spaces and ends with a newline", async () => {
    await writeJson(join(folder, "a.json"), { dose: 1e3, arms: ["rpie"] });
    expect(readFileSync(join(folder, "a.json"), "utf8")).toBe(
      '{\n  "dose": 1000,\n  "arms": [\n    "rpie"\n  ]\n}\n',
    );
  });

  test("many writers of one file leave one whole content and nothing else", async () => {
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(contents.map((content) => writeFileAtomic(join(folder, "a"), content)));
    expect(contents).toContain(readFileSync(join(folder, "a"), "utf8"));
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("a write that fails keeps the old file and leaves no other", async () => {
    writeFileSync(join(folder, "a"), "old");
    const failing = replaceFile(join(folder, "a"), async (temporary) => {
      await writeFile(temporary, "half");
      throw new Error("power cut");
    });
    await expect(failing).rejects.toThrow(/cannot be written; got power cut/);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("a link stays one: the file that it names is replaced", async () => {
    writeFileSync(join(folder, "a"), "old");
    symlinkSync("a", join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new");
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("new");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  });

  test("temporary files have names of their own, whatever the file is called", async () => {
    const names: string[] = [];
    for (const name of ["a", "a.b.json", ".hidden"])
      await replaceFile(join(folder, name), async (temporary) => {
        names.push(basename(temporary));
        await writeFile(temporary, "");
      });
    expect(names.map(isTemporary)).toEqual([true, true, true]);
    for (const name of ["a", "a.1234567", ".a.part", "b.3f0e.part", "x.part"])
      expect(isTemporary(name), name).toBe(false);
  });

  test("a place that cannot be written is a File error that names it", async () => {
    writeFileSync(join(folder, "a"), "");
    await expect(writeJson(join(folder, "a/b.json"), {})).rejects.toMatchObject({
      _tag: "File",
      context: { file: join(folder, "a/b.json") },
    });
  });
});

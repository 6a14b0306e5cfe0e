// Folders are made with those above them, and what cannot be made is said at once.

import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-make-folder-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a folder is made with those above it, by many at a time; one that is there is as good, also by a link", async () => {
  const deep = join(folder, "a/b/c");
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(deep)));
  expect((await stat(deep)).isDirectory()).toBe(true);
  await symlink(deep, join(folder, "link"));
  await makeFolder(join(folder, "link"));
  await makeFolder(join(folder, "link/d"));
  expect((await stat(join(deep, "d"))).isDirectory()).toBe(true);
  await makeFolder("/");
});

test("where the system makes no folder though the parent is there, that is said and not tried for ever (STORE-004)", async () => {
  await expect(makeFolder("/proc/doselap")).rejects.toThrow("takes no new folder");
  await expect(makeFolder("/proc/doselap/a/b")).rejects.toThrow("takes no new folder");
});

test("a file in the way, and a name that is too long, keep the system's reason", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(join(folder, "file/a"))).rejects.toMatchObject({ code: "ENOTDIR" });
  await expect(makeFolder(join(folder, "x".repeat(300), "a"))).rejects.toMatchObject({
    code: "ENAMETOOLONG",
  });
});

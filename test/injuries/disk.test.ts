// Discs that give out: full, read-only, forbidden. Each is said in one line, leaves nothing half under a final name, and once
// it is mended the same command ends as an undisturbed run. They need the rights of root: to mount, and to be another user.

import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fingerprints } from "../support/cli.ts";
import {
  cliPath,
  doselap,
  expectOneLine,
  filesBelow,
  halfFiles,
  leftovers,
  start,
  writeSmallStudy,
} from "../support/injure.ts";

const nobody = 65534;

let folder: string;
let study: string;
let undisturbed: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-disk-"));
  await chmod(folder, 0o755);
  study = await writeSmallStudy(folder);
  const { code, stderr } = await doselap(["run", study, "--out", "whole", "--workers", "2"], { cwd: folder });
  expect(code, stderr).toBe(0);
  undisturbed = await fingerprints(join(folder, "whole"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function expectMended(out: string): Promise<void> {
  const { code, stderr } = await doselap(["run", study, "--out", out, "--workers", "2"], { cwd: folder });
  expect(code, stderr).toBe(0);
  expect(await fingerprints(out)).toEqual(undisturbed);
  expect(await leftovers(out)).toEqual([]);
}

describe("on a disc of its own", () => {
  let disc: string;
  const mount = (...options: string[]) => execFileSync("mount", [...options, disc]);
  beforeEach(async () => {
    disc = join(folder, "disc");
    await mkdir(disc, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "doselap", disc]);
  });
  afterEach(() => execFileSync("umount", [disc]));

  // Too small for the plan, for the frames, for the networks, for the comparison: where it gives out, the study differs.
  test.each([16, 100, 250, 450, 800])("full at %i kB", async (kilobytes) => {
    mount("-o", `remount,size=${kilobytes}k`);
    const out = join(disc, "run");
    const run = await doselap(["run", study, "--out", out, "--workers", "2"], { cwd: folder });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/no space left on the disc/u);
    expectOneLine(run);
    expect(await halfFiles(out)).toEqual([]);
    mount("-o", "remount,size=64m");
    await expectMended(out);
  });

  test("read-only, before the first run and after a part of it", async () => {
    const out = join(disc, "run");
    for (const prepare of [[], ["--stage", "plan", "--stage", "generate"]]) {
      if (prepare.length > 0) await doselap(["run", study, "--out", out, ...prepare], { cwd: folder });
      const before = await filesBelow(out);
      mount("-o", "remount,ro");
      const run = await doselap(["run", study, "--out", out], { cwd: folder });
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/a read-only file system.*Choose a writable --out/u);
      expectOneLine(run);
      mount("-o", "remount,rw");
      expect(await filesBelow(out)).toEqual(before);
    }
    await expectMended(out);
  });
});

describe("as a user who may not", () => {
  const asNobody = (args: readonly string[]) =>
    start(
      [
        "setpriv",
        `--reuid=${nobody}`,
        `--regid=${nobody}`,
        "--clear-groups",
        process.execPath,
        cliPath,
        ...args,
      ],
      { cwd: folder },
    ).done;

  test("make the folder, or write in it, is told so and writes nothing", async () => {
    const out = join(folder, "theirs");
    for (const exists of [false, true]) {
      if (exists) await mkdir(out);
      const run = await asNobody(["run", study, "--out", out]);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/theirs.*(no permission|permission denied).*Choose a writable --out/u);
      expectOneLine(run);
    }
    expect(await readdir(out)).toEqual([]);
    await expectMended(out);
  });

  test("write a folder of the run that another user made, is told so, and the owner's next run is whole", async () => {
    const out = join(folder, "mixed");
    await doselap(["run", study, "--out", out, "--stage", "plan"], { cwd: folder });
    await chmod(out, 0o777);
    await chmod(join(out, "events.jsonl"), 0o666);
    await mkdir(join(out, "data"));
    const run = await asNobody(["run", study, "--out", out]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/data\/.*no permission/u);
    expectOneLine(run);
    expect(await halfFiles(out)).toEqual([]);
    await expectMended(out);
  });
});

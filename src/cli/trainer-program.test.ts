// The trainer's command: files named where doselap was started are found from a job's folder, by a real shell; nothing else
// of the text is touched.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { trainerProgram } from "./trainer-program.ts";

let root: string;
let cwd: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-program-"));
  cwd = join(root, "it's here");
  await mkdir(join(cwd, "my"), { recursive: true });
  await writeFile(join(cwd, "my/train.sh"), 'echo "trained with $*"');
  await writeFile(join(cwd, "params.json"), "{}");
});
afterAll(() => rm(root, { recursive: true, force: true }));

const sha256 = createHash("sha256").update('echo "trained with $*"').digest("hex");

test("a file named where doselap was started runs from any folder, whatever its folder is called", async () => {
  const { command, programSha256 } = await trainerProgram("/bin/sh my/train.sh --fast 3", cwd);
  expect(execFileSync("/bin/sh", ["-c", command], { cwd: root, encoding: "utf8" })).toBe(
    "trained with --fast 3\n",
  );
  expect(programSha256).toEqual([sha256]);
});

test("a file named in full is an input too, but the interpreter is none", async () => {
  const named = `/bin/sh ${root}/full.sh`;
  await writeFile(join(root, "full.sh"), "true");
  const { command, programSha256 } = await trainerProgram(named, cwd);
  expect(command).toBe(named);
  expect(programSha256).toHaveLength(1);
});

test.each([
  ["a file of the job's folder", "cat params.json"],
  ["what is no file", "python3 -u nothing.py my"],
  ["a redirection", "echo hello > my/train.sh"],
  ["a second command", "true; sh my/train.sh"],
  ["quoted text", "sh 'my/train.sh'"],
  ["the beginning of a longer word", "sh my/train.sh'.old'"],
  ["a variable", "$SHELL my/train.sh"],
  ["nothing", "  "],
])("%s stays as it is written", async (_what, command) => {
  expect(await trainerProgram(command, cwd)).toEqual({ command, programSha256: [] });
});

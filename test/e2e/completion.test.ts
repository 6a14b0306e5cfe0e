// The completion script works in a real bash: commands, flags, values and engines are completed from the program itself.

import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli } from "../support/cli.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-completion-"));
  // `doselap` on the PATH, as npm link makes it.
  const main = resolve(import.meta.dirname, "../../dist/cli/main.js");
  await writeFile(join(folder, "doselap"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  await chmod(join(folder, "doselap"), 0o755);
  const { stdout, stderr, code } = await cli(["completion", "bash"], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  await writeFile(join(folder, "completion.sh"), stdout);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** COMPREPLY after the Tab key at the end of the line, as bash fills it. */
async function press(line: string): Promise<string[]> {
  const script = [
    `source completion.sh`,
    // The function that `complete` has registered, called as readline calls it.
    `complete -p doselap | grep -q -- '-F _doselap doselap'`,
    `COMP_LINE='${line}' COMP_POINT=${line.length}`,
    `_doselap doselap`,
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join("\n");
  const child = spawn("bash", ["--norc", "--noprofile", "-euo", "pipefail", "-c", script], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const code = await new Promise((done) => child.on("close", done));
  expect({ line, code, err }).toEqual({ line, code: 0, err: "" });
  return out.split("\n").filter((proposal) => proposal !== "");
}

describe("the Tab key", () => {
  test.each<[string, string[]]>([
    ["doselap reconstruct x --engine l", ["lsqml"]],
    ["doselap reconstruct x --engine r", ["rpie", "raar"]],
    ["doselap engines lsq", ["lsqml"]],
    ["doselap eng", ["engines"]],
    ["doselap re", ["reconstruct", "report"]],
    ["doselap reconstruct --hel", ["--held-out"]],
    ["doselap reconstruct --likelihood ", ["amplitude", "poisson"]],
    ["doselap completion ", ["bash"]],
  ])("completes %j", async (line, expected) => {
    expect((await press(line)).toSorted()).toEqual(expected.toSorted());
  });

  test("leaves files to bash where there is nothing to propose", async () => {
    expect(await press("doselap inspect sc")).toEqual([]);
  });

  test("proposes nothing after a command that does not exist", async () => {
    expect(await press("doselap recontruct --eng")).toEqual([]);
  });
});

test("an unknown shell is told which ones there are", async () => {
  const { code, stderr } = await cli(["completion", "tcsh"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain('SHELL: expected bash, got "tcsh"');
});

// The scripts are given to a real shell: what it makes of them is the test.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { isDoselapError } from "../../../errors.ts";
import { batchScript, checkSettings, quoted } from "./script.ts";

const folder = mkdtempSync(join(tmpdir(), "doselap-script-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that leaves its arguments as JSON. */
const echo = join(folder, "echo.mjs");
writeFileSync(
  echo,
  "import {writeFileSync} from 'node:fs'; writeFileSync(process.env.OUT, JSON.stringify(process.argv.slice(2)))",
);

function scriptFor(root: string, tasks = 3): string {
  return batchScript({
    name: "train",
    jobName: "doselap-x-1",
    root,
    tasks,
    memoryMb: 700,
    cores: 1,
    command: [process.execPath, echo],
    settings: { partition: "long,short", time: "2:00:00", atOnce: 4 },
  }).text;
}

/** What the program got when bash ran the script. */
function argumentsIn(script: string): string[] {
  const file = join(folder, "script.sh");
  const out = join(folder, "out.json");
  writeFileSync(file, script);
  execFileSync("bash", [file], { env: { ...process.env, OUT: out, SLURM_ARRAY_TASK_ID: "2" }, cwd: folder });
  return JSON.parse(readFileSync(out, "utf8")) as string[];
}

const hostile = [
  "plain",
  "two words",
  "it's",
  'say "hi"',
  "$(touch pwned)",
  "`touch pwned`",
  "a;touch pwned",
  "line\nbreak #SBATCH --uid=0",
  "back\\slash",
  "%j-%a",
  "-rf",
  "µm-日本-🔬",
  "&& touch pwned",
] as const;

describe("a folder of any name reaches the program as it is, and nothing else happens", () => {
  test.each(hostile)("%j", (name) => {
    const root = join(folder, name);
    mkdirSync(join(root, "slurm/logs"), { recursive: true });
    expect(argumentsIn(scriptFor(root))).toEqual(["work", root, "--stage", "train", "--task", "2"]);
    expect(argumentsIn(scriptFor(root, 0))).toEqual(["work", root, "--collect"]);
    expect(readdirSync(folder)).not.toContain("pwned");
    expect(readdirSync(join(root, "slurm/logs")).toSorted()).toEqual(["train-2.log", "train.log"]);
  });
});

test("no #SBATCH line holds a user's name", () => {
  const options = scriptFor("/x/$(a)\n#SBATCH --uid=0")
    .split("\n")
    .slice(1)
    .filter((line) => line.startsWith("#SBATCH"));
  const before = options.slice(0, options.indexOf("#SBATCH --kill-on-invalid-dep=yes") + 1);
  expect(before.join("\n")).not.toContain("uid");
  expect(before).toContain("#SBATCH --array=0-2%4");
  expect(before).toContain("#SBATCH --partition=long,short");
});

test("quoting survives bash for any text without a zero byte", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes("\0")),
      (text) => {
        expect(execFileSync("bash", ["-c", `printf %s ${quoted(text)}`], { encoding: "utf8" })).toBe(text);
      },
    ),
    { numRuns: 60 },
  );
  expect(() => quoted("a\0b")).toThrow(/zero byte/u);
});

test.each([
  ["partition", "a b"],
  ["partition", "$(x)"],
  ["account", "x\n#SBATCH --uid=0"],
  ["time", "soon"],
  ["time", "1"],
  ["time", "4:59"],
  ["time", "0:04:00"],
  ["time", "0-0:04:59"],
  ["gres", "gpu:1;rm"],
  ["constraint", "a'b"],
])("--slurm-%s %j is refused", (key, value) => {
  const error = thrown(() => checkSettings({ [key]: value }));
  expect(isDoselapError(error, "Usage")).toBe(true);
  expect(String(error)).toContain(`--slurm-${key}`);
});

test.each(["90", "30:00", "2:00:00", "1-12", "1-00:30:00", "5", "5:00", "0:05:00", "0-0:05", "0"])(
  "--slurm-time %s is taken",
  (time) => {
    expect(() => checkSettings({ time })).not.toThrow();
  },
);

function thrown(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

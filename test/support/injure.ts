// What the injury tests share: a small study that trains a network and runs engines, child processes in a group of their own,
// and a walk of a run folder for what must not be there.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { expect } from "vitest";
import type { CliResult } from "./cli.ts";

export const cliPath = resolve(import.meta.dirname, "../../dist/cli/main.js");

const smallStudy = `preset: quick
name: injured
sizePx: 32
object: { heightPx: 128, widthPx: 80 }
probe: { defocusRadiusPx: 6 }
doses: [1000]
views:
  baseline: { gridsize: 1, overlap: 0.6 }
  dense: null
  sparse: null
arms: [pinn, rpie, ml, "null"]
engines:
  rpie: { epochs: 20 }
  ml: { epochs: 20 }
methods:
  pinn: { widths: [4, 8], epochs: 3, steps: 2, leastSteps: 0, batchSize: null }
training: { batchSize: 8 }
`;

export async function writeSmallStudy(
  folder: string,
  change: (text: string) => string = (text) => text,
): Promise<string> {
  const file = join(folder, "injured.yaml");
  await writeFile(file, change(smallStudy));
  return file;
}

export interface Started {
  readonly child: ChildProcess;
  readonly done: Promise<CliResult>;
  /** kill -9 of the process and all that it started. */
  killAll(): void;
}

/** Starts a program in a process group of its own. */
export function start(
  [program, ...args]: readonly [string, ...string[]],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Started {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const done = new Promise<CliResult>((resolveDone, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolveDone({ code, signal, stdout, stderr }));
  });
  return {
    child,
    done,
    killAll() {
      // Its number is not given away before `close`: the group is ours or gone.
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
    },
  };
}

/** `doselap …` in a group of its own; `node` adds options of the runtime. */
export function startDoselap(
  args: readonly string[],
  { node = [], ...options }: { cwd: string; env?: Record<string, string>; node?: readonly string[] },
): Started {
  return start([process.execPath, ...node, cliPath, ...args], options);
}

export function doselap(
  args: readonly string[],
  options: Parameters<typeof startDoselap>[1],
): Promise<CliResult> {
  return startDoselap(args, options).done;
}

/** Files below a folder, POSIX, relative. */
export async function filesBelow(root: string): Promise<string[]> {
  if (!existsSync(root)) return [];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

const isHidden = (file: string): boolean => file.split("/").some((part) => part.startsWith("."));

/** Files that stand under a final name and are not whole: JSON that does not parse, archives and pages without their end. */
export async function halfFiles(root: string): Promise<string[]> {
  const half: string[] = [];
  for (const file of await filesBelow(root)) {
    if (isHidden(file)) continue;
    const bytes = await readFile(join(root, file));
    const isWhole = file.endsWith(".json")
      ? parses(bytes.toString("utf8"))
      : file.endsWith(".npz")
        ? // The last record of a zip archive.
          bytes.length > 22 && bytes.readUInt32LE(bytes.length - 22) === 0x06054b50
        : file.endsWith(".html")
          ? bytes.toString("utf8").trimEnd().endsWith("</html>")
          : true;
    if (!isWhole) half.push(file);
  }
  return half;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Temporary files, working folders and locks below a run folder: none may be there after a whole run. */
export async function leftovers(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => isHidden(name) || name.endsWith(".lock") || name.includes(".takeover"));
}

/** Of every finished job its record's inode and time of change: the same later if and only if it was not written again. */
export async function finishedJobs(root: string): Promise<Map<string, string>> {
  const finished = new Map<string, string>();
  for (const file of await filesBelow(root)) {
    if (isHidden(file) || !file.endsWith("result.json")) continue;
    const record: { state?: unknown } = JSON.parse(await readFile(join(root, file), "utf8"));
    const { ino, mtimeNs } = await stat(join(root, file), { bigint: true });
    if (record.state === "done") finished.set(file, `${ino} ${mtimeNs}`);
  }
  return finished;
}

/** How often each job was worked to its end, by the journal; lines that a kill cut are left out. */
export async function timesDone(root: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const line of (await readFile(join(root, "events.jsonl"), "utf8")).split("\n")) {
    if (!parses(line)) continue;
    const { kind, path, state, reused }: { [key: string]: unknown } = JSON.parse(line);
    if (kind === "job-end" && state === "done" && reused === false)
      times.set(String(path), (times.get(String(path)) ?? 0) + 1);
  }
  return times;
}

/** Every error is one line that names what is wrong: no stack, no "unexpected error". */
export function expectOneLine({ stderr }: CliResult): void {
  expect(stderr).not.toMatch(/unexpected error|^\s+at /mu);
}

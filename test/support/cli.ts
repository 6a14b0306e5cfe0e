// Runs the built command in a child process, as a user does.

import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";

const cliPath = resolve(import.meta.dirname, "../../dist/cli/main.js");

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command; `done` resolves when it has ended. */
export function startCli(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): { readonly child: ChildProcess; readonly done: Promise<CliResult> } {
  const child = spawn(process.execPath, [cliPath, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const done = new Promise<CliResult>((resolveDone, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolveDone({ code, signal, stdout, stderr }));
  });
  return { child, done };
}

/** Runs the command to its end. */
export function cli(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<CliResult> {
  return startCli(args, options).done;
}

/** The whole study in a few seconds: 32 px frames, few of them, few epochs. */
const tinyStudy = `preset: quick
name: tiny
sizePx: 32
object: { heightPx: 128, widthPx: 80 }
probe: { defocusRadiusPx: 6 }
doses: [1000, 100000]
views:
  baseline: { gridsize: 1, overlap: 0.6 }
  dense: { gridsize: 2, overlap: 0.6 }
  sparse: { gridsize: 2, overlap: 0.3 }
arms: [pinn, supervised, epie, rpie, dm, lsqml, ml, "null"]
engines:
  epie: { epochs: 6 }
  rpie: { epochs: 6 }
  dm: { epochs: 6 }
  lsqml: { epochs: 6 }
  ml: { epochs: 6 }
methods:
  pinn: { widths: [4, 8], epochs: 2, steps: 2, leastSteps: 0, batchSize: null }
  supervised: { widths: [4, 8], epochs: 2, steps: 2, leastSteps: 0, batchSize: null }
training: { batchSize: 8 }
`;

/** Writes the tiny study into a folder and returns its path. */
export async function writeTinyStudy(
  folder: string,
  change: (text: string) => string = (text) => text,
): Promise<string> {
  const file = join(folder, "tiny.yaml");
  await writeFile(file, change(tinyStudy));
  return file;
}

/** sha256 of every file below a folder, by relative path; the journal, the only file with times, is left out, and of the report
 * the one section that is made from it. */
export async function fingerprints(root: string): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || entry.name === "events.jsonl" || entry.name === "run.lock") continue;
    // What was given to Slurm says where the run was, not what came out.
    if (relative(root, path).startsWith(`slurm${sep}`)) continue;
    const content = await readFile(path);
    result[relative(root, path)] = createHash("sha256")
      .update(entry.name === "report.html" ? withoutCost(content.toString("utf8")) : content)
      .digest("hex");
  }
  return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The report without its cost section, which must be there. */
function withoutCost(report: string): string {
  const [before, after, ...others] = report.split(/<section id="cost">[\s\S]*?<\/section>/u);
  if (after === undefined || others.length > 0)
    throw new Error("report.html has not exactly one cost section");
  return before! + after;
}

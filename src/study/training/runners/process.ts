// Runs a shell command in a process group of its own, so that everything it starts ends with it: on abort, on a time limit,
// and when this process is killed (the group watches a pipe whose other end we hold).

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { DoselapError } from "../../../errors.ts";
import { errorCode } from "../../../io/file-error.ts";
import { createLineSplitter } from "./lines.ts";

export interface ProcessOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  onLine(stream: "out" | "err", line: string): void;
  readonly signal?: AbortSignal | undefined;
  /** Time between SIGTERM and SIGKILL, milliseconds. */
  readonly killGraceMs: number;
  /** Milliseconds; no limit when absent. */
  readonly timeoutMs?: number | undefined;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why the group was stopped from here; undefined when it ended by itself. */
  readonly stopped: "aborted" | "timed out" | undefined;
}

/** The arguments of /bin/sh. `cat` ends when the pipe on descriptor 3 breaks, which happens when its other end dies; the
 * whole group is then killed. The command itself takes the shell's place and does not see the pipe. */
export function guardedShell(command: string): string[] {
  const guard = "(cat <&3; kill -KILL 0) >/dev/null 2>&1 &";
  return ["-c", `${guard}\nexec /bin/sh -c "$1" 3<&-`, "doselap", command];
}

/** Runs the command to its end, or to its group's. @throws Runner when it cannot be started. */
export async function runInGroup(
  command: string,
  { cwd, env, onLine, signal, killGraceMs, timeoutMs }: ProcessOptions,
): Promise<ProcessEnd> {
  const child = spawn("/bin/sh", guardedShell(command), {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  for (const name of ["out", "err"] as const) {
    const lines = createLineSplitter((line) => onLine(name, line));
    const stream = name === "out" ? child.stdout : child.stderr;
    stream?.setEncoding("utf8");
    stream?.on("data", (text: string) => lines.push(text));
    stream?.on("end", () => lines.end());
  }
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const ended = new Promise<Omit<ProcessEnd, "stopped">>((resolve, reject) => {
    child.once("exit", (code, by) => resolve({ code, signal: by }));
    child.once("error", (cause) =>
      reject(new DoselapError("Runner", "the command cannot be started", { file: cwd, got: command, cause })),
    );
  });

  let stopped: ProcessEnd["stopped"];
  let stopping: Promise<void> | undefined;
  function stop(reason: "aborted" | "timed out"): void {
    stopped ??= reason;
    if (child.pid !== undefined) stopping ??= stopGroup(child.pid, killGraceMs);
  }
  const onAbort = (): void => stop("aborted");
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort);
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop("timed out"), timeoutMs);
  try {
    const end = await ended;
    await stopping;
    // The job is over when its command is: what the command left behind is stopped, so that the pipes close.
    if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
    await Promise.race([closed, delay(drainMs, undefined, { ref: false })]);
    return { ...end, stopped };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    for (const stream of child.stdio) stream?.destroy();
  }
}

/** How long to wait for output held by a process that left the group. */
const drainMs = 5000;
const pollMs = 25;

async function stopGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, "SIGTERM");
  for (let waited = 0; waited < graceMs && isGroupAlive(group); waited += pollMs) await delay(pollMs);
  signalGroup(group, "SIGKILL");
}

/** Nothing happens when the group has no process left. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

/** Whether any process of the group still runs. The dead that nobody has collected do not count: a container's first
 * process may never collect them. */
function isGroupAlive(group: number): boolean {
  return existsSync("/proc/self/stat")
    ? readdirSync("/proc").some((entry) => /^\d+$/.test(entry) && isMember(entry, group))
    : canSignal(group);
}

/** /proc/PID/stat is `pid (name) state parent group …`; the name may hold anything, so the rest starts at the last `)`. */
function isMember(pid: string, group: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch (error) {
    // The process ended meanwhile.
    if (["ENOENT", "ESRCH"].includes(errorCode(error) ?? "")) return false;
    throw error;
  }
  const [state, , memberOf] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(memberOf) === group && state !== "Z" && state !== "X";
}

function canSignal(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    if (errorCode(error) === "ESRCH") return false;
    throw error;
  }
}

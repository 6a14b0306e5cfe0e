// Who holds something in a run folder: host, process, and when that process started. A pid alone is given out again sooner or
// later (STORE-001); with its start, and the boot of the machine, it names one process for good.

import { readFileSync } from "node:fs";
import { hostname } from "node:os";

export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** `BOOT-TICKS` of /proc on Linux: boot id (8 digits), and clock ticks from boot to start; null where there is no /proc. */
  readonly started: string | null;
}

export function thisProcess(): Owner {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) };
}

/** True when the process has ended for certain: it ran here, and its pid is free or another's by now. A process of another
 * host cannot be seen from here and counts as alive. */
export function isGone({ host, pid, started }: Owner): boolean {
  if (host !== hostname()) return false;
  if (!isRunning(pid)) return true;
  const now = startOf(pid);
  return started !== null && now !== null && now !== started;
}

/** The owner in parsed JSON, or undefined when it is none. */
export function ownerOf(value: unknown): Owner | undefined {
  if (typeof value !== "object" || value === null || !("pid" in value) || !("host" in value))
    return undefined;
  const { pid, host } = value;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid < 1 || typeof host !== "string")
    return undefined;
  const started = "started" in value && typeof value.started === "string" ? value.started : null;
  return { host, pid, started };
}

function startOf(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22, counted from the last parenthesis: the name before it may hold spaces and parentheses.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return ticks === undefined ? null : `${boot}-${ticks}`;
  } catch {
    // Not Linux, or the process has just ended: what is known is its pid alone.
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

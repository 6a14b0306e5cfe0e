// Memory that new work may take: what the system has to spare, and what the control group of this process (a batch job's limit,
// a container's) leaves. Linux: proc(5) meminfo, cgroups(7). Elsewhere Node's own figure.

import { readFileSync } from "node:fs";
import { freemem } from "node:os";

/** Bytes; reads a few small files. `read` gives the text of a file or undefined. */
export function freeMemoryBytes(read: (file: string) => string | undefined = textOf): number {
  const available = /^MemAvailable:\s+(\d+) kB$/mu.exec(read("/proc/meminfo") ?? "")?.[1];
  const system = available === undefined ? freemem() : 1024 * Number(available);
  const limits = groupFolders(read).map(({ limit, used }) => numberIn(read(limit)) - numberIn(read(used)));
  return Math.max(0, Math.min(system, ...limits.filter(Number.isFinite)));
}

/** Files of the process's own control groups, version 2 and version 1. */
function groupFolders(read: (file: string) => string | undefined): { limit: string; used: string }[] {
  return (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/u.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === "") {
      const folder = `/sys/fs/cgroup${path}`;
      return [{ limit: `${folder}/memory.max`, used: `${folder}/memory.current` }];
    }
    if (controllers?.split(",").includes("memory") !== true) return [];
    const folder = `/sys/fs/cgroup/memory${path}`;
    return [{ limit: `${folder}/memory.limit_in_bytes`, used: `${folder}/memory.usage_in_bytes` }];
  });
}

/** NaN for "max", an empty or an absent file. */
function numberIn(text: string | undefined): number {
  return text === undefined || text.trim() === "" ? NaN : Number(text);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}

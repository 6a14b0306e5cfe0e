// Memory that new work may take: what the system has to spare, and what the control groups of this process leave (a batch job's
// limit, a container's), its own and those above it, for Slurm limits the job and not the task's group. Linux: proc(5) meminfo,
// cgroups(7). Elsewhere Node's own figure.

import { readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { dirname } from "node:path";

/** The text of a file, or undefined. */
export type ReadText = (file: string) => string | undefined;

/** Bytes that are free now; reads a few small files. */
export function freeMemoryBytes(read: ReadText = textOf): number {
  const available = kibibytes(read, "MemAvailable");
  const left = groups(read).map(({ limit, used, cache }) => limit - used + cache);
  return Math.max(0, Math.min(available ?? freemem(), ...left));
}

/** Bytes that there would be if nothing else ran. */
export function mostMemoryBytes(read: ReadText = textOf): number {
  const total = kibibytes(read, "MemTotal");
  return Math.min(total ?? totalmem(), ...groups(read).map(({ limit }) => limit));
}

interface Group {
  readonly limit: number;
  readonly used: number;
  /** Of the used: files that the system drops when memory is wanted. */
  readonly cache: number;
}

/** The process's control groups that have a limit, versions 2 and 1. */
function groups(read: ReadText): Group[] {
  return (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/u.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === "") {
      return upwards(path).flatMap((folder) =>
        groupIn(read, `/sys/fs/cgroup${folder}`, { limit: "memory.max", used: "memory.current" }),
      );
    }
    if (controllers?.split(",").includes("memory") !== true) return [];
    // In a container the path may be the host's: what is not there says nothing, and the root of the mount is the container's.
    return upwards(path).flatMap((folder) =>
      groupIn(read, `/sys/fs/cgroup/memory${folder}`, {
        limit: "memory.limit_in_bytes",
        used: "memory.usage_in_bytes",
      }),
    );
  });
}

/** "/a/b" → "/a/b", "/a", "". */
function upwards(path: string): string[] {
  const folders: string[] = [];
  for (let folder = path; folder !== "/"; folder = dirname(folder)) folders.push(folder);
  return [...folders, ""];
}

function groupIn(
  read: ReadText,
  folder: string,
  names: { readonly limit: string; readonly used: string },
): Group[] {
  const limit = numberIn(read(`${folder}/${names.limit}`));
  const used = numberIn(read(`${folder}/${names.used}`));
  if (!Number.isFinite(limit) || !Number.isFinite(used)) return [];
  const inactive = /^(?:total_)?inactive_file (\d+)$/mu.exec(read(`${folder}/memory.stat`) ?? "")?.[1];
  return [{ limit, used, cache: Number(inactive ?? 0) }];
}

/** NaN for "max", an empty or an absent file. */
function numberIn(text: string | undefined): number {
  return text === undefined || text.trim() === "" ? NaN : Number(text);
}

function kibibytes(read: ReadText, name: string): number | undefined {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, "mu").exec(read("/proc/meminfo") ?? "")?.[1];
  return value === undefined ? undefined : 1024 * Number(value);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}

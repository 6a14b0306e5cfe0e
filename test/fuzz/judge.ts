// Reads one input and tells what is wrong with the reader, if anything: an error without a tag, too long, too much memory,
// a file or a handle left behind.

import { readdirSync } from "node:fs";
import { isDoselapError } from "../../src/errors.ts";
import type { FuzzTarget } from "./target.ts";

/** Processor time of one case. Wall time would also count what else the machine does. */
const maxSeconds = 5;

export type FaultKind = "error" | "hang" | "memory" | "crash" | "left-file" | "left-handle";

export interface Verdict {
  /** "read", or the tag of the error that refused the input. */
  readonly outcome: string;
  readonly fault?: { readonly kind: FaultKind; readonly detail: string };
}

export interface Limits {
  readonly folder: string;
  /** Of the whole process, at its peak. */
  readonly maxBytes: number;
}

export async function judge(
  target: FuzzTarget,
  input: Uint8Array,
  { folder, maxBytes }: Limits,
): Promise<Verdict> {
  const handles = openHandles();
  const start = process.cpuUsage();
  const { outcome, detail } = await outcomeOf(target, input, folder);
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  const fault = (kind: FaultKind, words: string): Verdict => ({ outcome, fault: { kind, detail: words } });
  if (detail !== undefined) return fault("error", detail);
  if (seconds > maxSeconds) return fault("hang", `${seconds.toFixed(1)} s of processor time`);
  const peak = process.resourceUsage().maxRSS * 1024;
  if (peak > maxBytes) return fault("memory", `${Math.round(peak / 2 ** 20)} MiB at the peak`);
  const kept = new Set(target.keeps ?? []);
  const left = filesIn(folder).filter((file) => !kept.has(file));
  if (left.length > 0) return fault("left-file", left.join(", "));
  const opened = openHandles() - handles;
  if (opened > 0) return fault("left-handle", `${opened} open files more than before`);
  return { outcome };
}

async function outcomeOf(
  target: FuzzTarget,
  input: Uint8Array,
  folder: string,
): Promise<{ outcome: string; detail?: string }> {
  try {
    await target.read(input, folder);
    return { outcome: "read" };
  } catch (error) {
    if (isDoselapError(error)) return { outcome: error._tag };
    return {
      outcome: "error",
      detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1));
}

function openHandles(): number {
  return readdirSync("/proc/self/fd").length;
}

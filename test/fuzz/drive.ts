// Runs the cases of one target in a child process and watches it: a child that says nothing for too long hung, one that ends
// early crashed. A fresh child goes on with the next case.

import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { FaultKind } from "./judge.ts";

export interface Fault {
  readonly target: string;
  /** Number of the case, or a name for samples and the corpus. */
  readonly id: number | string;
  readonly kind: FaultKind;
  readonly detail: string;
}

export interface TargetReport {
  readonly cases: number;
  /** How many inputs were read, and refused with each tag. */
  readonly outcomes: { readonly [outcome: string]: number };
  readonly faults: readonly Fault[];
}

export interface DriveOptions {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly corpus: string;
  /** Silence after which a child is taken for hung. */
  readonly silentMs?: number;
}

const child = fileURLToPath(new URL("../../dist-fuzz/child.js", import.meta.url));
const heapMiB = 256;
/** Peak of the whole process; Node with our modules takes 130 MiB of it. */
const maxBytes = 512 * 2 ** 20;
/** On the wall clock. The child counts its own processor time and stops at 5 s; only one that cannot is ended from here. */
const usualSilentMs = 30_000;
/** Loading our modules on a busy machine. */
const startMs = 120_000;
/** More faults than this are the same one. */
const maxFaults = 25;

export async function driveTarget(
  target: string,
  { seed, from, to, corpus, silentMs = usualSilentMs }: DriveOptions,
): Promise<TargetReport> {
  const faults: Fault[] = [];
  const outcomes: Record<string, number> = {};
  let cases = 0;
  for (let next = from; next < to && faults.length < maxFaults;) {
    const run = await runChild([target, seed, next, to, maxBytes, corpus].map(String), {
      outcome: (name) => (outcomes[name] = (outcomes[name] ?? 0) + 1),
      fault: (fault) => faults.push({ target, ...fault }) < maxFaults,
      silentMs,
    });
    cases += run.cases;
    if (run.ended) break;
    const { last } = run;
    if (run.death !== undefined) faults.push({ target, id: last, ...run.death });
    // Without a number there is no case to go on from: the corpus or the samples themselves end the child.
    if (typeof last !== "number") break;
    next = last + 1;
  }
  return { cases, outcomes, faults };
}

interface ChildRun {
  readonly ended: boolean;
  /** The case that was begun last. */
  readonly last: number | string;
  readonly cases: number;
  readonly death?: { readonly kind: FaultKind; readonly detail: string } | undefined;
}

interface Watch {
  readonly silentMs: number;
  outcome(name: string): void;
  /** Returns false to stop. */
  fault(fault: Omit<Fault, "target">): boolean;
}

function runChild(args: readonly string[], { silentMs, ...told }: Watch): Promise<ChildRun> {
  const running = spawn(process.execPath, [`--max-old-space-size=${heapMiB}`, child, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let last: number | string = "start";
  let cases = 0;
  let [ended, stopped, hung] = [false, false, false];
  let [complaint, root] = ["", ""];
  const hang = (): void => {
    hung = true;
    running.kill("SIGKILL");
  };
  let watchdog = setTimeout(hang, startMs);
  running.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (complaint = (complaint + text).slice(-2000)));
  createInterface({ input: running.stdout }).on("line", (text) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(hang, silentMs);
    const line = JSON.parse(text);
    if (line.root !== undefined) root = line.root;
    if (line.begins !== undefined) [last, cases] = [line.begins, cases + 1];
    if (line.ends !== undefined) ended = true;
    if (line.outcome !== undefined) told.outcome(line.outcome);
    if (line.fault === undefined) return;
    if (line.fault.kind === "memory") stopped = true;
    if (told.fault(line.fault)) return;
    stopped = true;
    running.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    running.on("error", reject);
    running.on("close", (code, signal) => {
      clearTimeout(watchdog);
      if (root !== "") rmSync(root, { recursive: true, force: true });
      const death = hung
        ? ({ kind: "hang", detail: `silent for ${silentMs / 1000} s` } as const)
        : ended || stopped
          ? undefined
          : ({ kind: "crash", detail: `ended with ${signal ?? `code ${code}`}: ${complaint}` } as const);
      resolve({ ended, last, cases, death });
    });
  });
}

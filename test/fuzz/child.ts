// The process that reads: one target, cases from one number to another. It says which case it begins before it begins it,
// so that whoever watches knows where it hung or died. Ended by its parent when it does.
// Usage: node child.js TARGET SEED FROM TO MAX_BYTES CORPUS

import { mkdirSync, mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { caseInput, corpusInputs } from "./case.ts";
import { judge, type Verdict } from "./judge.ts";
import { plantedTargets } from "./planted.ts";
import { targets } from "./targets.ts";

const [name, ...given] = process.argv.slice(2);
const [seed, from, to, maxBytes] = given.map(Number) as [number, number, number, number];
const corpus = given[4]!;
const target = [...targets, ...plantedTargets].find((each) => each.name === name)!;

function say(line: object): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // The pipe is full: whoever reads it is busy.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }
}

/** A promise that nobody waited for: found at the end of the case that made it. */
let stray: unknown;
process.on("unhandledRejection", (reason) => (stray = reason));

const root = mkdtempSync(join(tmpdir(), "doselap-fuzz-"));
const folder = join(root, "case");
// Whoever watches removes it: this process may be killed.
say({ root });

async function one(id: number | string, input: Uint8Array): Promise<void> {
  say({ begins: id });
  const verdict = withStray(await judge(target, input, { folder, maxBytes }));
  say({
    outcome: verdict.outcome,
    ...(verdict.fault === undefined ? {} : { fault: { id, ...verdict.fault } }),
  });
  if (verdict.fault === undefined) return;
  // Memory's peak never falls, and files that were left would be found again: a fresh process goes on.
  if (verdict.fault.kind === "memory") process.exit(9);
  await fresh();
}

function withStray(verdict: Verdict): Verdict {
  if (stray === undefined) return verdict;
  const detail = stray instanceof Error ? (stray.stack ?? stray.message) : `${typeof stray} was thrown`;
  stray = undefined;
  return { ...verdict, fault: { kind: "crash", detail } };
}

async function fresh(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  process.chdir(folder);
  await target.setUp?.(folder);
}

const scratch = join(root, "samples");
mkdirSync(scratch);
const samples = await target.samples(scratch);
await fresh();
for (const [i, sample] of samples.entries()) {
  const { outcome, fault } = await judge(target, sample, { folder, maxBytes });
  // A sample that is refused would make every case that follows worthless.
  if (outcome !== "read" || fault !== undefined)
    say({ fault: { id: `sample ${i}`, kind: "error", detail: fault?.detail ?? outcome } });
}
if (from === 0)
  for (const { file, input } of corpusInputs(corpus, target)) await one(`corpus ${file}`, input);
for (let number = from; number < to; number++)
  await one(number, caseInput(target, samples, { seed, number }));
say({ ends: true });

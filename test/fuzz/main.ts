// `npm run fuzz`: every target with mutated inputs, reproducible from seed, target and case number.
// --count N     cases in all, at least 500 a target (default 10000)
// --seed S      another set of cases (default 1)
// --only NAME   one target; --case I  one case of it, whose input is kept as fuzz-case.bin
// --json        one JSON document on stdout
// The last line is "N passed, N failed" over all cases; exit 1 when a reader failed.

import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { caseInput } from "./case.ts";
import { driveTarget, type TargetReport } from "./drive.ts";
import { targets } from "./targets.ts";

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { count: text, seed: text, only: text, case: text, json: { type: "boolean" } },
});
const seed = wholeNumber("seed", values.seed ?? "1");
const leastPerTarget = 500;
const corpus = resolve("fixtures/fuzz-corpus");

const chosen = targets.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0)
  fail(`no target of this name; there are ${targets.map(({ name }) => name).join(", ")}`);
const single = values.case === undefined ? undefined : wholeNumber("case", values.case);
if (single !== undefined) await keepCase(single);
const each = Math.max(
  leastPerTarget,
  Math.ceil(wholeNumber("count", values.count ?? "10000") / chosen.length),
);
const [from, to] = single === undefined ? [0, each] : [single, single + 1];

const reports: { [target: string]: TargetReport } = {};
for (const { name } of chosen) {
  const report = await driveTarget(name, { seed, from, to, corpus });
  reports[name] = report;
  if (values.json !== true) say(name, report);
}
const all = Object.values(reports);
const faults = all.flatMap((report) => report.faults);
const cases = all.reduce((sum, report) => sum + report.cases, 0);
process.stdout.write(
  values.json === true
    ? `${JSON.stringify({ seed, cases, faults, targets: reports })}\n`
    : `\n${chosen.length} targets, seed ${seed}\n${cases - faults.length} passed, ${faults.length} failed\n`,
);
if (faults.length > 0) process.exitCode = 1;

function say(name: string, { cases: count, outcomes, faults: found }: TargetReport): void {
  const words = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  process.stdout.write(
    `${name}: ${count} cases, ${words.map(([outcome, n]) => `${n} ${outcome}`).join(", ")}\n`,
  );
  for (const { id, kind, detail } of found) process.stdout.write(`  FAULT ${kind}, case ${id}: ${detail}\n`);
}

/** Writes the input of one case where it can be looked at. */
async function keepCase(number: number): Promise<void> {
  const [target, ...others] = chosen;
  if (target === undefined || others.length > 0) fail("--case needs --only");
  const folder = await mkdtemp(join(tmpdir(), "doselap-fuzz-"));
  writeFileSync("fuzz-case.bin", caseInput(target, await target.samples(folder), { seed, number }));
  await rm(folder, { recursive: true });
}

function wholeNumber(flag: string, given: string): number {
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 0) fail(`--${flag} takes a whole number, got ${given}`);
  return value;
}

function fail(words: string): never {
  process.stderr.write(`fuzz: ${words}\n`);
  process.exit(2);
}

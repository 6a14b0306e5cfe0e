// Every reader refuses what it cannot read: 500 spoilt inputs each, and all that were ever read wrongly. No crash, no error
// without a tag, no more than 5 s, no more than 512 MiB, no file or handle left. `npm run fuzz` runs more of the same.

import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { caseInput } from "../fuzz/case.ts";
import { driveTarget } from "../fuzz/drive.ts";
import { plantedKinds } from "../fuzz/planted.ts";
import { targets } from "../fuzz/targets.ts";

const run = promisify(execFile);
const casesEach = 500;
const corpus = resolve("fixtures/fuzz-corpus");
/** Refusals of spoilt inputs. Fewer mean that the mutators spoil nothing, or that the reader looks at nothing. */
const leastRefused = 50;
/** Readers that answer instead of throwing: their answers tell what is wrong. A lock that is none is nobody's, and Slurm may print
 * whatever it likes. */
const answering = ["inspect", "events.jsonl", "command-line", "verify-json", "run.lock", "slurm-output"];

beforeAll(() => run(process.execPath, ["scripts/build-fuzz.mjs"]));

// At the same time: the processes of the readers mostly wait for their files.
describe.concurrent("fuzz", () => {
  test("5,000 cases and more, each target once", () => {
    const names = targets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length * casesEach).toBeGreaterThanOrEqual(5000);
  });

  test.each(targets.map(({ name }) => name))("%s", async (name) => {
    const { faults, cases, outcomes } = await driveTarget(name, { seed: 1, from: 0, to: casesEach, corpus });
    expect(faults).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(casesEach);
    const { read = 0, ...refused } = outcomes;
    const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
    expect(read + refusals).toBe(cases);
    if (!answering.includes(name)) expect(refusals).toBeGreaterThan(leastRefused);
  });

  test("the command does the same, and tells it in one document", async () => {
    const args = ["dist-fuzz/main.js", "--only", "slurm-output", "--count", `${casesEach}`, "--json"];
    const told: unknown = JSON.parse((await run(process.execPath, args)).stdout);
    const report = await driveTarget("slurm-output", { seed: 1, from: 0, to: casesEach, corpus });
    expect(told).toEqual({ seed: 1, cases: report.cases, faults: [], targets: { "slurm-output": report } });
  });

  test("a case is the same whenever it is made, and differs with seed and number", () => {
    // Bytes alone: mutators that know a format leave what is none as it is.
    const target = targets.find(({ name }) => name === "bzip2")!;
    const samples = [Uint8Array.from({ length: 400 }, (_, i) => i % 251)];
    const make = (seed: number, number: number): Uint8Array => caseInput(target, samples, { seed, number });
    const cases = Array.from({ length: 20 }, (_, number) => make(1, number));
    expect(cases.map((_, number) => make(1, number))).toEqual(cases);
    expect(cases.map((_, number) => make(2, number))).not.toEqual(cases);
    expect(new Set(cases.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBeGreaterThan(15);
  });

  test.each(plantedKinds)(
    "a reader that fails by %s is caught: its kind and its case are told, and the other cases are read",
    async (kind) => {
      const target = `planted-${kind}`;
      const options = { seed: 1, from: 0, to: 6, corpus: "/nonexistent", silentMs: 10_000 };
      const { faults, cases } = await driveTarget(target, options);
      expect(faults).toMatchObject([{ target, id: 3, kind }]);
      expect(cases).toBe(6);
    },
  );
});

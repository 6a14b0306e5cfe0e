// Every reader refuses what it cannot read: 500 spoilt inputs each, and all that were ever read wrongly. No crash, no error
// without a tag, no more than 5 s, no more than 512 MiB, no file or handle left. `npm run fuzz` runs more of the same.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { caseInput } from "../fuzz/case.ts";
import { plantedKinds } from "../fuzz/planted.ts";
import { targets } from "../fuzz/targets.ts";

const run = promisify(execFile);
const casesEach = 500;
/** Refusals of spoilt inputs. Fewer mean that the mutators spoil nothing, or that the reader looks at nothing. */
const leastRefused = 50;
/** Readers that answer instead of throwing: their answers tell what is wrong. A lock that is none is nobody's, and Slurm may print
 * whatever it likes. */
const answering = ["inspect", "events.jsonl", "command-line", "verify-json", "run.lock", "slurm-output"];

beforeAll(async () => {
  await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.fuzz.json"]);
});

describe("fuzz", () => {
  test("5,000 cases and more, each target once", () => {
    const names = targets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length * casesEach).toBeGreaterThanOrEqual(5000);
  });

  test.each(targets.map(({ name }) => name))("%s", async (name) => {
    const args = ["dist-fuzz/test/fuzz/main.js", "--only", name, "--count", `${casesEach}`, "--json"];
    // It exits with 1 when there are faults, and then too says which.
    const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 26 }).catch(
      (failed: { readonly stdout: string }) => failed,
    );
    const { faults, cases, targets: reports } = JSON.parse(stdout);
    expect(faults).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(casesEach);
    const { read = 0, ...refused } = reports[name].outcomes;
    const refusals = Object.values<number>(refused).reduce((sum, count) => sum + count, 0);
    expect(read + refusals).toBe(cases);
    if (!answering.includes(name)) expect(refusals).toBeGreaterThan(leastRefused);
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

  test("a reader that fails is caught: its kind and its case are told, and the other cases are read", async () => {
    const { stdout } = await run(process.execPath, ["dist-fuzz/test/fuzz/self-test.js"]);
    const found: { kind: string; cases: number; faults: unknown[] }[] = JSON.parse(stdout);
    expect(found.map(({ kind }) => kind).sort()).toEqual(plantedKinds.toSorted());
    for (const { kind, cases, faults } of found) {
      expect(faults).toMatchObject([{ target: `planted-${kind}`, id: 3, kind }]);
      expect(cases).toBe(6);
    }
  });
});

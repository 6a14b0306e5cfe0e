// One failed job does not stop the others, whatever stands in its way, and is told at the top of the report, never as fewer results.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cli, writeTinyStudy } from "../support/cli.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-failed-test-"));
  await writeTinyStudy(folder, (text) =>
    text
      .replace(/arms:.*/u, 'arms: [epie, ml, "null"]')
      .replaceAll("epochs: 6", "epochs: 2")
      .replace(/ {2}baseline:.*/u, "  baseline: null")
      .replace(/ {2}sparse:.*/u, "  sparse: null"),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) => cli(["run", "tiny.yaml", "--dose", "1000", ...args], { cwd: folder });
const read = (file: string): Promise<string> => readFile(join(folder, file), "utf8");

test("a spoilt scan fails a reconstruction and the comparison, and both stand in the report", async () => {
  expect((await run("--out", "a", "--stage", "plan,generate,views")).code).toBe(0);
  const scan = "data/dose_1000/dense/seed_42/test.npz";
  await writeFile(join(folder, "a", scan), "no scan at all");
  const { code, stdout, stderr } = await run("--out", "a", "--stage", "reconstruct,compare,report");
  expect(code, stdout + stderr).toBe(1);
  const page = await read("a/report.html");
  expect(page).toMatch(/comparison and \d reconstructions? failed/u);
  const result = JSON.parse(await read("a/compare/metrics.json")) as {
    failures: string[];
    lost: { arms: { arm: string; state: string }[] }[];
  };
  expect(result.failures.join()).toContain(`failed: ${scan}: is not an NPZ file`);
  expect(result.failures.join()).not.toContain(folder);
  expect(result.lost[0]!.arms.some(({ state }) => state === "failed")).toBe(true);
  // The proof finds the spoilt scan, and makes the same list of failures again.
  const proof = await cli(["report", "a", "--verify"], { cwd: folder });
  expect(proof.code).toBe(1);
  expect(proof.stdout).toContain(scan);
  expect(proof.stdout).not.toMatch(/compare\/metrics\.json|report\.html/u);
});

test("a plain file in place of a job's folder fails that job alone", async () => {
  expect((await run("--out", "b", "--stage", "plan,generate,views")).code).toBe(0);
  await cli(["run", "tiny.yaml", "--dose", "1000", "--out", "b", "--stage", "reconstruct", "--arm", "epie"], {
    cwd: folder,
  });
  const place = "b/reconstruct/dose_1000/dense/gs2/ml";
  await rm(join(folder, place), { recursive: true, force: true });
  await writeFile(join(folder, place), "in the way");
  const { code, stdout, stderr } = await run("--out", "b");
  expect(code, stdout + stderr).toBe(1);
  expect(stdout + stderr).toContain("is a file where a folder of jobs should be");
  const page = await read("b/report.html");
  expect(page).toMatch(/1 reconstruction failed/u);
  expect(page).toMatch(/epie/u);
  expect(await read(place)).toBe("in the way");
});

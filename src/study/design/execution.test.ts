// Where jobs run is read from a study file and changes no hash.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadExecution } from "./execution.ts";
import { designHash } from "./hash.ts";
import { loadDesign } from "./load.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-execution-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function study(text: string): Promise<string> {
  const file = join(folder, "study.yaml");
  await writeFile(file, text);
  return file;
}

test("it is read, and no part of the design or its hash (CONFIG-002)", async () => {
  const plain = await loadDesign(await study("preset: quick\nname: same\n"), { cwd: folder });
  const file = await study(
    "preset: quick\nname: same\nexecution: { slurm: { partition: long, time: 90, atOnce: 4 } }\n",
  );
  expect(await loadExecution(file, folder)).toEqual({ slurm: { partition: "long", time: "90", atOnce: 4 } });
  expect(designHash(await loadDesign(file, { cwd: folder }))).toBe(designHash(plain));
});

test("a key that nobody knows is refused, with its place", async () => {
  const file = await study("preset: quick\nexecution:\n  slurm: { partitoin: long }\n");
  await expect(loadExecution(file, folder)).rejects.toThrow(/study\.yaml:3:.*partitoin/u);
});

test("presets and files without it say nothing", async () => {
  expect(await loadExecution("quick", folder)).toEqual({});
  expect(await loadExecution(undefined, folder)).toEqual({});
  expect(await loadExecution(await study("preset: quick\n"), folder)).toEqual({});
});

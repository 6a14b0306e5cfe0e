// The examples and tables of docs/study-file.md, checked against the code.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareSettings } from "../../prepare/settings.ts";
import { armKind, armNames } from "../arms.ts";
import { methods } from "../methods.ts";
import { designHash, stageReads } from "./hash.ts";
import { loadDesign } from "./load.ts";
import { measuredSchema, simulatedSchema } from "./schema.ts";

const page = await readFile(new URL("../../../docs/study-file.md", import.meta.url), "utf8");
const [changed, whole, measured] = [...page.matchAll(/```yaml\n([\s\S]*?)```/gu)].map(([, text]) => text!);

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "doselap-docs-"));
  await writeFile(join(cwd, "scan.npz"), "any bytes");
});
afterAll(() => rm(cwd, { recursive: true }));

async function load(text: string): ReturnType<typeof loadDesign> {
  await writeFile(join(cwd, "study.yaml"), text);
  return loadDesign("study.yaml", { cwd });
}

test("the full example is the quick preset, field by field", async () => {
  const preset = await loadDesign("quick", { cwd });
  expect(await load(whole!)).toEqual(preset);
  expect(designHash(await load(whole!))).toBe(designHash(preset));
});

test("the example that changes a preset does what its comment says", async () => {
  const design = await load(changed!);
  expect(Object.keys(design.views)).toEqual(["baseline", "dense", "middle", "sparse"]);
  expect(design).toMatchObject({ name: "faint", doses: [100, 300, 1000] });
});

test("the measured example loads with its scan", async () => {
  expect(Object.keys((await load(measured!)).views)).toEqual(["full", "o-70", "o-60", "o-50"]);
});

test("every field of both kinds has its row in the table", () => {
  const table = page.slice(page.indexOf("## Fields"), page.indexOf("## Methods"));
  const rows = new Set([...table.matchAll(/^\| `(\w+)` \|/gmu)].map(([, field]) => field));
  const fields = new Set([...Object.keys(simulatedSchema.shape), ...Object.keys(measuredSchema.shape)]);
  expect(rows).toEqual(fields);
});

test("every option of every method stands in its table with its default", () => {
  const rows = [...page.matchAll(/^\| (`[^|]+`) \| (`[^|]+`) \| (.+?) \|/gmu)].flatMap(
    ([, arms, options, value]) =>
      namesIn(arms!).flatMap((arm) => namesIn(options!).map((option) => [arm, option, value] as const)),
  );
  for (const [name, schema] of Object.entries(methods)) {
    const listed = rows.filter(([arm]) => arm === name).map(([, option, value]) => [option, value] as const);
    const defaults = Object.entries(schema.parse({})).map(([option, value]) => [
      option,
      JSON.stringify(value),
    ]);
    expect(new Map(listed), name).toEqual(new Map(defaults as [string, string][]));
    expect(listed.length, name).toBe(defaults.length);
  }
});

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/gu)].map(([, name]) => name!);
}

test("every arm stands in the table of methods, engines by one row for all", () => {
  for (const name of armNames.filter((arm) => armKind(arm) !== "engine")) {
    expect(page).toMatch(new RegExp(`^\\| \`"?${name}"?\` \\| `, "mu"));
  }
});

test("the dependency table lists the fields that each stage reads", () => {
  for (const stage of ["generate", "views"] as const) {
    const row = new RegExp(`^\\| ${stage} \\| (.*?) \\|`, "mu").exec(page)?.[1] ?? "";
    const listed = new Set([...row.matchAll(/`([^`]+)`/gu)].map(([, field]) => field));
    const { fields } = stageReads[stage];
    expect(listed).toEqual(new Set(fields === "all" ? [] : fields));
  }
});

test("every setting of the preparation stands as its flag in docs/preparing.md or in the help of files", async () => {
  const preparing = await readFile(new URL("../../../docs/preparing.md", import.meta.url), "utf8");
  const ofFiles = ["map", "frames", "positionUnit", "scanStep", "allowOutsideLinks", "bin"];
  for (const name of Object.keys(prepareSettings.shape).filter((each) => !ofFiles.includes(each))) {
    const flag = `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
    expect(preparing, name).toContain(flag);
  }
  const example = [...page.matchAll(/```yaml\n([\s\S]*?)```/gu)].find(([, text]) =>
    text!.includes("prepare:"),
  );
  await writeFile(join(cwd, "PETRAIII_P25_Near_Field_Ptycho.cxi"), "any bytes");
  expect(await load(example![1]!)).toMatchObject({
    prepare: { nearField: true, focusToSample: 3.65e-3, orientation: "find" },
  });
});

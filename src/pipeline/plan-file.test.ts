// plan.json from anywhere: no cell of it leads out of the run folder, and what is no plan says so with its place.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { presets } from "../study/design/presets.ts";
import { planStudy } from "../study/plan.ts";
import { readPlan } from "./plan-file.ts";

type Change = (plan: { [key: string]: unknown; cells: { [key: string]: unknown }[] }) => void;

async function planned(change: Change | string): Promise<{ root: string; hash: string }> {
  const root = await mkdtemp(join(tmpdir(), "doselap-plan-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const plan = JSON.parse(JSON.stringify(await planStudy(presets.quick)));
  if (typeof change !== "string") change(plan);
  await mkdir(join(root, "plan"));
  await writeFile(
    join(root, "plan", "plan.json"),
    typeof change === "string" ? change : JSON.stringify(plan),
  );
  return { root, hash: plan.designHash };
}

test("a plan comes back as it was written", async () => {
  const { root, hash } = await planned(() => undefined);
  expect(await readPlan(root, hash)).toEqual(JSON.parse(JSON.stringify(await planStudy(presets.quick))));
});

test.each<[string, Change | string]>([
  ["a view that is a path", (plan) => (plan.cells[0]!["view"] = "../../etc")],
  ["a seed that is a path", (plan) => (plan.cells[0]!["seed"] = "1/../..")],
  ["a dose of nothing", (plan) => (plan.cells[0]!["dose"] = 0)],
  ["a gridsize of 3", (plan) => (plan.cells[0]!["gridsize"] = 3)],
  ["no windows", (plan) => delete plan["windows"]],
  ["half a file", '{"designHash": "ab", "cells": ['],
  ["a list", "[]"],
])("%s is no plan", async (_, change) => {
  const { root, hash } = await planned(change);
  await expect(readPlan(root, hash)).rejects.toMatchObject({
    _tag: "Format",
    context: { file: join(root, "plan", "plan.json"), hint: expect.stringContaining("plan stage") },
  });
});

test("an absent plan and one of another design are told apart", async () => {
  const { root } = await planned(() => undefined);
  await expect(readPlan(root, "another")).rejects.toMatchObject({ _tag: "Hash" });
  await expect(readPlan(join(root, "none"), "another")).rejects.toMatchObject({ _tag: "Job" });
});

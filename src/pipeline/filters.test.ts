// Filters choose jobs by dose, view, gridsize, arm and seed; one that matches nothing lists what there is.

import { expect, test } from "vitest";
import type { Cell } from "../study/cell.ts";
import { filterJobs, passes } from "./filters.ts";
import type { StageJob } from "./stage.ts";

function cell(dose: number, view: string): Cell {
  const gridsize = view === "baseline" ? 1 : 2;
  return { dose, doseIndex: 0, view, gridsize, overlap: 0.7, stepPx: 7, fluence: 1, replicate: 0, seed: 42 };
}
function job(dose: number, view: string, arm: string | null): StageJob {
  return {
    stage: arm === null ? "generate" : "train",
    path: `${dose}/${view}/${arm}`,
    cell: cell(dose, view),
    arm,
  };
}
const jobs = [1000, 10000].flatMap((dose) => ["baseline", "dense"].map((view) => job(dose, view, "pinn")));

test("no filter lets every job pass", () => {
  expect(filterJobs(jobs, {})).toEqual(jobs);
});

test("filters of different kinds must all match, values of one kind are alternatives", () => {
  expect(filterJobs(jobs, { doses: [1000], views: ["dense"] }).map(({ path }) => path)).toEqual([
    "1000/dense/pinn",
  ]);
  expect(filterJobs(jobs, { doses: [1000, 10000], gridsizes: [1] })).toHaveLength(2);
});

test("an arm filter lets jobs of no arm pass", () => {
  expect(passes(job(1000, "dense", null), { arms: ["rpie"] })).toBe(true);
  expect(passes(job(1000, "dense", "pinn"), { arms: ["rpie"] })).toBe(false);
});

test("a measured dose is found by its whole number", () => {
  expect(passes(job(461213.37, "dense", null), { doses: [461213] })).toBe(true);
  expect(passes(job(461213.37, "dense", null), { doses: [461214] })).toBe(false);
});

test("a filter that matches nothing lists the doses, views, gridsizes, arms and seeds", () => {
  expect(() => filterJobs(jobs, { doses: [5] })).toThrow(
    /no job matches.*doses 5.*doses 1000, 10000; views baseline, dense; gridsizes 1, 2; arms pinn; seeds 42/,
  );
});

test("a value that no job has is an error even when other values match", () => {
  expect(() => filterJobs(jobs, { views: ["dense", "dens"] })).toThrow(
    /no job matches.*views dens\. There are/,
  );
  expect(() => filterJobs(jobs, { arms: ["rpie"] })).toThrow(/arms rpie/);
});

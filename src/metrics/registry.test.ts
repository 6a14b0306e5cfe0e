// Every metric is listed once with its unit and direction.

import { expect, test } from "vitest";
import { isFrcThreshold } from "./frc.ts";
import { criterionMetric, curveTable, metricNames, metricsOf, metricTable, metricUnit } from "./registry.ts";

test("every metric is listed once, under its own name", () => {
  expect(metricNames.toSorted()).toEqual(Object.keys(metricTable).toSorted());
  for (const name of metricNames) expect(metricTable[name].name).toBe(name);
});

test("errors are better when lower, all else when higher", () => {
  const lower = metricNames.filter((name) => metricTable[name].better === "lower");
  expect(lower).toEqual(["mae", "mse", "nrmse"]);
});

test("a phase error has the unit of a phase", () => {
  expect([metricUnit("mae", "amplitude"), metricUnit("mae", "phase"), metricUnit("mse", "phase")]).toEqual([
    "1",
    "rad",
    "rad²",
  ]);
  expect(metricUnit("frc50", "phase")).toBe("cycles/px");
});

test("a metric of phases alone is no metric of amplitudes", () => {
  expect(metricsOf("phase")).toEqual(metricNames);
  expect(metricsOf("amplitude")).toEqual(metricNames.filter((name) => name !== "phaseCorrelation"));
});

test("every FRC crossing names the comparisons for which it means resolution, and every comparison has one", () => {
  for (const name of metricNames) {
    expect("criterionFor" in metricTable[name]).toBe(isFrcThreshold(name));
  }
  for (const kind of ["truth", "reference", "halves"] as const) {
    expect(isFrcThreshold(criterionMetric(kind))).toBe(true);
  }
});

test("curves have a unit and a direction too", () => {
  for (const { unit, better } of Object.values(curveTable)) expect([unit, better]).toEqual(["1", "higher"]);
});

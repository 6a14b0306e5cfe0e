// Every metric is listed once with its unit and direction.

import { expect, test } from "vitest";
import { metricNames, metricTable, metricUnit } from "./registry.ts";

test("every metric is listed once, under its own name", () => {
  expect(metricNames.toSorted()).toEqual(Object.keys(metricTable).toSorted());
  for (const name of metricNames) expect(metricTable[name].name).toBe(name);
});

test("errors are better when lower, all else when higher", () => {
  const lower = metricNames.filter((name) => metricTable[name].better === "lower");
  expect(lower).toEqual(["mae", "mse"]);
});

test("a phase error has the unit of a phase", () => {
  expect([metricUnit("mae", "amplitude"), metricUnit("mae", "phase"), metricUnit("mse", "phase")]).toEqual([
    "1",
    "rad",
    "rad²",
  ]);
  expect(metricUnit("frc50", "phase")).toBe("cycles/px");
});

// metrics.csv: one line per number, a crossing with its state, its full period in nm where the pixel size is known.

import { expect, test } from "vitest";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import { loadDesign } from "../design/load.ts";
import { planStudy } from "../plan.ts";
import { collectStudy, resultsCsv, rowPeriodNm } from "./study.ts";

const lines = (pixelSizeM: number | null): Record<string, string>[] => {
  const [head, ...rest] = resultsCsv(syntheticResult({ pixelSizeM })).trimEnd().split("\n");
  const names = head!.split(",");
  return rest.map((line) => Object.fromEntries(line.split(",").map((field, i) => [names[i]!, field])));
};

test("a crossing has its full period in nm, and nothing else has one", () => {
  const rows = lines(9e-9);
  const crossed = rows.filter(({ crossing }) => crossing === "crosses");
  expect(crossed.length).toBeGreaterThan(0);
  for (const { value, fullPeriodNm } of crossed) {
    expect(Number(fullPeriodNm)).toBeCloseTo(9 / Number(value), 9);
  }
  const others = rows.filter(({ crossing }) => crossing !== "crosses");
  expect(new Set(others.map(({ fullPeriodNm }) => fullPeriodNm))).toEqual(new Set([""]));
});

test("without a pixel size there is no nm, and a flat arm's crossing is absent", () => {
  const rows = lines(null);
  expect(new Set(rows.map(({ fullPeriodNm }) => fullPeriodNm))).toEqual(new Set([""]));
  const flat = rows.filter(({ arm, metric }) => arm === "null" && metric === "frc50");
  expect(flat.length).toBeGreaterThan(0);
  for (const { crossing, value } of flat) expect([crossing, value]).toEqual(["absent", ""]);
});

test("nothing resolved is no infinite period", () => {
  const [row] = syntheticResult({}).cells[0]!.arms[0]!.rows;
  expect(rowPeriodNm({ ...row!, crossing: "below", value: 0 }, 1e-9)).toBeNull();
});

test("the pixel size that a study states is the result's; without one there is none for a simulated scan", async () => {
  const pixelSizeOf = async (overrides: { metrics?: { pixelSizeM: number } }): Promise<number | null> => {
    const design = await loadDesign("quick", { cwd: ".", overrides });
    return collectStudy([], design, "hash", await planStudy(design)).pixelSizeM;
  };
  expect(await pixelSizeOf({ metrics: { pixelSizeM: 8e-9 } })).toBe(8e-9);
  expect(await pixelSizeOf({})).toBeNull();
});

// The comparison of runs says what may mislead, refuses runs that share nothing, and its page holds no name as markup.

import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import type { StudyResult } from "../../study/results.ts";
import { compareRuns } from "./compare-runs.ts";
import { runComparisonPage } from "./page.ts";

const options = {
  doses: [1000, 1e5],
  viewNames: ["dense" as const],
  seeds: [1, 2],
  heightPx: 20,
  widthPx: 24,
};
const base = syntheticResult({ ...options, arms: { rpie: 0.3 } });
const hostile = `<img src=x onerror="alert(1)">'"&amp;</script><script>alert(2)</script>`;

function pair(second: StudyResult): ReturnType<typeof compareRuns> {
  return compareRuns([
    { name: "a", result: base },
    { name: "b", result: second },
  ]);
}

describe("compareRuns", () => {
  test("equal runs: no change, no caution, all the same", () => {
    const { changes, pairs } = pair(structuredClone(base));
    expect(changes).toEqual([]);
    expect(pairs[0]!.cautions).toEqual([]);
  });

  test("a cell that one run lacks among doses, views and seeds that both have is named", () => {
    const { cautions } = pair({ ...base, cells: base.cells.slice(1) }).pairs[0]!;
    const where = "1\u202f000 in dense, seed 1";
    expect(cautions).toEqual([`1 cell of a has no like in b, and no part in the differences: ${where}.`]);
  });

  test("says what one has alone, where frames and windows differ, and when the scoring does", () => {
    const [first, ...rest] = base.cells;
    const second = {
      ...syntheticResult({ ...options, doses: [1000, 1e5, 1e6], arms: { rpie: 0.3, ml: 0.4 } }),
      design: { ...base.design, metrics: { maxShiftPx: 5 } },
    };
    const cells = second.cells.map((cell, i) =>
      i === 0 ? { ...cell, measuredMeanCounts: 7, window: { ...cell.window, x1: 1 } } : cell,
    );
    const { cautions } = pair({ ...second, cells }).pairs[0]!;
    expect(cautions.join("\n")).toMatch(/frames are not the same in 1 of 4 shared cells/u);
    expect(cautions.join("\n")).toMatch(/Other pixels are compared in 1 of 4/u);
    expect(cautions.join("\n")).toMatch(/scored differently/u);
    expect(cautions.join("\n")).toMatch(/Only in b: dose 10⁶ and arm ml/u);
    expect(rest.length).toBe(3);
    expect(first!.measuredMeanCounts).not.toBe(7);
  });

  test("an arm that another program trained is not taken for the same network", () => {
    const trainedBy = (trainer: string): StudyResult => ({
      ...base,
      cells: base.cells.map((cell) => ({
        ...cell,
        arms: cell.arms.map((arm) => (arm.arm === "rpie" ? { ...arm, trainer } : arm)),
      })),
    });
    expect(pair(trainedBy("mine")).pairs[0]!.cautions).toEqual([
      "rpie is not the same network: trained by doselap in a, by mine in b.",
    ]);
    const same = compareRuns(["a", "b"].map((name) => ({ name, result: trainedBy("mine") })));
    expect(same.pairs[0]!.cautions).toEqual([]);
  });

  test("runs that share nothing are an error that says what each has", () => {
    const other = syntheticResult({ ...options, doses: [500], arms: { rpie: 0.3 } });
    expect(() => pair(other)).toThrow(/share nothing.*doses 1000, 100000.*got doses 500/su);
    expect(() => compareRuns([{ name: "a", result: base }])).toThrow(/two runs at least/u);
  });
});

test("the page: names are text, three runs have a column each, and it asks for nothing from outside", () => {
  const other = syntheticResult({ ...options, arms: { rpie: 0.36 }, name: hostile });
  const page = runComparisonPage(
    compareRuns([
      { name: "a", result: base },
      { name: hostile, result: other },
      { name: "c", result: base },
    ]),
  );
  const { document } = new JSDOM(page).window;
  expect(document.querySelectorAll("script, img")).toHaveLength(0);
  expect(document.querySelector("h1")!.textContent).toContain(hostile);
  expect(document.querySelectorAll("section")[0]!.querySelectorAll("thead th")).toHaveLength(4);
  expect(page).toContain("default-src 'none'");
  const attributes = [...document.querySelectorAll("*")].flatMap((element) => element.getAttributeNames());
  expect(attributes.filter((name) => name.startsWith("on"))).toEqual([]);
  const text = document.querySelectorAll("section")[1]!.textContent;
  expect(text).toMatch(/▲/u);
});

// The cost panel says what the journal knows and what it assumes, marks the arms that no other beats in cost and quality, and
// says so when nothing is known.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import { type FigureFiles, writeFigures } from "../figure-files/write-figures.ts";
import { frontOf, secondTicks } from "../figures/cost-scatter.ts";
import { createReportContext } from "../report-context.ts";
import { costsOf, type RunCosts } from "../run-costs.ts";
import { costSection } from "./cost.ts";

const result = syntheticResult({
  doses: [1000, 1e5],
  viewNames: ["dense"],
  arms: { rpie: 0.3, ml: 0.4 },
  heightPx: 20,
  widthPx: 24,
});

function sectionOf(journal: string | null): Element {
  const context = createReportContext({
    result,
    images: new Map(),
    costs: journal === null ? null : costsOf(journal),
  });
  try {
    const page = new JSDOM(costSection(context).markup).window.document;
    expect(context.failures()).toEqual([]);
    return page.querySelector("section#cost")!;
  } finally {
    context.maker.close();
  }
}

function journal(seconds: { readonly [arm: string]: number }): string {
  const lines = [1000, 100000].flatMap((dose) =>
    Object.entries(seconds).map(([arm, coreSeconds]) => ({
      kind: "job-end",
      time: 1,
      stage: "reconstruct",
      path: `reconstruct/dose_${dose}/dense/gs2/${arm}/seed_42`,
      state: "done",
      reused: false,
      cost: { wallSeconds: 7, coreSeconds, coreBasis: "process", peakMemoryBytes: 123e6, jobsAtOnce: 1 },
    })),
  );
  return lines.map((line) => JSON.stringify(line)).join("\n");
}

const cells = (row: Element): string[] =>
  [...row.querySelectorAll("th,td")].map((cell) => cell.textContent.trim());

describe("costSection", () => {
  test("each arm's seconds, memory and energy; the dearer arm is unbeaten for it is finer", () => {
    const section = sectionOf(journal({ rpie: 2, ml: 30, null: 0 }));
    const [rpie, ml, flat] = [...section.querySelectorAll("tbody")[0]!.querySelectorAll("tr")].map(cells);
    // n, wall, own, training, together, MB, J at 10 W, all, resolution at the lowest and highest dose, unbeaten.
    expect(rpie!.slice(0, 9)).toEqual(["rpie", "2", "7", "2", "–", "2", "123", "20", "4"]);
    expect(ml!.slice(3, 9)).toEqual(["30", "–", "30", "123", "300", "60"]);
    expect(ml!.at(-1)).toBe("2 of 2");
    expect(flat!.at(-1)).toBe("0 of 2");
    expect(section.textContent).toMatch(/10 W per busy core is\s+assumed, not measured/u);
    expect(section.querySelectorAll("svg[role=img]").length).toBe(2);
  });

  test("an arm that is both slower and coarser is beaten", () => {
    const section = sectionOf(journal({ rpie: 40, ml: 30, null: 0 }));
    const [rpie] = [...section.querySelectorAll("tbody")[0]!.querySelectorAll("tr")].map(cells);
    expect(rpie!.at(-1)).toBe("0 of 2");
  });

  test("as a file: CSV and SVG where they are asked for, not in the list of figures, and none without times", async () => {
    const folder = await mkdtemp(join(tmpdir(), "doselap-cost-"));
    const filesOf = async (costs: RunCosts | null, options: FigureFiles): Promise<string[]> => {
      const context = createReportContext({ result, images: new Map(), costs });
      try {
        const into = await mkdtemp(join(folder, "figures-"));
        expect(await writeFigures(context, into, options)).toEqual([]);
        expect(await readFile(join(into, "figures.csv"), "utf8")).not.toMatch(/^cost,/mu);
        const names = (await readdir(into)).filter((name) => name.startsWith("cost"));
        if (names.includes("cost.csv")) {
          const [head, ...rows] = (await readFile(join(into, "cost.csv"), "utf8")).trimEnd().split("\r\n");
          expect(head).toMatch(/,arm,core-seconds,/u);
          expect(rows.map((row) => row.split(",").slice(0, 3))).toEqual([
            ["1000", "rpie", "2"],
            ["1000", "ml", "30"],
            ["100000", "rpie", "2"],
            ["100000", "ml", "30"],
          ]);
        }
        return names.toSorted();
      } finally {
        context.maker.close();
      }
    };
    const costs = costsOf(journal({ rpie: 2, ml: 30 }));
    expect(await filesOf(costs, { cost: true, png: false })).toEqual(["cost.csv", "cost.svg"]);
    expect(await filesOf(costs, { png: false })).toEqual([]);
    expect(await filesOf(null, { cost: true, png: false })).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test("no journal, or one that knows nothing, is said and is no error", () => {
    expect(sectionOf(null).textContent).toMatch(/No times are known.*no journal/su);
    expect(sectionOf("").textContent).toMatch(/No times are known.*does not tell/su);
  });
});

test("the front: of equal points all stay, beaten ones go, cheapest first", () => {
  const point = (arm: string, coreSeconds: number, quality: number, isLowerBound = false) => ({
    arm,
    coreSeconds,
    quality,
    isLowerBound,
  });
  const points = [point("c", 9, 3), point("a", 1, 1), point("b", 2, 1), point("d", 1, 1), point("e", 9, 2)];
  expect(frontOf(points).map(({ arm }) => arm)).toEqual(["a", "d", "c"]);
  // Nobody knows that a lower bound is worse than anything.
  expect(frontOf([...points, point("f", 9, 2.5, true)]).map(({ arm }) => arm)).toEqual(["a", "d", "c", "f"]);
});

test("every tick of the time axis has its label and none crowds another", () => {
  expect(secondTicks(0.5, 3)).toEqual([0.5, 1, 2]);
  expect(secondTicks(0.55, 1.1)).toEqual([0.6, 0.7, 0.8, 0.9, 1]);
  expect(secondTicks(0.001, 100)).toEqual([0.001, 0.1, 10]);
  expect(secondTicks(1.2, 1.8)).toEqual([1.5]);
});

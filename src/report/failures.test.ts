// A failed job is counted, named and given its reason in every form of the report, also where no comparison tells of it.

import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { reportData } from "../../test/support/report-data.ts";
import type { RunData } from "./run-data.ts";
import type { LostCell } from "../study/results.ts";
import { csvExport } from "./exports/csv.ts";
import { jsonExport } from "./exports/json.ts";
import { markdownExport } from "./exports/markdown.ts";
import { failureSentence, outcomesText } from "./failures.ts";
import { renderReport } from "./html.ts";
import { createReportContext } from "./report-context.ts";

const reason = "data/dose_10000/sparse/seed_43/test.npz: is not an NPZ file";

/** Two seeds of one condition, of which the comparison of some failed, and with it one reconstruction. */
function withLost(seeds: readonly number[]): RunData {
  const data = reportData({ seeds: [42, 43], arms: { rpie: 0.36, epie: 0.3 } });
  const lost = data.result.cells
    .filter(({ seed }) => seeds.includes(seed))
    .map(({ path, dose, fluence, view, gridsize, seed, replicate, overlapAsked }): LostCell => ({
      path,
      dose,
      fluence,
      view,
      gridsize,
      seed,
      replicate,
      overlapAsked,
      reason,
      arms: [
        { arm: "rpie", state: "done", reason: null },
        { arm: "epie", state: "failed", reason },
        { arm: "null", state: "done", reason: null },
      ],
    }));
  const failures = lost.flatMap(({ path }) => [
    `the reconstruction of epie failed: ${reason}`,
    `the comparison ${path} failed: ${reason}`,
  ]);
  const cells = data.result.cells.filter(({ seed }) => !seeds.includes(seed));
  return { ...data, result: { ...data.result, cells, lost, failures } };
}

function pageOf(data: RunData): Document {
  return new JSDOM(renderReport(data)).window.document;
}

function textOf(page: Document, selector: string): string {
  return (page.querySelector(selector)?.textContent ?? "").replace(/\s+/gu, " ");
}

describe("a study in which a comparison and a reconstruction failed", () => {
  test("counts both, and what was reconstructed for nothing", () => {
    const { result } = withLost([43]);
    expect(failureSentence(result)).toBe(
      "1 comparison and 1 reconstruction failed; 2 finished reconstructions have no number for it.",
    );
    expect(outcomesText(result)).toBe("3 done · 1 failed · 2 not compared, of 6");
  });

  test("says so above the answer, with the seeds that are left, and declares no arm better on fewer seeds", () => {
    const page = pageOf(withLost([43]));
    const header = textOf(page, "header");
    expect(header).toContain("1 comparison and 1 reconstruction failed");
    expect(header).toContain(`the reconstruction of epie failed: ${reason}`);
    expect(header.indexOf("failed")).toBeLessThan(header.indexOf(textOf(page, "#answer").trim()));
    expect(textOf(page, ".facts")).toMatch(/seeds per condition 1 of 2/u);
    expect(textOf(page, ".caveats")).toContain(
      "Seeds are missing, since jobs failed, at 10 000 in sparse (1 of 2)",
    );
    expect(textOf(page, ".results")).toContain("1 of 2");
  });

  test("has every dose, view, arm and reason when nothing at all could be compared, and does not say that nothing finished", () => {
    const page = pageOf(withLost([42, 43]));
    expect(textOf(page, "#answer")).toMatch(/2 reconstructions finished, and no comparison/u);
    expect(textOf(page, "#answer")).not.toContain("no reconstruction has finished");
    expect(textOf(page, ".facts")).toMatch(/10 000.*sparse.*rpie · epie · null/u);
    expect(textOf(page, ".results")).toMatch(/rpie failed: reconstructed, and not compared/u);
    expect(textOf(page, ".results")).toContain(`epie failed: ${reason}`);
  });

  test("is told in Markdown above the answer, in JSON, and in rows of the CSV", () => {
    const data = withLost([43]);
    const context = createReportContext(data);
    try {
      const markdown = markdownExport(context, []);
      expect(markdown.indexOf("1 reconstruction failed")).toBeGreaterThan(0);
      expect(markdown.indexOf("1 reconstruction failed")).toBeLessThan(markdown.indexOf("cycles/px"));
      const parsed = JSON.parse(jsonExport(context)) as { failures: string[]; lostCells: { seed: number }[] };
      expect(parsed.failures).toHaveLength(2);
      expect(parsed.lostCells.map(({ seed }) => seed)).toEqual([43]);
    } finally {
      context.maker.close();
    }
    const failed = csvExport(data.result)
      .split("\n")
      .filter((line) => line.includes(",failed,"));
    expect(failed).toHaveLength(3);
    expect(failed.some((line) => line.includes("epie") && line.includes(reason))).toBe(true);
  });
});

// An arm whose network an external program trained says so wherever its numbers stand; its name is text and never markup.

import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { reportData } from "../../test/support/report-data.ts";
import { csvExport } from "./exports/csv.ts";
import { jsonExport } from "./exports/json.ts";
import { markdownExport } from "./exports/markdown.ts";
import { renderReport } from "./html.ts";
import { createReportContext } from "./report-context.ts";
import type { RunData } from "./run-data.ts";

function trainedBy(trainer: string): RunData {
  const data = reportData({ arms: { pinn: 0.3, rpie: 0.3 } });
  const cells = data.result.cells.map((cell) => ({
    ...cell,
    arms: cell.arms.map((arm) => (arm.arm === "pinn" ? { ...arm, trainer } : arm)),
  }));
  return { ...data, result: { ...data.result, cells } };
}

function heads(page: string, table: string): string[] {
  const found = new JSDOM(page).window.document.querySelectorAll(`table.${table} tbody tr > th[scope=row]`);
  return [...found].map((head) => head.textContent.replaceAll(/\s+/gu, " ").trim());
}

test.each(["overview", "results"])(
  "the page's %s table names it beside the arm, and no other arm",
  (table) => {
    expect(heads(renderReport(trainedBy("mine 2.0")), table)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^pinn external: mine 2\.0/u),
        expect.stringMatching(/^rpie$/u),
      ]),
    );
    expect(heads(renderReport(reportData({ arms: { pinn: 0.3 } })), table).join()).not.toContain("external");
  },
);

test("every other form of the report says it too", () => {
  const data = trainedBy("mine 2.0");
  const context = createReportContext(data);
  const markdown = markdownExport(context, []);
  const json = JSON.parse(jsonExport(context)) as {
    rows: { arm: string; trainer: string | null }[];
    answer: { caveats: string[] };
  };
  context.maker.close();
  expect(markdown).toMatch(/^\| *pinn \(external: mine 2\.0\)/mu);
  expect(json.answer.caveats).toContain(
    "pinn: the network and its training are those of an external program (mine 2.0), not of doselap.",
  );
  expect(new Set(json.rows.map(({ arm, trainer }) => `${arm} ${trainer}`))).toEqual(
    new Set(["pinn mine 2.0", "rpie null", "null null"]),
  );
  const [head, ...rows] = csvExport(data.result).trim().split("\n");
  const at = head!.split(",").indexOf("trainer");
  const fields = rows.map((row) => row.split(","));
  expect(new Set(fields.filter((row) => row.includes("pinn")).map((row) => row[at]))).toEqual(
    new Set(["mine 2.0"]),
  );
});

test("a name that is markup or a formula stays text", () => {
  const name = `=<img src=x onerror=alert(1)>`;
  const data = trainedBy(name);
  const page = renderReport(data);
  expect(new JSDOM(page).window.document.querySelectorAll("[onerror]").length).toBe(0);
  expect(heads(page, "results").join()).toContain(name);
  expect(csvExport(data.result)).toContain(`'${name}`);
});

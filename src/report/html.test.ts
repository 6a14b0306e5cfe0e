// The page escapes what it is given, never shows a failure as a number, loads nothing, and repeats to the byte.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportData as dataOf } from "../../test/support/report-data.ts";
import { writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import { withTiles } from "../../test/support/synthetic-tiles.ts";
import { buildReport, renderReport } from "./html.ts";
import type { RunData } from "./run-data.ts";
import { writeReport } from "./write.ts";

const size = { heightPx: 24, widthPx: 30 };
const hostile = `<img src=x onerror="alert(1)">'"&amp;</script><script>alert(2)</script>`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-report-"));
});
afterAll(() => rm(folder, { recursive: true }));

const domOf = (page: string): Document => new JSDOM(page).window.document;
const textOf = (element: Element): string => element.textContent.replace(/\s+/g, " ").trim();

describe("renderReport", () => {
  test("escapes every name, question, reason, warning and note", () => {
    const data = dataOf({
      arms: { [hostile]: 0.3 },
      skipped: { [`${hostile}2`]: hostile },
      name: hostile,
      question: hostile,
    });
    const cells = data.result.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((arm) => ({ ...arm, warnings: [hostile] })),
    }));
    const document = domOf(renderReport({ ...data, result: { ...data.result, cells, notes: [hostile] } }));
    expect(document.querySelectorAll("[onerror], [onload], iframe, object, embed").length).toBe(0);
    expect(document.querySelectorAll("script").length).toBe(1);
    expect(
      [...document.querySelectorAll("img")].every((image) => image.src.startsWith("data:image/png;base64,")),
    ).toBe(true);
    expect(document.querySelector("h1")!.textContent).toBe(hostile);
  });

  test("shows a skipped or failed arm as a sentence and never as a number", () => {
    const document = domOf(
      renderReport(dataOf({ skipped: { supervised: "no labels" }, failed: { raar: "Diverged" } })),
    );
    const rows = [
      ...document.querySelectorAll('.results tr[data-arm="supervised"], .results tr[data-arm="raar"]'),
    ];
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const cells = [...row.querySelectorAll("td")].map(textOf);
      expect(cells).toEqual([
        row.getAttribute("data-arm") === "supervised" ? "skipped: no labels" : "failed: Diverged",
      ]);
    }
    expect(textOf(document.querySelector(".banner")!)).toBe(
      "1 reconstruction failed. raar failed: Diverged (at 10 000 in sparse)",
    );
  });

  test("has the null row with numbers, a dash with its meaning where there is no FRC, n and units in the head", () => {
    const document = domOf(renderReport(dataOf({})));
    const nullRow = document.querySelector('.results tr[data-arm="null"]')!;
    const cells = [...nullRow.querySelectorAll("td")];
    expect(cells.map(textOf)).toEqual([
      "0.260",
      "11.0",
      "0.310",
      "0.420",
      "–",
      "0.260",
      "11.0",
      "0.310",
      "0.420",
      "–",
      "720",
      "1",
    ]);
    expect(cells[4]!.getAttribute("title")).toContain("no value");
    const heads = [...document.querySelectorAll(".results thead tr:nth-child(2) th")].map(textOf);
    expect(heads.slice(0, 2)).toEqual(["MAE ↓ rad", "PSNR ↑ dB"]);
  });

  test("underlines the best value of a condition, and prints it bold where a paired difference says so", () => {
    const marks = (data: RunData, arm: string): [number, number] => {
      const row = domOf(renderReport(data)).querySelector(`.results tr[data-arm="${arm}"]`)!;
      return [row.querySelectorAll("td.top").length, row.querySelectorAll("td.best").length];
    };
    const data = dataOf({ arms: { rpie: 0.3, pinn: 0.38 } });
    expect([marks(data, "pinn"), marks(data, "rpie")]).toEqual([
      [10, 0],
      [0, 0],
    ]);
    // Tiles tell the FRC columns of both parts apart, one seed no other.
    const tiled = { ...data, result: withTiles(data.result, { scatter: 0.05 }) };
    expect([marks(tiled, "pinn"), marks(tiled, "rpie")]).toEqual([
      [10, 2],
      [0, 0],
    ]);
  });

  test("marks an arm that is not distinguishable from null", () => {
    const document = domOf(renderReport(dataOf({ arms: { weak: -1 } })));
    expect(textOf(document.querySelector('.results tr[data-arm="weak"] th[scope=row]')!)).toBe(
      "weak not distinguishable from null",
    );
  });

  test("says “≥” for a correlation that never crosses", () => {
    const data = dataOf({});
    const cells = data.result.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((arm) => ({
        ...arm,
        rows: arm.rows.map((row) => (row.metric === "frc50" ? { ...row, value: null } : row)),
      })),
    }));
    const document = domOf(renderReport({ ...data, result: { ...data.result, cells } }));
    expect(textOf(document.querySelectorAll('.results tr[data-arm="rpie"] td')[4]!)).toBe("≥ 0.500");
  });

  test("says once what engines have alike, of each what is its own, and nothing of arms that the study does not have", () => {
    const data = dataOf({});
    const engines = {
      rpie: { epochs: 60, prior: "tv", batchSize: 1, alpha: 0.3 },
      dm: { epochs: 120, prior: "tv" },
      lsqml: { epochs: 60, prior: "tv", batchSize: 1 },
      epie: { epochs: 7 },
    };
    const arms = ["rpie", "dm", "lsqml"];
    const result = { ...data.result, design: { ...data.result.design, engines, arms } };
    const document = domOf(renderReport({ ...data, result }));
    const row = [...document.querySelectorAll(".list tr")].find((each) =>
      textOf(each).startsWith("Engine options"),
    )!;
    expect([...row.querySelectorAll("td div")].map(textOf)).toEqual([
      "every engine that has it prior tv, batch size 1",
      "rpie epochs 60, alpha 0.3",
      "dm epochs 120",
      "lsqml epochs 60",
    ]);
  });

  test("every picture has words, every head cell a scope", () => {
    const document = domOf(renderReport(dataOf({ seeds: [1, 2] })));
    for (const image of document.querySelectorAll("img")) expect(image.alt).not.toBe("");
    for (const svg of document.querySelectorAll('svg:not([aria-hidden="true"])'))
      expect(svg.getAttribute("aria-label")).toMatch(/\w/);
    for (const head of document.querySelectorAll("th"))
      expect(head.getAttribute("scope")).toMatch(/^(col|row|colgroup|rowgroup)$/);
    expect(document.documentElement.lang).toBe("en");
  });

  test("loads nothing: no address but data, and a policy that allows one script, by its hash", () => {
    const page = renderReport(dataOf({}));
    const document = domOf(page);
    const script = document.querySelector("script")!;
    const hash = createHash("sha256").update(script.textContent, "utf8").digest("base64");
    expect(document.querySelector("meta[http-equiv]")!.getAttribute("content")).toBe(
      `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`,
    );
    expect(script.getAttributeNames()).toEqual([]);
    script.remove();
    const rest = document.documentElement.outerHTML;
    expect(rest).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(rest).not.toMatch(/url\(|@import|<script/i);
  });

  test("a study of which nothing ran still makes a page that says so", () => {
    const data = dataOf({});
    const document = domOf(
      renderReport({ images: new Map(), costs: null, result: { ...data.result, cells: [] } }),
    );
    expect(textOf(document.querySelector(".answer")!)).toBe(
      "Nothing can be said yet: no reconstruction has finished.",
    );
  });

  test("gives the same bytes twice in one process", () => {
    const data = dataOf({ arms: { rpie: 0.3, pinn: 0.4 }, seeds: [1, 2] });
    expect(renderReport(data)).toBe(renderReport(data));
  });
});

describe("buildReport", () => {
  test("reads a run folder and writes the same report whole, twice", async () => {
    const run = join(folder, "run");
    await writeSyntheticRun(run, { ...size, doses: [1e3, 1e4] });
    const file = await writeReport(run);
    expect(file).toBe(join(run, "report.html"));
    const first = await readFile(file, "utf8");
    expect(first).toBe(await buildReport(run));
    expect(domOf(first).querySelectorAll(".gallery img")).toHaveLength(3 * (2 + 2 * 4));
  });

  test("names the missing file and the way out", async () => {
    await expect(buildReport(join(folder, "absent"))).rejects.toThrow(/study\.json.*doselap run/);
    const run = join(folder, "uncompared");
    await writeSyntheticRun(run, size);
    await rm(join(run, "compare", "metrics.json"));
    await expect(buildReport(run)).rejects.toThrow(/metrics\.json.*--stage compare/);
  });

  test("refuses another design's comparison, a broken number and a path out of the folder", async () => {
    const run = join(folder, "broken");
    const result = await writeSyntheticRun(run, size);
    const write = (value: unknown) => writeFile(join(run, "compare", "metrics.json"), JSON.stringify(value));
    await write({ ...result, designHash: "0000" });
    await expect(buildReport(run)).rejects.toThrow(/another design.*expected 5e1f.*got 0000/);
    await write({ ...result, cells: [{ ...result.cells[0], dose: "many" }] });
    await expect(buildReport(run)).rejects.toThrow(/metrics\.json : cells\.0\.dose/);
    await write({ ...result, cells: [{ ...result.cells[0], path: "../../etc" }] });
    await expect(buildReport(run)).rejects.toThrow(/cells\.0\.path/);
  });
});

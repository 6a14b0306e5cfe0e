// The report as Markdown, JSON and CSV: every number of the study once, and no name that could become markup, a link, a formula
// or another column.

import { expect, describe, test } from "vitest";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import type { StudyResult } from "../../study/results.ts";
import { createReportContext } from "../report-context.ts";
import { costsOf, type RunCosts } from "../run-costs.ts";
import { csvExport } from "./csv.ts";
import { jsonExport } from "./json.ts";
import { markdownExport } from "./markdown.ts";
import { markdownLink, markdownTable, markdownText } from "./markdown-text.ts";

const hostile = `=1+1|a"b','c\n<img src=x onerror=alert(1)>[x](javascript:alert(1)) \`x\` https://evil.example www.evil.example`;
const size = { heightPx: 20, widthPx: 24, doses: [1000, 1e5], viewNames: ["dense" as const], seeds: [1, 2] };
const plain = syntheticResult({ ...size, arms: { rpie: 0.3, ml: 0.4 } });
const nasty = syntheticResult({
  ...size,
  arms: { rpie: 0.3, [hostile]: 0.2 },
  failed: { [`${hostile}2`]: hostile },
  name: hostile,
  question: hostile,
});

function markdown(result: StudyResult, costs: RunCosts | null = null): string {
  const context = createReportContext({ result, images: new Map(), costs });
  try {
    return markdownExport(context, [{ title: hostile, path: "figures/a b<c.svg" }]);
  } finally {
    context.maker.close();
  }
}

function json(result: StudyResult): { readonly [key: string]: unknown } {
  const context = createReportContext({ result, images: new Map(), costs: null });
  try {
    return JSON.parse(jsonExport(context));
  } finally {
    context.maker.close();
  }
}

/** Reads RFC 4180, character by character. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const row = rows.at(-1)!;
    const add = (c: string): string => (row[row.length - 1] += c);
    if (quoted) {
      if (text[i] !== '"') add(text[i]!);
      else if (text[i + 1] === '"') add(text[++i]!);
      else quoted = false;
    } else if (text[i] === '"') quoted = true;
    else if (text[i] === ",") row.push("");
    else if (text[i] === "\n") rows.push([""]);
    else add(text[i]!);
  }
  return rows.slice(0, -1);
}

describe("csvExport", () => {
  test("one row per number with its value to the last digit, whatever the names hold", () => {
    const [head, ...rows] = parseCsv(csvExport(nasty));
    const numbers = nasty.cells.flatMap(({ arms }) => arms.flatMap(({ rows: own }) => own));
    const failed = nasty.cells.length;
    expect(rows).toHaveLength(numbers.length + failed);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head!.length]));
    const column = (name: string): string[] => rows.map((row) => row[head!.indexOf(name)]!);
    const values = column("value").filter((_, i) => column("metric")[i] !== "");
    expect(values).toEqual(numbers.map(({ value }) => (value === null ? "" : String(value))));
  });

  test("a text that a spreadsheet takes for a formula is text; a negative number stays a number", () => {
    const [head, ...rows] = parseCsv(csvExport(nasty));
    const arms = new Set(rows.map((row) => row[head!.indexOf("arm")]));
    expect(arms).toContain(`'${hostile}`);
    const cells = plain.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((arm) => ({ ...arm, rows: arm.rows.map((row) => ({ ...row, value: -0.5 })) })),
    }));
    expect(csvExport({ ...plain, cells })).toMatch(/,-0\.5,/u);
  });
});

describe("jsonExport", () => {
  test("answer, break points, rows, provenance; names as they are", () => {
    const document = json(nasty);
    expect(document).toMatchObject({ name: hostile, question: hostile, costs: null });
    expect(document["answer"]).toMatchObject({ lead: "rpie", keepFraction: 0.7 });
    expect(document["breakPoints"]).toMatchObject({ dose: expect.any(Array), overlap: expect.any(Array) });
    expect(document["provenance"]).toMatchObject({ designHash: nasty.designHash });
    const rows = document["rows"] as { arm: string; reason: string | null }[];
    expect(rows.filter(({ arm }) => arm === `${hostile}2`).every(({ reason }) => reason === hostile)).toBe(
      true,
    );
    expect(rows).toHaveLength(parseCsv(csvExport(nasty)).length - 1);
  });
});

describe("markdownExport", () => {
  test("question, answer, tables with every mean, figures and the commands to repeat it", () => {
    const text = markdown(plain);
    expect(text).toMatch(/^# quick\n\n> How few photons/u);
    for (const title of [
      "## Phase resolution",
      "## Break points",
      "## Phase, against truth",
      "## Provenance",
    ])
      expect(text).toContain(title);
    expect(text).toContain("doselap report DIR --verify");
    expect(text).toContain(plain.designHash);
    expect(text).not.toContain("## Cost");
    const paths = plain.cells.map(({ seed, dose }) => `reconstruct/dose_${dose}/dense/gs2/ml/seed_${seed}`);
    const cost = {
      wallSeconds: 2,
      coreSeconds: 1.5,
      coreBasis: "process",
      peakMemoryBytes: 9e7,
      jobsAtOnce: 1,
    };
    const events = paths.map((path) => ({
      kind: "job-end",
      time: 0,
      stage: "reconstruct",
      path,
      state: "done",
      reused: false,
      cost,
    }));
    const journal = costsOf(events.map((event) => JSON.stringify(event)).join("\n"));
    expect(markdown(plain, journal)).toMatch(
      /## Cost.*resolution at 1\u202f000, cycles\/px.*\| ml \| 2 \| 1\.5 \| – \| 1\.5 \| 15 \| 90 \| 0\.\d{3} \| 0\.\d{3} \|/su,
    );
  });

  test("no name becomes markup, a link, or another cell of a table", () => {
    const text = markdown(nasty).replaceAll(/\\[\\`*_{}[\]<>|~&$#@!:.=+-]/gu, "");
    expect(text).not.toMatch(/<img|\]\(javascript|`x`|[^\\]:\/\/|www\./u);
    const tables = text.split("\n").filter((line) => line.startsWith("|"));
    const widths = new Map<number, number>();
    let width = 0;
    tables.forEach((line, i) => {
      const cells = line.split("|").length;
      if ((tables[i + 1] ?? "").startsWith("|-")) width = cells;
      widths.set(i, width);
      expect(cells).toBe(width);
    });
    expect(widths.size).toBeGreaterThan(10);
    expect(markdown(nasty)).toContain("(<figures/a b%3Cc.svg>)");
  });
});

test("what begins a list, a rule or a heading is text; numbers are left alone", () => {
  expect(["- a", "1. a", "# a", "=", "0.32 ± 0.1", "-0.5", "a\nb"].map(markdownText)).toEqual([
    "\\- a",
    "1\\. a",
    "\\# a",
    "\\=",
    "0.32 ± 0.1",
    "-0.5",
    "a b",
  ]);
  expect(markdownTable(["a|b", "c"], [["x", "1"]])).toBe("| a\\|b | c |\n|---|---:|\n| x | 1 |");
  expect(markdownLink("a]b", "x y.svg")).toBe("[a\\]b](<x y.svg>)");
});

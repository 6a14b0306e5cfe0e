// Figures as files: SVG that stands alone, PNG at print size, and the numbers beside them, whatever the names are.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import { createReportContext, type ReportContext } from "../report-context.ts";
import { csvText, sheetName } from "./sheet.ts";
import { standaloneSvg } from "./standalone.ts";
import { writeFigures } from "./write-figures.ts";

const hostile = `</text><script>alert(1)</script>&"', "`;
const options = { heightPx: 40, widthPx: 40, doses: [1e3, 1e5], viewNames: ["dense", "sparse"] } as const;
let folder: string;
let context: ReportContext;
let problems: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-figures-"));
  const whole = syntheticResult({ ...options, arms: { rpie: 0.3, [hostile]: 0.2 }, seeds: [1, 2] });
  // Two metrics draw as all do, in less time.
  const cells = whole.cells.map((cell) => ({
    ...cell,
    arms: cell.arms.map((arm) => ({
      ...arm,
      rows: arm.rows.filter(({ metric, part }) => ["ssim", "frc50"].includes(metric) && part === "phase"),
    })),
  }));
  context = createReportContext({ result: { ...whole, cells }, images: new Map(), costs: null });
  problems = await writeFigures(context, folder);
});
afterAll(async () => {
  context.maker.close();
  await rm(folder, { recursive: true });
});

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

describe("figure files", () => {
  test("every figure is there as SVG, PNG and CSV, and in the list", async () => {
    expect(problems).toEqual([]);
    const files = await readdir(folder);
    const names = files.filter((file) => file.endsWith(".svg")).map((file) => file.slice(0, -4));
    expect(names).toEqual(
      expect.arrayContaining([
        "dose-phase-ssim-truth",
        "dose-overlap-phase-frc50-truth",
        "frc-phase",
        "scan",
      ]),
    );
    expect(files.toSorted()).toEqual(
      [...names.flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]), "figures.csv"].toSorted(),
    );
    const list = (await read("figures.csv")).trim().split("\r\n");
    expect(list).toHaveLength(1 + names.length);
  });

  test("an SVG is well-formed, loads nothing, has no variable and no script, and is 183 mm wide", async () => {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith(".svg"))) {
      const svg = await read(file);
      const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
      expect(document.documentElement.getAttribute("width"), file).toBe("183mm");
      expect(document.querySelectorAll("script, image, style, use").length, file).toBe(0);
      expect(svg, file).not.toMatch(/var\(|NaN|href=/);
      // What it holds is not cut at its edge: long labels stand out.
      for (const inner of document.querySelectorAll("svg svg"))
        expect(inner.getAttribute("overflow"), file).toBe("visible");
    }
  });

  test("a PNG has 300 dots per inch of that width, and ink on a white ground", async () => {
    for (const name of ["dose-phase-ssim-truth", "scan"]) {
      const { width, data, channels } = decode(await readFile(join(folder, `${name}.png`)));
      expect(width).toBe(Math.round((183 / 25.4) * 300));
      expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
      let inked = 0;
      for (let i = 0; i < data.length; i += channels) if (data[i]! < 128) inked++;
      expect(inked).toBeGreaterThan(1000);
    }
  });

  test("the numbers of a curve are those of the seeds, with their mean", async () => {
    const rows = (await read("dose-phase-ssim-truth.csv")).trim().split("\r\n");
    expect(rows[0]).toBe(
      "view,overlap,dose [photons/frame],arm,seed,ssim,mean,standard deviation,lower bound",
    );
    const cells = rows
      .filter((row) => row.startsWith("dense,") && row.includes(",1000,rpie,"))
      .map((r) => r.split(","));
    expect(cells.map((row) => row[4])).toEqual(["1", "2"]);
    const [one, two] = cells.map((row) => Number(row[5]));
    expect(Number(cells[0]![6])).toBeCloseTo((one! + two!) / 2, 12);
    // Two values lie |a − b|/√2 from their mean, by the sample formula.
    expect(Number(cells[0]![7])).toBeCloseTo(Math.abs(one! - two!) / Math.SQRT2, 12);
  });

  test("the same study gives the same bytes", async () => {
    const again = await mkdtemp(join(tmpdir(), "doselap-figures-"));
    await writeFigures(context, again);
    for (const file of await readdir(folder))
      expect((await readFile(join(again, file))).equals(await readFile(join(folder, file))), file).toBe(true);
    await rm(again, { recursive: true });
  });
});

test("a figure that throws keeps its numbers and says why it has no picture", async () => {
  const into = await mkdtemp(join(tmpdir(), "doselap-figures-"));
  const broken = {
    ...context,
    maker: {
      ...context.maker,
      draw: () => {
        throw new Error("no ink");
      },
    },
  };
  const told = await writeFigures(broken, into);
  expect(told).toContain("dose-phase-ssim-truth: no ink");
  expect(await readFile(join(into, "dose-phase-ssim-truth.csv"), "utf8")).toBe(
    await read("dose-phase-ssim-truth.csv"),
  );
  expect(await readFile(join(into, "figures.csv"), "utf8")).toMatch(/dose-phase-ssim-truth,.*,no ink\r\n/);
  expect((await readdir(into)).filter((name) => name.endsWith(".png"))).toEqual(["scan.png"]);
  await rm(into, { recursive: true });
});

test("cells with commas, quotes and line ends are quoted, as RFC 4180 has it", () => {
  expect(
    csvText({
      head: ["a", "b"],
      rows: [
        [`x,"y"`, null],
        ["1\n2", 0.5],
      ],
    }),
  ).toBe('a,b\r\n"x,""y""",\r\n"1\n2",0.5\r\n');
});

test("a file name has nothing but letters, digits and dashes", () => {
  expect(sheetName("dose", "../Phase", "a b/c")).toBe("dose-phase-a-b-c");
});

test("a panel without a size is refused", () => {
  const sheet = { name: "x", title: "x", columns: 1, legend: [], table: { head: [], rows: [] } };
  expect(() =>
    standaloneSvg({ ...sheet, panels: [{ title: "", draw: () => ({ markup: "<p></p>" }) }] }),
  ).toThrow(/viewBox/);
});

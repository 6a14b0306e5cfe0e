// The preview of a prepared scan: every picture that was promised, true to the numbers, alike as a page and as a PNG.

import { beforeAll, describe, expect, test } from "vitest";
import { decode } from "fast-png";
import { JSDOM } from "jsdom";
import { phantomScan } from "../../test/support/phantom-scan.ts";
import { rawScan } from "../../test/support/raw-scan.ts";
import { prepareScan, type Prepared } from "../prepare/prepare.ts";
import { renderPreview, renderPreviewPng } from "./preview.ts";
import { plotLine } from "./preview-plot.ts";

const { dataset: truth } = phantomScan({ dosePhotons: 2e4, heightPx: 120, widthPx: 112 });
let prepared: Prepared;
beforeAll(async () => {
  const scan = rawScan(
    {
      height: 80,
      width: 72,
      frames: truth.frames,
      valueAt(m, y, x) {
        if (x === 3 && y === 70) return 9000;
        const [v, u] = [y - 9, x - 5];
        const isInside = v >= 0 && u >= 0 && v < 64 && u < 64;
        return isInside ? Math.round(truth.diffraction[(m * 64 + v) * 64 + u]! ** 2) : 0;
      },
    },
    { positions: { ...truth.positions, unit: "px" } },
  );
  prepared = await prepareScan(scan, { version: "0", sizePx: 64 });
});

function documentOf(text: string): Document {
  return new JSDOM(text).window.document;
}

/** Pixels of a picture inside the page. */
function pixelsIn(document: Document, label: string): ReturnType<typeof decode> {
  const href = document.querySelector(`svg[aria-label="${label}"] image`)?.getAttribute("href") ?? "";
  return decode(Buffer.from(href.replace("data:image/png;base64,", ""), "base64"));
}

describe("the page", () => {
  test("has every picture, what was done, and nothing from elsewhere", () => {
    const text = renderPreview({ title: "scan <1>", prepared });
    const titles = [...documentOf(text).querySelectorAll("figcaption b")].map(
      ({ textContent }) => textContent,
    );
    expect(titles).toEqual([
      `Mean of ${truth.frames} frames`,
      `Scan: ${truth.frames} positions`,
      `Overlap ${prepared.overlap.toFixed(2)}`,
      "Start probe, amplitude",
      "Start probe, phase",
      "Counts of the frames",
      "Histogram of the values",
    ]);
    for (const line of prepared.done) expect(documentOf(text).body.textContent).toContain(line);
    expect(text).toContain("scan &lt;1&gt;, prepared");
    expect(text).not.toMatch(/https?:|<script/u);
  });

  test("marks the centre, the crop and the bad pixel where they are", () => {
    const document = documentOf(renderPreview({ title: "s", prepared }));
    const svg = document.querySelector('svg[aria-label="Mean pattern"]')!;
    const rect = svg.querySelector("rect")!;
    // The detector's 64 × 64 px from column 5, row 9 on, whose zero frequency is at (37, 41).
    expect(["x", "y", "width", "height"].map((name) => rect.getAttribute(name))).toEqual([
      "5",
      "9",
      "64",
      "64",
    ]);
    const [, x, y] =
      /V?M([\d.]+) [\d.]+V.*|M[\d.]+ ([\d.]+)H/u.exec(svg.querySelector("path")!.getAttribute("d")!) ?? [];
    expect(Number(y ?? x)).toBeCloseTo(41.5, 0);
    const { data, width, channels } = pixelsIn(document, "Mean pattern");
    const at = (column: number, row: number): number[] =>
      [0, 1, 2].map((c) => Number(data[(row * width + column) * channels + c]));
    expect(at(3, 70)).not.toEqual(at(3, 60));
    // Brightest in the middle.
    const light = (pixel: number[]): number => pixel.reduce((sum, value) => sum + value, 0);
    expect(light(at(37, 41))).toBeGreaterThan(light(at(10, 14)) + 100);
  });

  test("draws as many discs as neighbours, of the probe's diameter", () => {
    const document = documentOf(renderPreview({ title: "s", prepared }));
    const discs = [...document.querySelectorAll('svg[aria-label^="Overlap"] circle[fill-opacity]')];
    expect(discs.length).toBe(9);
    for (const disc of discs)
      expect(Number(disc.getAttribute("r"))).toBeCloseTo(prepared.probeDiameterPx / 2, 1);
  });
});

test("the PNG is one picture of all of it, the same bytes again", async () => {
  const png = await renderPreviewPng({ title: "s", prepared });
  const { width, height, data, channels } = decode(png);
  expect(width).toBe(1600);
  expect(height).toBeGreaterThan(1200);
  // Not a white sheet: each third of the width and of the height has many colours.
  for (let part = 0; part < 9; part++) {
    const colours = new Set<string>();
    for (let k = 0; k < 4000; k++) {
      const x = Math.floor(((part % 3) + (k % 63) / 63) * (width / 3.1));
      const y = Math.floor((Math.floor(part / 3) + Math.floor(k / 63) / 64) * (height / 3.1));
      const at = (y * width + x) * channels;
      colours.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
    }
    expect(colours.size, `part ${part}`).toBeGreaterThan(3);
  }
  expect(Buffer.from(await renderPreviewPng({ title: "s", prepared })).equals(Buffer.from(png))).toBe(true);
});

describe("a plot", () => {
  const labels = (markup: string): (string | null)[] =>
    [...documentOf(markup).querySelectorAll("text")].map(({ textContent }) => textContent);

  test("has ticks at round numbers and begins at 0", () => {
    const { markup } = plotLine(
      [
        [0, 10],
        [10, 43],
      ],
      { x: { label: "x" }, y: { label: "y" } },
    );
    expect(labels(markup)).toEqual(["0", "2", "4", "6", "8", "10", "0", "10", "20", "30", "40", "x", "y"]);
    // The line goes from the left edge to the right one, and ends at its top.
    expect(/M52\.0 [\d.]+L330\.0 22\.0/u.test(markup)).toBe(true);
  });

  test("on logarithmic axes has powers of ten", () => {
    const { markup } = plotLine(
      [
        [1, 1e6],
        [1000, 1],
      ],
      {
        x: { label: "x", isLog: true },
        y: { label: "y", isLog: true },
      },
    );
    expect(labels(markup).slice(0, 4)).toEqual(["1", "10", "100", "1000"]);
  });

  test("of one point, and of equal ones, is drawn", () => {
    expect(plotLine([[3, 0]], { x: { label: "x" }, y: { label: "y" } }).markup).toContain("<circle");
    expect(
      plotLine(
        [
          [0, 5],
          [1, 5],
        ],
        { x: { label: "x" }, y: { label: "y" } },
      ).markup,
    ).not.toContain("NaN");
  });
});

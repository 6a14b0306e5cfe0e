// Metric-against-dose figures label their doses, draw every arm and say their values in words.

import { JSDOM } from "jsdom";
import { afterAll, describe, expect, test } from "vitest";
import { syntheticResult, type SyntheticOptions } from "../../../test/support/synthetic-run.ts";
import { armStyles } from "../palette.ts";
import { summarise } from "../summary.ts";
import { doseCurve, valueDomain } from "./dose-curves.ts";
import { createFigureMaker, logLabels } from "./figure.ts";

const maker = createFigureMaker();
afterAll(() => maker.close());

const key = { comparison: "truth", part: "phase", metric: "ssim" } as const;

function draw(options: SyntheticOptions): Document {
  const summary = summarise(syntheticResult({ heightPx: 20, widthPx: 20, viewNames: ["dense"], ...options }));
  const domain = valueDomain(summary, key)!;
  const picture = doseCurve(maker, summary, {
    key,
    view: "dense",
    styles: armStyles(summary.arms),
    domain,
    label: "SSIM",
  });
  return new JSDOM(picture.markup).window.document;
}
const ticks = (document: Document) =>
  [...document.querySelectorAll('[aria-label="x-axis tick label"] text')].map((text) => text.textContent);

describe("doseCurve", () => {
  test("labels every dose, round or not", () => {
    expect(ticks(draw({ doses: [1e3, 1e4, 1e5] }))).toEqual(["10³", "10⁴", "10⁵"]);
    expect(ticks(draw({ doses: [461, 4612, 46121] }))).toEqual(["461", "4\u202f610", "46\u202f100"]);
  });

  test("labels at most five of many doses, the highest among them", () => {
    const labels = ticks(draw({ doses: [100, 200, 400, 800, 1600, 3200, 6400] }));
    expect(labels).toEqual(["100", "400", "1\u202f600", "6\u202f400"]);
  });

  test("draws one line per arm, the null arm included, and bars only when there are several seeds", () => {
    const one = draw({ arms: { rpie: 0.3, pinn: 0.4 } });
    expect(one.querySelectorAll('[aria-label="line"]')).toHaveLength(3);
    const bars = (document: Document) =>
      [...document.querySelectorAll('[aria-label="rule"] line')].filter(
        ({ parentElement }) => parentElement!.getAttribute("stroke") === "var(--arm-0)",
      ).length;
    expect(bars(one)).toBe(0);
    expect(bars(draw({ seeds: [1, 2, 3] }))).toBe(3);
  });

  test("says the values in words, for those who cannot see the picture", () => {
    expect(draw({}).querySelector("svg")!.getAttribute("aria-label")).toMatch(
      /^SSIM in view dense: rpie 0\.\d{3} at 1.000, .*; null 0\.310 at/,
    );
  });

  test("sets no fixed size, no style element and no id", () => {
    const svg = draw({}).querySelector("svg")!;
    expect([svg.getAttribute("width"), svg.querySelector("style"), svg.querySelector("[id]")]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

test("labels are powers of ten only where all of them can be", () => {
  const other = (level: number) => `plain ${level}`;
  expect([1e2, 1e3, 1e12].map(logLabels([1e2, 1e3, 1e12], other))).toEqual(["10²", "10³", "10¹²"]);
  expect([1e2, 2e2].map(logLabels([1e2, 2e2], other))).toEqual(["plain 100", "plain 200"]);
});

test("a metric that no arm has has no domain", () => {
  expect(
    valueDomain(summarise(syntheticResult({ heightPx: 20, widthPx: 20 })), { ...key, metric: "none" }),
  ).toBeNull();
});

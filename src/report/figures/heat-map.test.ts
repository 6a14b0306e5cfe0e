// The map of dose × overlap: a value printed in every cell, readable on its colour, for one overlap as for several.

import { JSDOM } from "jsdom";
import { afterAll, expect, test } from "vitest";
import { syntheticResult, type SyntheticOptions } from "../../../test/support/synthetic-run.ts";
import { summarise } from "../summary.ts";
import { createFigureMaker } from "./figure.ts";
import { type HeatCell, heatCells, heatDomain, heatMap } from "./heat-map.ts";

const maker = createFigureMaker();
afterAll(() => maker.close());

const key = { comparison: "truth", part: "phase", metric: "frc50" } as const;

function draw(options: SyntheticOptions, arm: string, secondLine?: (cell: HeatCell) => string): Document {
  const summary = summarise(syntheticResult({ heightPx: 20, widthPx: 20, ...options }));
  const cells = heatCells(summary, key, arm);
  const picture = heatMap(maker, summary, {
    cells,
    domain: heatDomain(summary.arms.flatMap((each) => heatCells(summary, key, each))) ?? [0, 1],
    label: "Resolution",
    ...(secondLine === undefined ? {} : { secondLine }),
  });
  return new JSDOM(picture.markup).window.document;
}

const texts = (document: Document, label: string) =>
  [...document.querySelectorAll(`[aria-label="${label}"] text`)].map((text) => text.textContent);

/** Contrast of WCAG 2.1 between rgb(r,g,b) and #000 or #fff. */
function contrast(fill: string, ink: string): number {
  const [r, g, b] = fill.match(/\d+/g)!.map((value) => {
    const v = Number(value) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  return ink === "#000" ? (luminance + 0.05) / 0.05 : 1.05 / (luminance + 0.05);
}

test("prints the value of each of nine conditions, in colours that the text stands out from", () => {
  const document = draw({ arms: { rpie: 0.36 } }, "rpie");
  const cells = [...document.querySelectorAll('[aria-label="cell"] rect')];
  const printed = [...document.querySelectorAll('[aria-label="text"] text')].filter(({ textContent }) =>
    /^0\.\d{3}$/.test(textContent),
  );
  expect([cells.length, printed.length]).toEqual([9, 9]);
  for (const [i, cell] of cells.entries())
    expect(contrast(cell.getAttribute("fill")!, printed[i]!.getAttribute("fill")!)).toBeGreaterThanOrEqual(
      4.5,
    );
});

test("the row with the most overlap is on top, each with the overlap that was measured", () => {
  const labels = texts(
    draw({ arms: { rpie: 0.36 }, viewNames: ["sparse", "dense"] }, "rpie"),
    "y-axis tick label",
  );
  expect(labels).toEqual(["dense0.70", "sparse0.20"]);
});

test("works with one overlap, and one dose", () => {
  const document = draw({ arms: { rpie: 0.36 }, viewNames: ["dense"], doses: [1e4] }, "rpie");
  expect(document.querySelectorAll('[aria-label="cell"] rect')).toHaveLength(1);
  expect(document.querySelector("svg")!.getAttribute("aria-label")).toMatch(
    /^Resolution: 0\.\d{3} at 10.000 in dense$/,
  );
});

test("a cell without a value says why, in no colour of the scale", () => {
  const failed = draw({ failed: { raar: "Diverged" } }, "raar");
  expect(new Set(texts(failed, "text"))).toEqual(new Set(["failed"]));
  for (const cell of failed.querySelectorAll('[aria-label="cell"] rect'))
    expect(cell.getAttribute("fill")).toBe("var(--soft)");
  expect(new Set(texts(draw({}, "null"), "text"))).toEqual(new Set(["–"]));
});

test("marks what cannot be told from the null arm, and puts lengths under values", () => {
  expect(texts(draw({ arms: { weak: -1 }, viewNames: ["dense"], doses: [1e4] }, "weak"), "text")).toContain(
    "≈ null",
  );
  const lengths = texts(
    draw(
      { arms: { rpie: 0.36 }, viewNames: ["dense"], doses: [1e4] },
      "rpie",
      ({ mean }) => `${(1 / mean!).toFixed(1)} px`,
    ),
    "text",
  );
  // The one dose is the highest: 0.36 cycles per pixel, a period of 2.8 px.
  expect(lengths).toEqual(["0.360", "2.8 px"]);
});

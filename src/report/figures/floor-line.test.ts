// The floor's line keeps to the frame of the arms' curves, is named in legend and words, and is absent where there is none.

import { JSDOM } from "jsdom";
import { afterAll, describe, expect, test } from "vitest";
import { withFloors } from "../../../test/support/synthetic-floor.ts";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import { armStyles } from "../palette.ts";
import { summarise } from "../summary.ts";
import { doseCurve } from "./dose-curves.ts";
import { createFigureMaker } from "./figure.ts";
import { cutToFrame, floorLegend } from "./floor-line.ts";

const maker = createFigureMaker();
afterAll(() => maker.close());

const plain = syntheticResult({ heightPx: 20, widthPx: 20, viewNames: ["dense"] });
const key = { comparison: "truth", part: "phase", metric: "frc50" } as const;

function draw(result: typeof plain): Document {
  const summary = summarise(result);
  const styles = armStyles(summary.arms);
  const options = { key, view: "dense", styles, domain: [0, 0.5] as const, label: "FRC 0.5" };
  return new JSDOM(doseCurve(maker, summary, options).markup).window.document;
}
const inkLines = (document: Document) =>
  [...document.querySelectorAll('[aria-label="line"]')].filter(
    (line) => line.getAttribute("stroke") === "var(--ink)" && line.querySelector("path") !== null,
  );

test("a run with floors has both lines, told apart by their dashes, and says them in words", () => {
  const document = draw(withFloors(plain));
  expect(inkLines(document).map((line) => line.getAttribute("stroke-dasharray"))).toEqual([
    // Plot writes no attribute for a solid line.
    null,
    "7 3 1.5 3",
  ]);
  expect(document.querySelector("svg")!.getAttribute("aria-label")).toMatch(
    /Cramér–Rao floor of unbiased estimates 0\.1\d* at 1.000/,
  );
});

test("a run without floors has none, nor a legend of them", () => {
  expect(inkLines(draw(plain))).toHaveLength(0);
  expect(floorLegend(summarise(plain), [key])).toBeNull();
  const ssim = { ...key, metric: "ssim" };
  expect(floorLegend(summarise(withFloors(plain)), [ssim])).toBeNull();
  expect(floorLegend(summarise(withFloors(plain)), [ssim, key])!.markup).toContain("Cramér–Rao floor");
});

describe("cutToFrame", () => {
  test("leaves a line inside the frame as it is", () => {
    const points = [
      { level: 10, mean: 1 },
      { level: 100, mean: 2 },
    ];
    expect(cutToFrame(points, [0, 3])).toEqual(points);
  });

  test("begins at the edge where the line comes in, on a logarithmic axis", () => {
    const [edge, last] = cutToFrame(
      [
        { level: 10, mean: 5 },
        { level: 1000, mean: 1 },
      ],
      [0, 3],
    );
    expect(edge).toEqual({ level: 100, mean: 3 });
    expect(last).toEqual({ level: 1000, mean: 1 });
  });

  test("crosses the whole frame between two points outside, and breaks where it was out", () => {
    const cut = cutToFrame(
      [
        { level: 1, mean: 1 },
        { level: 10, mean: 5 },
        { level: 100, mean: -3 },
      ],
      [0, 3],
    );
    expect(cut.map(({ mean }) => mean)).toEqual([1, 3, Number.NaN, 3, 0]);
  });

  test("nothing of a line that stays outside", () => {
    expect(cutToFrame([{ level: 1, mean: 9 }], [0, 3])).toEqual([]);
  });
});

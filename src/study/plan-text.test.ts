// The plan as people read it.

import { expect, test } from "vitest";
import { checkDesign } from "./design/check.ts";
import { presets } from "./design/presets.ts";
import { bytesText, planText, table, timeText } from "./plan-text.ts";
import { planStudy } from "./plan.ts";

test("a table aligns text left and numbers right, and leaves no trailing space", () => {
  expect(
    table(
      ["view", "frames", "note"],
      [
        ["dense", "1200", "x"],
        ["o-20", "7", ""],
      ],
    ),
  ).toEqual(["  view   frames  note", "  -----  ------  ----", "  dense    1200  x", "  o-20        7"]);
});

test.each([
  [0.2, "< 1 s"],
  [40.4, "40 s"],
  [210, "3.5 min"],
  [7500, "2.1 h"],
  [400_000, "4.6 d"],
])("%d seconds read as %s", (seconds, text) => {
  expect(timeText(seconds)).toBe(text);
});

test.each([
  [999, "999 B"],
  [12_345_678, "12.3 MB"],
  [4.7e9, "4.7 GB"],
])("%d bytes read as %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test("the plan of quick tells views, photons, every kind of job, the total and the warning", async () => {
  const text = planText(await planStudy(checkDesign(presets.quick))).join("\n");
  expect(text).toMatch(/^Study quick, simulated; design [0-9a-f]{12}\n/u);
  expect(text).toMatch(/Probe diameter 30\.\d px \(second moment\)/u);
  expect(text).toMatch(/meet at y = 160\.0 px; guard band 64 px, leakage 0 % of test frames/u);
  expect(text).toMatch(/\n {2}dense +2 +0\.70 +\d+\.\d\d +0\.\d{3} +\d+/u);
  expect(text).toMatch(/\n +1000 +baseline +0\.2441 +\d/u);
  for (const stage of ["plan", "generate", "views", "train", "reconstruct", "compare", "report"]) {
    expect(text).toMatch(new RegExp(`\\n  ${stage} `, "u"));
  }
  expect(text).toMatch(
    /\nTotal: \d+ jobs besides the plan and the report, [\d.]+ MB, [\d.]+ TFLOP, [\d.]+ \w+ on one core, of which training networks \d/u,
  );
  expect(text).toMatch(/\nCells: 9 \(dose × view × replicate\)/u);
  for (const arm of presets.quick.arms) {
    expect(text).toMatch(new RegExp(`\\n {2}reconstruct +${arm} +dense +2 +3 `, "u"));
  }
  expect(text).toMatch(/\nWarnings\n {2}! Dose 1000 is/u);
  for (const line of text.split("\n")) expect(line.length).toBeLessThan(160);
});

// The section on certainty: break points and paired differences as tables, and the method with its source.

import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { syntheticResult, type SyntheticOptions } from "../../../test/support/synthetic-run.ts";
import { withTiles } from "../../../test/support/synthetic-tiles.ts";
import type { StudyResult } from "../../study/results.ts";
import { createReportContext } from "../report-context.ts";
import { breakPoints } from "./break-points.ts";
import { isoDoseSection } from "./iso-dose.ts";

const study = (options: SyntheticOptions = {}): StudyResult =>
  syntheticResult({ heightPx: 20, widthPx: 20, arms: { rpie: 0.3, pinn: 0.36 }, ...options });

function sectionOf(result: StudyResult, section: typeof breakPoints): Element | null {
  const context = createReportContext({ result, images: new Map(), costs: null });
  try {
    const drawn = section(context);
    return drawn === null ? null : new JSDOM(`<body>${drawn.markup}</body>`).window.document.body;
  } finally {
    context.maker.close();
  }
}
const textOf = (element: Element): string =>
  element.textContent
    .replace(/[\u202f\u00a0]/g, " ")
    .replace(/\s+/g, " ")
    .trim();

test("Table 2 has a break point per arm and view and per overlap sweep, with its interval below", () => {
  const section = sectionOf(withTiles(study(), { scatter: 0.1 }), breakPoints)!;
  const cells = [...section.querySelectorAll('.breaks tr[data-arm="pinn"] td')].map(textOf);
  // Three views, and one gridsize with two overlaps at three doses.
  expect(cells).toHaveLength(6);
  // 1.2 decades below 1e5 seven tenths of the full resolution are left; tiles scatter alike at all doses.
  expect(cells[0]).toMatch(/^6 310 6 [0-2]\d\d to 6 [4-6]\d\d of 0\.360$/);
  expect(cells[3]).toMatch(/^≤ 0\.20/);
  expect(cells[5]).toMatch(/^> 0\.70/);
});

test("Table 3 sets the leading arm against each other one, bold where the interval leaves zero out", () => {
  const section = sectionOf(withTiles(study(), { scatter: 0.1 }), breakPoints)!;
  const cells = [...section.querySelectorAll('.differences tr[data-arm="rpie"] td')];
  expect(cells).toHaveLength(9);
  for (const cell of cells) expect(cell.getAttribute("data-verdict")).toBe("higher");
  expect(textOf(cells[2]!)).toMatch(/^\+0\.060 \+0\.0\d\d to \+0\.0\d\d$/);
  const even = sectionOf(
    withTiles(study({ arms: { rpie: 0.36, pinn: 0.36 } }), { scatter: 0.1 }),
    breakPoints,
  )!;
  for (const cell of even.querySelectorAll(".differences td")) {
    expect(cell.getAttribute("data-verdict")).toBe("undecided");
    expect(cell.querySelector("b")).toBeNull();
  }
});

test("names the method, its source, the draws and the generator's seed, and what one seed does not say", () => {
  const text = textOf(sectionOf(withTiles(study(), { scatter: 0.1 }), breakPoints)!);
  expect(text).toMatch(
    /1000 draws over the 9 tiles of the one seed’s field \(pigeonhole bootstrap, Owen 2007/,
  );
  expect(text).toContain(`generator seed ${Number.parseInt("5e1f0c9a", 16)}, from the design hash`);
  expect(text).toContain("not that of another scan");
  const bare = textOf(sectionOf(study({ seeds: [1, 2] }), breakPoints)!);
  expect(bare).toContain("No intervals: 2 seeds without tiles are too few to draw from.");
});

test("a study without a resolution has no such section", () => {
  expect(sectionOf(study({ arms: { weak: -1 } }), breakPoints)).toBeNull();
});

test("the figure at equal fluence is drawn for a study swept over fluence alone, with frames and photons under each tick", () => {
  expect(sectionOf(study(), isoDoseSection)).toBeNull();
  const base = study({ doses: [1900, 19000] });
  const views: { readonly [view: string]: number } = { baseline: 1, dense: 0.5, sparse: 3 };
  const cells = base.cells.map((cell) => ({ ...cell, dose: cell.dose * views[cell.view]! }));
  const iso = { ...base, design: { ...base.design, doses: null, fluences: [10, 100] }, cells };
  const section = sectionOf(withTiles(iso, { scatter: 0.1 }), isoDoseSection)!;
  const pictures = [...section.querySelectorAll("svg.plot")];
  expect(pictures).toHaveLength(2);
  const label = pictures[0]!.getAttribute("aria-label")!;
  expect(label).toMatch(/10 photons per object pixel: rpie 0\.\d\d\d with \d+ frames/);
  const { frames } = base.cells.find(({ view }) => view === "sparse")!;
  expect(textOf(pictures[0]!)).toContain(`${frames}5 700`);
});

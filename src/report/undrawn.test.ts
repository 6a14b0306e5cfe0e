// A picture that cannot be drawn takes no number with it: it becomes a sentence, and the top of the page says so.

import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { reportData as dataOf } from "../../test/support/report-data.ts";
import { renderPage, renderReport } from "./html.ts";
import { createReportContext } from "./report-context.ts";
import type { CellImages } from "./run-data.ts";

const domOf = (page: string): Document => new JSDOM(page).window.document;
const textOf = (element: Element): string => element.textContent.replace(/\s+/g, " ").trim();

test("a picture that cannot be drawn becomes a sentence with the reason, at the top too, and no number goes", () => {
  const data = dataOf({});
  const [[path, images]] = [...data.images] as [[string, CellImages]];
  // An image of fewer numbers than its size says: the gauge would not make one, and the mask does not fit it.
  const broken = {
    ...images,
    mask: new Uint8Array(3),
    target: { ...images.target, image: { height: -1, width: 5, data: new Float32Array(0) } },
  };
  const document = domOf(renderReport({ ...data, images: new Map([[path, broken]]) }));
  const sentence = [...document.querySelectorAll(".undrawn")].map(textOf).join();
  expect(sentence).toMatch(/^The reconstructions could not be drawn: .+ The numbers are in the tables\.$/);
  expect(textOf(document.querySelector("main")!.firstElementChild!)).toMatch(
    /^Not everything could be drawn\..*The reconstructions: /,
  );
  expect(document.querySelectorAll('.results tr[data-arm="rpie"] td').length).toBeGreaterThan(5);
});

test("when no plot can be drawn every table is as it was, and the page says at its top what is missing", () => {
  const data = dataOf({
    arms: { rpie: 0.3, pinn: 0.4 },
    viewNames: ["dense", "sparse"],
    doses: [1e3, 1e4],
  });
  const context = createReportContext(data);
  const draw = (): never => {
    throw new Error("no ink");
  };
  const broken = domOf(renderPage({ ...context, maker: { ...context.maker, draw } }));
  context.maker.close();
  const tables = (document: Document) =>
    [...document.querySelectorAll("table:not(.gallery)")].map((table) => textOf(table));
  expect(tables(broken)).toEqual(tables(domOf(renderReport(data))));
  expect(broken.querySelectorAll("svg.plot").length).toBe(0);
  expect(broken.querySelectorAll(".undrawn").length).toBeGreaterThan(4);
  expect(textOf(broken.querySelector(".banner")!)).toMatch(/^Not everything could be drawn\. .*no ink/);
});

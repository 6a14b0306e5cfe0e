// The picture of a scan draws every position and the probe's disc to scale.

import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { syntheticResult } from "../../../test/support/synthetic-run.ts";
import { scanPicture } from "./scan-picture.ts";

const cell = syntheticResult({ heightPx: 60, widthPx: 60 }).cells[0]!;
const domOf = (picture: string) => new JSDOM(`<body>${picture}</body>`).window.document;

test("draws a disc of the probe's diameter at every position and marks one pair of nearest neighbours", () => {
  const positions = { x: [10, 20, 40, 30, 50], y: [5, 5, 5, 5, 5] };
  const document = domOf(scanPicture({ ...cell, positions, probeDiameterPx: 16 }).markup);
  const discs = [...document.querySelectorAll(".discs circle")];
  expect(discs.map((disc) => [disc.getAttribute("cx"), disc.getAttribute("r")])).toEqual([
    ["10", "8"],
    ["20", "8"],
    ["40", "8"],
    ["30", "8"],
    ["50", "8"],
  ]);
  const pair = [...document.querySelectorAll(".pair circle")].map((disc) => Number(disc.getAttribute("cx")));
  expect(Math.abs(pair[0]! - pair[1]!)).toBe(10);
});

test("leaves the discs out of a scan with too many to read, and still draws every position", () => {
  const x = Array.from({ length: 4000 }, (_, i) => i % 80);
  const y = Array.from({ length: 4000 }, (_, i) => Math.floor(i / 80));
  const document = domOf(scanPicture({ ...cell, positions: { x, y } }).markup);
  expect(document.querySelectorAll(".discs circle")).toHaveLength(0);
  expect(document.querySelector(".dots path")!.getAttribute("d")!.split("M")).toHaveLength(4001);
});

test("says in words what it shows, and survives a scan of one frame or none", () => {
  const document = domOf(scanPicture(cell).markup);
  expect(document.querySelector("svg")!.getAttribute("aria-label")).toMatch(
    /Scan of view baseline: \d+ frames, probe diameter 22.4 pixels, measured overlap 0.70/,
  );
  expect(scanPicture({ ...cell, positions: { x: [1], y: [1] } }).markup).not.toContain("NaN");
  expect(scanPicture({ ...cell, positions: { x: [], y: [] } }).markup).toBe("");
});

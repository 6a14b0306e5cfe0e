// What each key means. Mouse and touch are tested in a browser: test/browser/report-viewer.test.ts.

import { expect, test } from "vitest";
import { answerKey, type Gestures, zoomStep } from "./gestures.ts";

/** Gestures that write down what was asked of them. */
function recorded(): { gestures: Gestures; asked: unknown[][] } {
  const asked: unknown[][] = [];
  const note =
    (name: string) =>
    (...values: unknown[]) =>
      void asked.push([name, ...values]);
  return {
    asked,
    gestures: {
      isZoomed: () => false,
      point: note("point"),
      zoom: note("zoom"),
      pan: note("pan"),
      moveCursor: note("moveCursor"),
      zoomAtCursor: note("zoomAtCursor"),
      showWhole: note("showWhole"),
    },
  };
}

test.each([
  ["ArrowLeft", false, ["moveCursor", { x: -1, y: 0 }]],
  ["ArrowDown", false, ["moveCursor", { x: 0, y: 1 }]],
  ["PageUp", false, ["moveCursor", { x: 0, y: -10 }]],
  ["End", false, ["moveCursor", { x: 10, y: 0 }]],
  ["ArrowRight", true, ["pan", { x: 0.1, y: 0 }]],
  ["+", false, ["zoomAtCursor", zoomStep]],
  ["-", false, ["zoomAtCursor", 1 / zoomStep]],
  ["0", false, ["showWhole"]],
  ["Escape", false, ["showWhole"]],
] as const)("%s with shift %s is %j", (key, shiftKey, expected) => {
  const { gestures, asked } = recorded();
  expect(answerKey({ key, shiftKey }, gestures)).toBe(true);
  expect(asked).toEqual([[...expected]]);
});

test("keys without a meaning are left to the browser", () => {
  const { gestures, asked } = recorded();
  for (const key of ["Tab", "Enter", " ", "a"])
    expect(answerKey({ key, shiftKey: false }, gestures)).toBe(false);
  expect(asked).toEqual([]);
});

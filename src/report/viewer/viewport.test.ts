// Zoom keeps the place under the pointer, pan stops at the edges, and the cursor is never lost from sight.

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  following,
  movedBy,
  pixelAt,
  placeAt,
  shownRectangle,
  type Viewport,
  wholePicture,
  zoomedAt,
} from "./viewport.ts";

const size = { width: 250, height: 160 };
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const steps = fc.array(
  fc.record({ x: fraction, y: fraction, factor: fc.double({ min: 0.2, max: 5, noNaN: true }) }),
);

/** What a hand does: zoom here and there. */
function after(gestures: readonly { x: number; y: number; factor: number }[]): Viewport {
  return gestures.reduce(
    (view, { x, y, factor }) => zoomedAt(view, size, { place: placeAt(view, size, { x, y }), factor }),
    wholePicture(size),
  );
}

test("at first the whole picture is shown", () => {
  expect(shownRectangle(wholePicture(size), size)).toEqual({ left: 0, top: 0, width: 250, height: 160 });
});

test("zooming in keeps the place under the pointer", () => {
  const view = zoomedAt(wholePicture(size), size, { place: { x: 30, y: 120 }, factor: 4 });
  expect(placeAt(view, size, { x: 30 / 250, y: 120 / 160 })).toEqual({ x: 30, y: 120 });
  expect(view.zoom).toBe(4);
});

test("whatever the gestures, only picture is shown, at a zoom from 1 to 8 pixels across", () => {
  fc.assert(
    fc.property(steps, fraction, fraction, (gestures, x, y) => {
      const view = movedBy(after(gestures), size, { x: 500 * (x - 0.5), y: 500 * (y - 0.5) });
      const { left, top, width, height } = shownRectangle(view, size);
      // Rounding of some sums of numbers below 1000.
      for (const low of [left, top]) expect(low).toBeGreaterThanOrEqual(-1e-9);
      expect(left + width).toBeLessThanOrEqual(250 + 1e-9);
      expect(top + height).toBeLessThanOrEqual(160 + 1e-9);
      expect(view.zoom).toBeGreaterThanOrEqual(1);
      expect(view.zoom).toBeLessThanOrEqual(20);
    }),
  );
});

test("the view follows a pixel that leaves it, and stays where it is for one that does not", () => {
  const view = zoomedAt(wholePicture(size), size, { place: { x: 0, y: 0 }, factor: 10 });
  expect(following(view, size, { x: 5, y: 5 })).toEqual(view);
  const moved = shownRectangle(following(view, size, { x: 100, y: 100 }), size);
  expect(moved.left + moved.width).toBeCloseTo(101, 9);
  expect(moved.top + moved.height).toBeCloseTo(101, 9);
});

test("a place on the far edge belongs to the last pixel", () => {
  expect(pixelAt({ x: 250, y: 160 }, size)).toEqual({ x: 249, y: 159 });
  expect(pixelAt({ x: -1, y: 0.5 }, size)).toEqual({ x: 0, y: 0 });
});

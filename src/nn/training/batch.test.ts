// A batch holds the frames of its groups, in photons of the dose, each where it lies on its own canvas.

import { describe, expect, test } from "vitest";
import { smallGroups, smallTask } from "../../../test/support/small-task.ts";
import { createRng } from "../../math/random/rng.ts";
import { isDoselapError } from "../../errors.ts";
import { batchBuilder } from "./batch.ts";
import { storeFrames } from "./frame-store.ts";

const task = smallTask({ betweenPixels: true });
const { diffraction, positions } = task.problem;
const store = storeFrames(diffraction, 16);
const table = smallGroups(task, 3);
const pixels = 256;
const shape = { groupsPerBatch: 2, groupSize: 3, canvasPx: 30, dosePhotons: 2000, seenShare: 1 };
const order = Int32Array.of(5, 40, 72);
const unused = createRng(1, "thinning");

/** Counts of a frame as they are measured, transposed. */
const countAt = (frame: number, i: number) =>
  Math.round(diffraction[frame * pixels + (i % 16) * 16 + Math.floor(i / 16)]! ** 2);
const memberOf = (group: number, c: number) => table.groups[3 * group + c]!;

describe("a batch", () => {
  test.each([
    [0, [5, 40]],
    [1, [40, 72]],
    [2, [72, 5]],
  ] as const)("from place %i holds its groups, starting over past the end", (first, groups) => {
    const { batch, fill } = batchBuilder(store, positions, shape);
    fill(table, order, first, unused);
    groups.forEach((group, b) => {
      const members = [0, 1, 2].map((c) => memberOf(group, c));
      const middle = (of: Float64Array) => Math.round(members.reduce((sum, j) => sum + of[j]!, 0) / 3);
      expect(batch.originX[b]).toBe(middle(positions.x) - 15);
      expect(batch.originY[b]).toBe(middle(positions.y) - 15);
      members.forEach((frame, c) => {
        const slot = 3 * b + c;
        // Float32 numbers below 32.
        expect(batch.left[slot]! + batch.originX[b]! + 8).toBeCloseTo(positions.x[frame]!, 5);
        expect(batch.top[slot]! + batch.originY[b]! + 8).toBeCloseTo(positions.y[frame]!, 5);
        for (let i = 0; i < pixels; i++) {
          expect(batch.counts[slot * pixels + i]).toBe(countAt(frame, i));
          expect(batch.amplitudes[slot * pixels + i]).toBeCloseTo(Math.sqrt(countAt(frame, i) / 2000), 6);
        }
      });
    });
  });

  test("splits the photons between what is seen and what is compared, both of one dose", () => {
    const { batch, fill } = batchBuilder(store, positions, { ...shape, seenShare: 0.7 });
    fill(table, order, 0, createRng(1, "thinning"));
    let [seen, all] = [0, 0];
    for (let slot = 0; slot < 6; slot++) {
      const frame = memberOf(order[Math.floor(slot / 3)]!, slot % 3);
      for (let i = 0; i < pixels; i++) {
        const kept = batch.amplitudes[slot * pixels + i]! ** 2 * 0.7 * 2000;
        expect(Math.round(kept) + batch.counts[slot * pixels + i]!).toBe(countAt(frame, i));
        expect(Math.abs(kept - Math.round(kept))).toBeLessThan(1e-3);
        seen += kept;
        all += countAt(frame, i);
      }
    }
    expect(Math.abs(seen - 0.7 * all)).toBeLessThan(5 * Math.sqrt(0.21 * all));
  });

  test("is filled alike by streams of the same address", () => {
    const filled = (dose: number) => {
      const { batch, fill } = batchBuilder(store, positions, { ...shape, seenShare: 0.5 });
      fill(table, order, 0, createRng(1, "thinning", { dose }));
      return batch;
    };
    expect(filled(1)).toEqual(filled(1));
    expect(filled(2).amplitudes).not.toEqual(filled(1).amplitudes);
  });

  test("cannot split frames that hold fractions, but can show them whole", () => {
    const fractions = storeFrames(
      diffraction.map((root) => 0.9 * root),
      16,
    );
    expect(() => batchBuilder(fractions, positions, { ...shape, seenShare: 0.7 })).toThrow(
      expect.toSatisfy((error) => isDoselapError(error, "Contract") && error.context.finding === "DATA-001"),
    );
    const { batch, fill } = batchBuilder(fractions, positions, shape);
    fill(table, order, 0, unused);
    expect(batch.counts[100]).toBeCloseTo(0.81 * countAt(memberOf(5, 0), 100), 4);
  });
});

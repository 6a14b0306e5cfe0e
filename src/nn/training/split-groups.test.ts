// Frames that choose an epoch are none that train, however few groups there are; where that cannot be, it is said.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { smallGroups, smallTask } from "../../../test/support/small-task.ts";
import { isDoselapError } from "../../errors.ts";
import type { GroupTable } from "./groups.ts";
import { splitGroups } from "./split-groups.ts";
import { splitByBlocks } from "./validation.ts";

const task = smallTask({ betweenPixels: true });
const { positions } = task.problem;
const table = smallGroups(task, 3);
const all = (count: number) => Array.from({ length: count }, (_, group) => group);
const framesIn = ({ groups, groupSize }: GroupTable, chosen: Int32Array) =>
  new Set([...chosen].flatMap((group) => [...groups.subarray(group * groupSize, (group + 1) * groupSize)]));

function split(given: GroupTable, validationFraction: number, seed = 1) {
  const lines: string[] = [];
  const found = splitGroups(task, given, { validationFraction }, { seed, log: (line) => lines.push(line) });
  return { ...found, lines };
}

test("groups in held-back blocks choose, those without such a frame train, and nothing is said", () => {
  const { training, validation, lines } = split(table, 0.3);
  const held = new Set(splitByBlocks(positions, { fraction: 0.3, blockPx: 16, seed: 1 }).validation);
  const heldIn = (group: number) => [0, 1, 2].filter((c) => held.has(table.groups[3 * group + c]!)).length;
  expect([...training]).toEqual(all(table.count).filter((group) => heldIn(group) === 0));
  expect([...validation]).toEqual(all(table.count).filter((group) => heldIn(group) === 3));
  expect(validation.length).toBeGreaterThan(4);
  expect(lines).toEqual([]);
});

test("where no two groups are held back whole, those around held-back frames choose, and the mixed do neither", () => {
  // Two frames are held back: no group of three is.
  const { training, validation, lines } = split(table, 0.01);
  const held = splitByBlocks(positions, { fraction: 0.01, blockPx: 16, seed: 1 }).validation;
  expect([...validation]).toEqual([...held]);
  const chosen = framesIn(table, validation);
  expect([...framesIn(table, training)].filter((frame) => chosen.has(frame))).toEqual([]);
  const mixed = table.count - training.length - validation.length;
  expect(mixed).toBeGreaterThan(0);
  expect(lines).toEqual([
    expect.stringMatching(
      new RegExp(`${validation.length} choose, ${training.length} .* train, ${mixed} .*neither`, "u"),
    ),
  ]);
});

describe("of few groups", () => {
  const of = (...rows: number[][]): GroupTable => ({
    groups: Int32Array.from(rows.flat()),
    count: rows.length,
    groupSize: rows[0]!.length,
  });

  test("two that lie closest choose when those around held-back frames meet all others", () => {
    const { training, validation } = split(of([0, 1], [1, 2], [2, 3], [3, 4], [4, 5]), 0.99);
    expect(validation).toHaveLength(2);
    expect(training.length).toBeGreaterThan(0);
  });

  test("all train and all choose where every two meet all others, and the log says it", () => {
    const { training, validation, chosenOn, lines } = split(of([0, 1], [1, 2], [2, 0]), 0.3);
    expect([[...training], [...validation], chosenOn]).toEqual([[0, 1, 2], [0, 1, 2], "training frames"]);
    expect(lines).toEqual([expect.stringMatching(/the epoch is chosen on training frames$/u)]);
  });

  test("one alone is an error", () => {
    expect(() => split(of([0, 1]), 0.3)).toThrow(
      expect.toSatisfy(
        (error) => isDoselapError(error, "Range") && error.context.key === "training.groupCount",
      ),
    );
  });

  test("frames that choose never train, unless it is said", () => {
    const group = fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 4, maxLength: 4 });
    const tables = fc.array(group, { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(
        tables,
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        fc.nat(50),
        (rows, fraction, seed) => {
          const given = of(...rows);
          const { training, validation, chosenOn } = split(given, fraction, seed);
          expect(training.length).toBeGreaterThan(0);
          expect(validation.length).toBeGreaterThan(1);
          const chosen = framesIn(given, validation);
          const both = [...framesIn(given, training)].filter((frame) => chosen.has(frame));
          expect(both.length > 0).toBe(chosenOn === "training frames");
        },
      ),
    );
  });
});

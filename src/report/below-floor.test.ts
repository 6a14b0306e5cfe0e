// What lies beyond a floor's line is told with both numbers and the reason; what lies within its spread or the line's own error
// is not.

import { expect, test } from "vitest";
import { withFloors } from "../../test/support/synthetic-floor.ts";
import { syntheticResult } from "../../test/support/synthetic-run.ts";
import type { StudyResult } from "../study/results.ts";
import { belowFloorSentences } from "./below-floor.ts";
import { summarise } from "./summary.ts";

const plain = syntheticResult({
  heightPx: 20,
  widthPx: 20,
  viewNames: ["dense"],
  doses: [1000],
  arms: { rpie: 0.1 },
});
const resolution = { comparison: "truth", part: "phase", metric: "frc50" } as const;

/** The floor's squared error is 0.02, or 0.018 where the spectrum is known; its crossing 0.12, its rings an eighth wide. */
function sentences(mse: number, frc50: number): string[] {
  const cells = withFloors(plain).cells.map((cell) => ({
    ...cell,
    arms: cell.arms.map((arm) => ({
      ...arm,
      rows: arm.rows
        .filter(({ part, metric }) => part === "phase" && metric === "frc50")
        .flatMap((row) => [
          { ...row, value: frc50, crossing: "crosses" as const },
          { ...row, metric: "mse", value: mse, crossing: null },
        ]),
    })),
  }));
  const result: StudyResult = { ...plain, cells };
  return belowFloorSentences(summarise(result), resolution);
}

test("an error between the two lines lies beyond the unbiased one alone", () => {
  const [unbiased, informed] = sentences(0.019, 0.1);
  expect(unbiased).toMatch(
    /^Beyond the Cramér–Rao floor: rpie at 1\u202f000 in dense \(phase MSE 0\.019 against 0\.020\)\. .*bias/,
  );
  expect(informed).toBe("Beyond the floor with a known spectrum lies none of 2 results.");
});

test("an error within 3 % of a line, and a crossing within a ring of it, are not beyond", () => {
  const told = sentences(0.0176, 0.12 + 0.12);
  expect(told.at(-1)).toBe("Beyond the floor with a known spectrum lies none of 2 results.");
});

test("a resolution beyond both lines is told for both", () => {
  for (const sentence of sentences(0.5, 0.3)) expect(sentence).toMatch(/phase FRC .*0\.300 against 0\.120/);
});

test("a study without floors says nothing", () => {
  expect(belowFloorSentences(summarise(plain), resolution)).toEqual([]);
});

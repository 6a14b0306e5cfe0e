// The arm that is better than every other: by tiles for an FRC crossing, by six seeds for any other metric, in its direction.

import { expect, test } from "vitest";
import { syntheticResult, type SyntheticOptions } from "../../test/support/synthetic-run.ts";
import { withTiles } from "../../test/support/synthetic-tiles.ts";
import type { StudyResult } from "../study/results.ts";
import { clearLeaders, type StatColumn } from "./clear-leaders.ts";
import { summarise } from "./summary.ts";

const frc50 = { comparison: "truth", part: "phase", metric: "frc50", better: "higher" } as const;
const mae = { comparison: "truth", part: "phase", metric: "mae", better: "lower" } as const;

const study = (options: SyntheticOptions = {}): StudyResult =>
  syntheticResult({
    heightPx: 20,
    widthPx: 20,
    viewNames: ["dense"],
    doses: [1e4],
    arms: { rpie: 0.3, pinn: 0.36, ml: 0.25 },
    ...options,
  });
const leadersOf = (result: StudyResult, column: StatColumn): string[] => [
  ...clearLeaders(result, summarise(result), column).values(),
];

test("nine tiles of one seed tell the best resolution, and not one that leads by less than they scatter", () => {
  expect(leadersOf(withTiles(study(), { scatter: 0.1 }), frc50)).toEqual(["pinn"]);
  const close = study({ arms: { rpie: 0.358, pinn: 0.36, ml: 0.25 } });
  expect(leadersOf(withTiles(close, { scatter: 0.1 }), frc50)).toEqual([]);
});

test("a metric without tiles needs six seeds, and leads in its own direction", () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  expect(leadersOf(withTiles(study({ seeds: seeds.slice(1) }), { scatter: 0.1 }), mae)).toEqual([]);
  expect(leadersOf(study({ seeds }), mae)).toEqual(["pinn"]);
  expect(leadersOf(study({ seeds }), { ...mae, better: "none" })).toEqual([]);
});

test("the only arm with a value leads nobody", () => {
  expect(leadersOf(withTiles(study({ arms: { rpie: 0.3 } }), { scatter: 0.1 }), frc50)).toEqual([]);
});

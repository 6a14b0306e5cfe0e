// Warnings and failures are told once, general ones apart from those of a single result.

import { expect, test } from "vitest";
import { withFloors } from "../../test/support/synthetic-floor.ts";
import { syntheticResult } from "../../test/support/synthetic-run.ts";
import { failureLines } from "./failures.ts";
import { sortedWarnings } from "./warnings.ts";

const result = syntheticResult({
  heightPx: 20,
  widthPx: 20,
  arms: { rpie: 0.3, pinn: 0.4 },
  failed: { raar: "Diverged" },
});

test("a warning of every finished arm is general, one of a single result is particular and says where", () => {
  const cells = result.cells.map((cell) => ({
    ...cell,
    arms: cell.arms.map((arm) => ({
      ...arm,
      warnings: [
        "small image",
        ...(arm.arm === "pinn" && cell.dose === 1e3 && cell.view === "dense" ? ["shift"] : []),
      ],
    })),
  }));
  const { general, particular } = sortedWarnings({ ...result, cells });
  expect(general).toEqual(["small image"]);
  expect(particular).toEqual(["pinn: shift (at 1\u202f000 in dense)"]);
});

test.each(["null", "mean-pattern"])("warnings of %s, which is there to be odd, are left out", (control) => {
  const whole = syntheticResult({ heightPx: 20, widthPx: 20, arms: { rpie: 0.3, "mean-pattern": 0.1 } });
  const cells = whole.cells.map((cell) => ({
    ...cell,
    arms: cell.arms.map((arm) => ({ ...arm, warnings: arm.arm === control ? ["constant"] : [] })),
  }));
  expect(sortedWarnings({ ...whole, cells })).toEqual({ general: [], particular: [] });
});

test("a floor that was not solved to its end is a warning, with its places; a solved one is none", () => {
  const { cells } = withFloors(result);
  const unsolved = cells.map((cell) => ({
    ...cell,
    floor: { ...cell.floor!, converged: !(cell.dose === 1e3 && cell.view === "dense") },
  }));
  expect(sortedWarnings({ ...result, cells }).particular).toEqual([]);
  expect(sortedWarnings({ ...result, cells: unsolved }).particular).toEqual([
    "the noise floor was not solved to its end: its lines there are lower than the true bounds (at 1\u202f000 in dense)",
  ]);
});

test("a condition that could not be compared is the first failure, though it has no cell", () => {
  const lost = "the comparison compare/dose_10/dense/seed_1 failed: ssim: rpie has no ssim of the phase";
  expect(failureLines({ ...result, failures: [lost] })).toEqual([
    lost,
    "raar failed: Diverged (at 9 conditions)",
  ]);
});

test("equal failures are one line with the count of conditions", () => {
  expect(failureLines(result)).toEqual(["raar failed: Diverged (at 9 conditions)"]);
});

const finished = syntheticResult({
  heightPx: 20,
  widthPx: 20,
  arms: { rpie: 0.3, pinn: 0.4 },
  seeds: [1, 2],
});
const warned = (
  warningsOf: (arm: string, seed: number, place: string) => readonly string[],
): ReturnType<typeof sortedWarnings> =>
  sortedWarnings({
    ...finished,
    cells: finished.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((outcome) => ({
        ...outcome,
        warnings: [...warningsOf(outcome.arm, cell.seed, `${cell.dose} ${cell.view}`)],
      })),
    })),
  });

test("a warning that differs from seed to seed in its numbers only is one, and general when all have it", () => {
  const { general, particular } = warned((_, seed) => [`FRC on the central ${90 + seed} px`]);
  expect(general).toEqual(["FRC on the central 91 px"]);
  expect(particular).toEqual([]);
});

test("what amplitude and phase both carry is said once, what one carries is said to be its own", () => {
  const both = warned(() => ["amplitude: small image", "phase: small image"]);
  expect(both.general).toEqual(["small image"]);
  expect(warned(() => ["phase: small image"]).general).toEqual(["small image (phase)"]);
});

test("arms that share a warning and its places share a line", () => {
  const { particular } = warned((_, __, place) => (place === "1000 dense" ? ["odd"] : []));
  expect(particular).toEqual(["rpie and pinn: odd (at 1\u202f000 in dense)"]);
});

test("a shift beyond the bound is told once and in plain words", () => {
  const { particular } = warned((arm, _, place) =>
    arm === "pinn" && place === "1000 dense"
      ? [
          "registration asked for more than 2 px and was not applied",
          "shift of (3.1, -0.2) px (x, y) lies beyond the bound and was not applied",
        ]
      : [],
  );
  expect(particular).toEqual([
    "pinn: its image lies farther from the target than the bound of registration: the shift was not applied and its scores are those of a displaced image (at 1\u202f000 in dense)",
  ]);
});

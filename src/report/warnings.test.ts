// Warnings and failures are told once, general ones apart from those of a single result.

import { expect, test } from "vitest";
import { syntheticResult } from "../../test/support/synthetic-run.ts";
import { failureLines, sortedWarnings } from "./warnings.ts";

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

test("equal failures are one line with the count of conditions", () => {
  expect(failureLines(result)).toEqual(["raar failed: Diverged (at 9 conditions)"]);
});

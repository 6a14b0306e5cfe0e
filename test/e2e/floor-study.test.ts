// A small study obeys its floors: dose curves are monotone within their error bars, no arm passes the bound that knows the
// object's spectrum, and maximum likelihood without a prior lies on the Cramér–Rao bound, which arms with priors pass.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FloorCurve } from "../../src/floor/floor.ts";
import { runStudy } from "../../src/pipeline/run.ts";
import { loadDesign } from "../../src/study/design/load.ts";
import { readStudyResult } from "../../src/study/results-file.ts";
import type { CellResult, StudyResult } from "../../src/study/results.ts";
import { writeTinyStudy } from "../support/cli.ts";

const parts = ["amplitude", "phase"] as const;
type Part = (typeof parts)[number];

let folder: string;
/** LSQ-ML with a prior at three doses, and ML without one where photons are many. */
let withPrior: StudyResult;
let unbiased: StudyResult;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-floor-"));
  const file = await writeTinyStudy(folder, (text) =>
    text
      .replace(/object:.*/, "object: { heightPx: 176, widthPx: 96 }")
      .replace(/ {2}(baseline|sparse):.*\n/g, "")
      .replace("views:", "views:\n  baseline: null\n  sparse: null"),
  );
  const run = async (name: string, overrides: { [key: string]: unknown }): Promise<StudyResult> => {
    const design = await loadDesign(file, { cwd: folder, overrides });
    const root = join(folder, name);
    const stages = ["plan", "generate", "views", "reconstruct", "compare"] as const;
    const { failed } = await runStudy({ root, design, stages: [...stages], now: () => 0 });
    expect(failed).toBe(0);
    return readStudyResult(root);
  };
  withPrior = await run("prior", {
    doses: [1e3, 1e4, 1e5],
    replicates: 3,
    arms: ["lsqml", "null"],
    engines: { lsqml: { epochs: 30 } },
  });
  unbiased = await run("unbiased", {
    doses: [1e6],
    arms: ["ml", "null"],
    engines: { ml: { epochs: 500, prior: "none" } },
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function valueOf({ arms }: CellResult, arm: string, part: Part, metric: string): number | null {
  const rows = arms.find((each) => each.arm === arm)!.rows;
  return rows.find((row) => row.part === part && row.metric === metric)!.value;
}

/** Cycles per pixel; what never crosses resolves up to the last ring. */
function resolution(cell: CellResult, arm: string, part: Part): number {
  return valueOf(cell, arm, part, "frc50") ?? 0.5;
}
function resolutionOf({ crossings }: Pick<FloorCurve, "crossings">): number {
  return crossings.frc50 ?? 0.5;
}

/** Mean and standard deviation over the seeds. */
function statistics(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** By dose, ascending. */
function byDose({ cells }: StudyResult): CellResult[][] {
  const doses = [...new Set(cells.map(({ dose }) => dose))].toSorted((a, b) => a - b);
  return doses.map((dose) => cells.filter((cell) => cell.dose === dose));
}

describe.each(parts)("%s", (part) => {
  test("curves are monotone within their error bars", () => {
    const doses = byDose(withPrior);
    const errors = doses.map((cells) =>
      statistics(cells.map((cell) => valueOf(cell, "lsqml", part, "mse")!)),
    );
    const details = doses.map((cells) => statistics(cells.map((cell) => resolution(cell, "lsqml", part))));
    expect(doses).toHaveLength(3);
    for (let i = 1; i < doses.length; i++) {
      expect(errors[i]!.mean).toBeLessThan(errors[i - 1]!.mean + errors[i]!.sd + errors[i - 1]!.sd);
      expect(details[i]!.mean).toBeGreaterThanOrEqual(
        details[i - 1]!.mean - details[i]!.sd - details[i - 1]!.sd,
      );
    }
    // Not flat either: a hundred times the photons take away most of the error.
    expect(errors[2]!.mean).toBeLessThan(errors[0]!.mean / 3);
  });

  // The bound holds in the mean over objects of that spectrum and over noise: three draws of one object scatter about it.
  test("an engine with a prior does not pass the bound with a known spectrum at any dose, but by chance", () => {
    for (const cells of byDose(withPrior)) {
      const error = statistics(cells.map((cell) => valueOf(cell, "lsqml", part, "mse")!));
      const floor = statistics(cells.map(({ floor }) => floor![part].informed!.mse));
      expect(error.mean).toBeGreaterThan(floor.mean - (2 * Math.hypot(error.sd, floor.sd)) / Math.sqrt(3));
      const detail = statistics(cells.map((cell) => resolution(cell, "lsqml", part)));
      const limit = statistics(cells.map(({ floor }) => resolutionOf(floor![part].informed!)));
      // One ring's width, 1/46 of a cycle, and the scatter of the mean of three seeds: two standard errors.
      expect(detail.mean).toBeLessThan(limit.mean + 1 / 46 + (2 * detail.sd) / Math.sqrt(3));
    }
  });

  test("priors pay at low dose: engines lie below the bound of unbiased estimates there", () => {
    const [faint] = byDose(withPrior);
    for (const cell of faint!)
      expect(valueOf(cell, "lsqml", part, "mse")!).toBeLessThan(0.5 * cell.floor![part].mse);
  });

  test("ML without a prior lies on the Cramér–Rao bound where photons are many, and not below it", () => {
    for (const cell of unbiased.cells) {
      const ratio = valueOf(cell, "ml", part, "mse")! / cell.floor![part].mse;
      // The error of one noise realisation scatters by √(2/pixels), 4 % of some 1300, and the bound by as much; the solver
      // errs downwards by 3 %.
      expect(ratio).toBeGreaterThan(0.92);
      expect(ratio).toBeLessThan(1.35);
      expect(resolution(cell, "ml", part)).toBeLessThanOrEqual(resolutionOf(cell.floor![part]) + 1 / 46);
    }
  });
});

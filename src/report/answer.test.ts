// The sentence that answers the question says no more than the numbers bear.

import { describe, expect, test } from "vitest";
import { syntheticResult, type SyntheticOptions } from "../../test/support/synthetic-run.ts";
import type { StudyResult } from "../study/results.ts";
import { answerOf } from "./answer.ts";

/** Sets the phase frc50 against truth of one arm, by "view dose". */
function withResolution(
  result: StudyResult,
  arm: string,
  values: { readonly [condition: string]: number | null },
): StudyResult {
  return {
    ...result,
    cells: result.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((outcome) => {
        const value = values[`${cell.view} ${cell.dose}`];
        if (outcome.arm !== arm || value === undefined) return outcome;
        const isTarget = (row: { metric: string; part: string }) =>
          row.metric === "frc50" && row.part === "phase";
        const frc =
          value === null ? { ...outcome.frc, phase: { frequency: [0.1], value: [null] } } : outcome.frc;
        return {
          ...outcome,
          frc,
          rows: outcome.rows.map((row) => (isTarget(row) ? { ...row, value } : row)),
        };
      }),
    })),
  };
}

const study = (options: SyntheticOptions = {}) => syntheticResult({ heightPx: 20, widthPx: 20, ...options });
const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, " ");

describe("answerOf", () => {
  test("names the lowest dose of an unbroken run from the top that keeps 70 % of the full-dose resolution", () => {
    const result = withResolution(study(), "rpie", {
      "baseline 1000": 0.29,
      "baseline 10000": 0.3,
      "baseline 100000": 0.4,
      // 0.28 is exactly 70 % of 0.4; the gap at the middle dose of sparse breaks the run.
      "dense 1000": 0.1,
      "dense 10000": 0.28,
      "dense 100000": 0.4,
      "sparse 1000": 0.4,
      "sparse 10000": 0.2,
      "sparse 100000": 0.4,
    });
    const { kept, sentence } = answerOf(result);
    expect(kept.map(({ view, lowestLevel }) => [view, lowestLevel])).toEqual([
      ["baseline", 1e3],
      ["dense", 1e4],
      ["sparse", 1e5],
    ]);
    expect(plain(sentence)).toBe(
      "rpie keeps at least 70 % of the phase resolution it has at 100 000 photons per frame (0.400 cycles/px; FRC against truth at 0.5) " +
        "down to 1 000, the lowest dose tested, in baseline (overlap 0.70), down to 10 000 in dense (overlap 0.70) " +
        "and only at the highest dose in sparse (overlap 0.20).",
    );
  });

  test("says that one arm alone cannot win and that one seed carries no error bar", () => {
    const { caveats, sentence } = answerOf(study({ skipped: { supervised: "no labels" } }));
    expect(caveats).toEqual([
      "Only rpie has run, so this study cannot yet say which method wins.",
      "Each condition ran with one seed, so no difference here carries an error bar.",
      "Not in the answer: supervised skipped: no labels.",
      "baseline and dense have the same frames and differ in grouping only: an engine scores the same in them.",
    ]);
    expect(sentence).not.toMatch(/resolves more/);
  });

  test("leads with the arm that resolves most and claims every replicate only where each one agrees", () => {
    const { sentence } = answerOf(study({ arms: { rpie: 0.3, pinn: 0.4 }, seeds: [1, 2, 3] }));
    expect(sentence).toMatch(
      /^pinn keeps .*; it resolves more than rpie at all 9 conditions, in every replicate\.$/,
    );
    const close = answerOf(study({ arms: { rpie: 0.4, pinn: 0.4 }, seeds: [1, 2, 3] }));
    expect(close.sentence).toMatch(/; no arm resolves more than the others\.$/);
  });

  test("a tie at a lower bound counts for both arms, and the sum of the resolutions decides who leads", () => {
    const doses = [1e3, 1e4, 1e5];
    const tied = (arm: string, values: readonly number[], result: StudyResult): StudyResult =>
      withResolution(result, arm, Object.fromEntries(values.map((value, i) => [`dense ${doses[i]}`, value])));
    const start = study({ arms: { epie: 0.3, ml: 0.3, dm: 0.1 }, viewNames: ["dense"] });
    // epie leads at one condition, ml at another, both reach the limit at the third.
    const result = tied("epie", [0.21, 0.3, 0.495], tied("ml", [0.2, 0.35, 0.495], start));
    expect(answerOf(result).sentence).toMatch(
      /^ml keeps .*; it resolves more than epie and dm at 1 of 3 conditions\.$/,
    );
  });

  test("counts the other arms where naming them all would hide the sentence", () => {
    const arms = { rpie: 0.3, epie: 0.29, dm: 0.28, lsqml: 0.27, ml: 0.4 };
    expect(answerOf(study({ arms })).sentence).toMatch(
      /^ml keeps .*; it resolves more than each of the 4 other arms at all 9 conditions\.$/,
    );
  });

  test("one condition is not called all of one", () => {
    const { sentence } = answerOf(
      study({ arms: { rpie: 0.3, pinn: 0.4 }, doses: [1e4], viewNames: ["dense"] }),
    );
    expect(sentence).toMatch(/it resolves more than rpie at the one condition\.$/);
  });

  test("marks an arm that the null arm matches and lets it keep nothing", () => {
    const result = { ...study(), indistinguishable: [{ dose: 1e4, view: "dense", arm: "rpie" }] };
    const { kept, caveats } = answerOf(result);
    expect(kept.find(({ view }) => view === "dense")!.lowestLevel).toBe(1e5);
    expect(caveats.map(plain)).toContain(
      "rpie is not distinguishable from the null arm, a flat object, at 10 000 in dense.",
    );
  });

  test("says so when no reconstruction finished, and why", () => {
    const { sentence, resolution } = answerOf(
      study({ arms: {}, skipped: { supervised: "no labels" }, failed: { rpie: "Diverged" } }),
    );
    expect(sentence).toBe(
      "Nothing can be said yet: no reconstruction has finished (supervised skipped: no labels and rpie failed: Diverged).",
    );
    expect(resolution).toBeNull();
    expect(answerOf({ ...study(), cells: [] }).sentence).toBe(
      "Nothing can be said yet: no reconstruction has finished.",
    );
  });

  test("states no resolution when no curve has a value", () => {
    expect(answerOf(study({ arms: { weak: -1 } })).sentence).toMatch(
      /^No resolution can be stated: weak finished/,
    );
  });

  test("gives an arm without full-dose resolution nothing to keep", () => {
    const none = { "sparse 100000": null } as const;
    const { kept, sentence } = answerOf(withResolution(study(), "rpie", none));
    expect(kept.find(({ view }) => view === "sparse")).toMatchObject({
      fullDoseCyclesPerPx: null,
      lowestLevel: null,
    });
    expect(sentence).toContain("; in sparse (overlap 0.20) it has none to keep.");
    const zero = answerOf(
      withResolution(study(), "rpie", { "baseline 100000": 0, "dense 100000": 0, "sparse 100000": 0 }),
    );
    expect(plain(zero.sentence)).toMatch(
      /^Even at 100 000 photons per frame, the highest dose, rpie has no phase resolution/,
    );
  });

  test("answers a measured study half against half, in nanometres when the pixel size is known", () => {
    const { sentence, caveats, resolution } = answerOf(study({ kind: "measured", pixelSizeM: 9e-9 }));
    expect(resolution).toEqual({ comparison: "halves", part: "complex", metric: "frcHalfBit" });
    // 0.9 × 0.36 = 0.324 cycles/px in baseline and dense: 9 nm / 0.324 = 27.8 nm; sparse 0.253: 35.6 nm.
    expect(plain(sentence)).toContain(
      "(0.253 to 0.324 cycles/px or 27.8 nm to 35.6 nm full period; FRC half against half at the half-bit threshold)",
    );
    expect(caveats.join(" ")).toContain("measures agreement with it, not truth");
  });

  test("says that a full-dose resolution is a lower bound when its correlation never crosses", () => {
    const result = study();
    const cells = result.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((arm) => ({
        ...arm,
        rows: arm.rows.map((row) =>
          row.metric === "frc50" && cell.dose === 1e5 && cell.view === "dense"
            ? { ...row, value: null }
            : row,
        ),
      })),
    }));
    expect(answerOf({ ...result, cells }).caveats.join(" ")).toContain(
      "never crosses its threshold in dense: the resolution there is a lower bound",
    );
  });

  test("a study of one dose reports the resolution there and claims nothing about dose", () => {
    const { sentence } = answerOf(study({ doses: [1e4] }));
    expect(plain(sentence)).toMatch(
      /^At 10 000 photons per frame, the only dose here, rpie reaches a phase resolution of/,
    );
    expect(sentence).not.toContain("keeps");
  });
});

// The sentence that answers the question says no more than the numbers bear.

import { describe, expect, test } from "vitest";
import { syntheticResult, type SyntheticOptions } from "../../test/support/synthetic-run.ts";
import { withTiles } from "../../test/support/synthetic-tiles.ts";
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
        const frequency = Array.from({ length: 80 }, (_, ring) => (ring + 1) / 160);
        const phase =
          value === null
            ? { frequency: [0.1], value: [null] }
            : { frequency, value: frequency.map((f) => 1 / (1 + (f / value) ** 6)) };
        const frc = { ...outcome.frc, phase };
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
  test("names the dose and the overlap down to which 70 % of the full-dose resolution are kept, and the levels tested", () => {
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
      "sparse 100000": 0.2,
    });
    const { kept, sentence } = answerOf(result);
    expect(kept.map(({ view, lowestLevel }) => [view, lowestLevel])).toEqual([
      ["baseline", 1e3],
      ["dense", 1e4],
      ["sparse", 1e3],
    ]);
    // Overlap: from 0.4 at 0.696 to 0.2 at 0.196, 0.28 lies 0.2 above the lower end.
    expect(plain(sentence)).toBe(
      "In the one seed that ran, rpie keeps 70 % of its full-dose phase resolution " +
        "(0.400 cycles/px at 100 000 photons per frame; FRC against truth at 0.5) " +
        "down to 10 000 photons per frame at overlap 0.70, and at full dose down to overlap 0.40.",
    );
  });

  test("says when everything down to the lowest level tested is kept", () => {
    const all = Object.fromEntries(
      ["baseline", "dense", "sparse"].flatMap((view) =>
        [1e3, 1e4, 1e5].map((dose) => [`${view} ${dose}`, 0.3] as const),
      ),
    );
    expect(plain(answerOf(withResolution(study(), "rpie", all)).sentence)).toMatch(
      /down to the lowest dose tested, 1 000 photons per frame, at overlap 0.70, and at full dose down to the lowest overlap tested, 0.20\.$/,
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

  test("declares an arm better where the paired difference leaves zero out, tile by tile", () => {
    const better = withTiles(study({ arms: { rpie: 0.3, pinn: 0.4 }, seeds: [1, 2, 3] }), { scatter: 0.1 });
    expect(answerOf(better).sentence).toMatch(
      /^pinn keeps 70 % .*; it resolves more than rpie at all 9 conditions\.$/,
    );
    // Tiles of a pair scatter by ± 10 % each for itself: a lead of 1 % is nothing.
    const close = study({ arms: { rpie: 0.4, pinn: 0.404 }, seeds: [1, 2, 3] });
    expect(answerOf(withTiles(close, { scatter: 0.1 })).sentence).toMatch(
      /^pinn keeps .*; no arm resolves more than all the others at any condition \(not told apart from rpie at 9\)\.$/,
    );
  });

  test("of a higher value without an interval says that it is no more than that", () => {
    const two = answerOf(study({ arms: { rpie: 0.3, pinn: 0.4 }, seeds: [1, 2, 3] }));
    expect(two.sentence).toMatch(
      /^pinn keeps .*; it has the highest value at all 9 conditions, without an interval to say how certain that is\.$/,
    );
    expect(two.caveats[0]).toBe(
      "3 seeds, and a field too small for tiles, are too few for an interval: no difference here carries an error bar.",
    );
    const tie = answerOf(study({ arms: { rpie: 0.4, pinn: 0.4 }, seeds: [1, 2, 3] }));
    expect(tie.sentence).toMatch(/; no arm has the highest value anywhere, without an interval/);
  });

  test("one seed is said first, and its intervals are those of the tiles", () => {
    const { sentence, caveats } = answerOf(
      withTiles(study({ arms: { rpie: 0.3, pinn: 0.4 } }), { scatter: 0.1 }),
    );
    expect(plain(sentence)).toMatch(
      /^In the one seed that ran, pinn keeps 70 % of its full-dose phase resolution \(0\.400 cycles\/px \[0\.3\d\d to 0\.4\d\d\] at/,
    );
    expect(sentence).toMatch(/photons per frame \[.* to .*\] at overlap 0.70/);
    expect(caveats.join(" ")).toContain("come from 9 tiles of the field and say nothing of how another scan");
  });

  test("a tie at a lower bound counts for both arms, and the sum of the resolutions decides who leads", () => {
    const doses = [1e3, 1e4, 1e5];
    const tied = (arm: string, values: readonly number[], result: StudyResult): StudyResult =>
      withResolution(result, arm, Object.fromEntries(values.map((value, i) => [`dense ${doses[i]}`, value])));
    const start = study({ arms: { epie: 0.3, ml: 0.3, dm: 0.1 }, viewNames: ["dense"] });
    // epie leads at one condition, ml at another, both reach the limit at the third.
    const result = tied("epie", [0.21, 0.3, 0.495], tied("ml", [0.2, 0.35, 0.495], start));
    expect(answerOf(result)).toMatchObject({ lead: "ml" });
    expect(answerOf(result).sentence).toMatch(/; it has the highest value at 1 of 3 conditions, /);
  });

  test("counts the other arms where naming them all would hide the sentence, and names those not told apart", () => {
    const arms = { rpie: 0.3, epie: 0.29, dm: 0.28, lsqml: 0.398, ml: 0.4 };
    expect(answerOf(withTiles(study({ arms }), { scatter: 0.05 })).sentence).toMatch(
      /, ml keeps .*; no arm resolves more than all the others at any condition \(not told apart from lsqml at 9\)\.$/,
    );
    const clear = { rpie: 0.3, epie: 0.29, dm: 0.28, lsqml: 0.27, ml: 0.4 };
    expect(answerOf(withTiles(study({ arms: clear }), { scatter: 0.05 })).sentence).toMatch(
      /, ml keeps .*; it resolves more than each of the 4 other arms at all 9 conditions\.$/,
    );
  });

  test("one condition is not called all of one", () => {
    const one = study({ arms: { rpie: 0.3, pinn: 0.4 }, doses: [1e4], viewNames: ["dense"] });
    expect(answerOf(withTiles(one, { scatter: 0.1 })).sentence).toMatch(
      /it resolves more than rpie at the one condition\.$/,
    );
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
    const { kept } = answerOf(withResolution(study(), "rpie", none));
    expect(kept.find(({ view }) => view === "sparse")).toMatchObject({
      fullDoseCyclesPerPx: null,
      lowestLevel: null,
    });
    const zero = answerOf(
      withResolution(study(), "rpie", { "baseline 100000": 0, "dense 100000": 0, "sparse 100000": 0 }),
    );
    expect(plain(zero.sentence)).toMatch(
      /^In the one seed that ran, even at 100 000 photons per frame, the highest dose, rpie has no phase resolution/,
    );
  });

  test("answers a measured study half against half, in nanometres when the pixel size is known", () => {
    const { sentence, caveats, resolution } = answerOf(study({ kind: "measured", pixelSizeM: 9e-9 }));
    expect(resolution).toEqual({ comparison: "halves", part: "complex", metric: "frcHalfBit" });
    // 0.9 × 0.36 = 0.324 cycles/px in baseline and dense: 9 nm / 0.324 = 27.8 nm.
    expect(plain(sentence)).toContain(
      "(0.324 cycles/px or 27.8 nm full period at 100 000 photons per frame; FRC half against half at the half-bit threshold)",
    );
    expect(caveats.join(" ")).toMatch(
      /Half against half: the resolution in the answer compares two .* halves.* Against the full-dose reconstruction: every other score here measures agreement/,
    );
  });

  test("a measured study that resolves more with less overlap gives no lowest overlap, and says why", () => {
    const measured = study({ kind: "measured", viewNames: ["dense", "sparse"] });
    const cells = measured.cells.map((cell) => ({
      ...cell,
      arms: cell.arms.map((outcome) => ({
        ...outcome,
        rows: outcome.rows.map((row) =>
          row.comparison === "halves" ? { ...row, value: cell.view === "sparse" ? 0.45 : 0.32 } : row,
        ),
      })),
    }));
    const { sentence, caveats } = answerOf({ ...measured, cells });
    expect(sentence).toMatch(/at overlap 0\.70\.$/);
    expect(caveats).toContain(
      "Half against half these resolve more with less overlap: rpie (0.450 cycles/px at overlap 0.20, 0.320 at 0.70). A sparser scan cannot hold more detail: what rises is noise, or artefacts that both halves share, so this study gives them no lowest overlap.",
    );
  });

  test("of few bright and many faint frames says at each fluence which resolves most, and what is not told apart", () => {
    const base = study({ arms: { rpie: 0.3 }, doses: [1e3, 1e5], viewNames: ["dense", "sparse"] });
    const iso: StudyResult = {
      ...base,
      design: { ...base.design, doses: null, fluences: [1e3 / 190, 1e5 / 190] },
    };
    const result = withResolution(iso, "rpie", {
      "dense 1000": 0.1,
      "sparse 1000": 0.2,
      "dense 100000": 0.4,
      "sparse 100000": 0.4,
    });
    expect(plain(answerOf(withTiles(result, { scatter: 0.05 })).sentence)).toMatch(
      /^In the one seed that ran, at equal fluence, in photons per object pixel, rpie has its best phase resolution \(FRC against truth at 0\.5\) at overlap 0\.20 for 5\.26 \(0\.200 cycles\/px \[.*\], \d+ frames of 1 000 photons\) and at overlap 0\.70 for 526 \(0\.400 cycles\/px \[.*\], \d+ frames of 100 000 photons; 0\.20 is not told apart from it\)\.$/,
    );
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
      /^In the one seed that ran, at 10 000 photons per frame, the only dose here, rpie reaches a phase resolution of .* at overlap 0.70 and keeps 70 % of it down to the lowest overlap tested, 0.20 \(FRC against truth at 0.5\)\.$/,
    );
    expect(sentence).not.toContain("down to 10");
  });
});

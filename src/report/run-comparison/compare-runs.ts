// Two or more finished runs side by side: what changed in the design, which conditions they share, and each metric's paired
// difference from the first run.

import { DoselapError } from "../../errors.ts";
import type { StudyResult } from "../../study/results.ts";
import { countText, doseText, listText } from "../format.ts";
import { designChanges, type DesignChange } from "./design-changes.ts";
import { pairedRows, type PairedRow } from "./paired-rows.ts";

export interface NamedRun {
  /** As the user named it. */
  readonly name: string;
  readonly result: StudyResult;
}

export interface RunPair {
  readonly second: string;
  readonly rows: readonly PairedRow[];
  /** What a reader must know before trusting the differences, each one sentence. */
  readonly cautions: readonly string[];
}

export interface RunsComparison {
  /** The first is what the others are held against. */
  readonly runs: readonly {
    readonly name: string;
    readonly study: string;
    readonly designHash: string;
    readonly doselapVersion: string;
    readonly cells: number;
  }[];
  readonly changes: readonly DesignChange[];
  readonly pairs: readonly RunPair[];
}

/** Compares runs with the first of them. @throws Usage when one of them shares no number with the first. */
export function compareRuns(runs: readonly NamedRun[]): RunsComparison {
  const [first, ...others] = runs;
  if (first === undefined || others.length === 0)
    throw new DoselapError("Usage", "a comparison needs two runs at least", {
      expected: "RUN_A RUN_B",
      got: runs.length === 0 ? "none" : "one",
    });
  return {
    runs: runs.map(({ name, result: { design, designHash, doselapVersion, cells } }) => ({
      name,
      study: String(design["name"]),
      designHash,
      doselapVersion,
      cells: cells.length,
    })),
    changes: designChanges(runs.map(({ result }) => result.design)),
    pairs: others.map((other) => comparePair(first, other)),
  };
}

function comparePair(first: NamedRun, second: NamedRun): RunPair {
  const rows = pairedRows(first.result, second.result);
  if (rows.length === 0) {
    throw new DoselapError(
      "Usage",
      "the runs share nothing: no dose, view, seed and arm of one is in the other",
      {
        file: second.name,
        expected: `some of ${contentText(first.result)}`,
        got: contentText(second.result),
        hint: "Compare runs of one design with one thing changed.",
      },
    );
  }
  return { second: second.name, rows, cautions: cautionsOf(first, second) };
}

function contentText({ cells }: StudyResult): string {
  const unique = (values: readonly (string | number)[]): string => [...new Set(values)].join(", ");
  const arms = cells.flatMap((cell) => cell.arms.filter(({ rows }) => rows.length > 0).map(({ arm }) => arm));
  return [
    `doses ${unique(cells.map(({ dose }) => dose))}`,
    `views ${unique(cells.map(({ view }) => view))}`,
    `seeds ${unique(cells.map(({ seed }) => seed))}`,
    `arms ${unique(arms)}`,
  ].join("; ");
}

function cautionsOf(first: NamedRun, second: NamedRun): string[] {
  const cautions: string[] = [];
  const cells = first.result.cells.flatMap((cell) => {
    const twin = second.result.cells.find((other) => cellKey(other) === cellKey(cell));
    return twin === undefined ? [] : [{ cell, twin }];
  });
  // The mean of the counts is that of the drawn photons: it and the positions are the same only for the same frames.
  const drawn = cells.filter(
    ({ cell, twin }) =>
      cell.measuredMeanCounts !== twin.measuredMeanCounts ||
      JSON.stringify(cell.positions) !== JSON.stringify(twin.positions),
  );
  if (drawn.length > 0)
    cautions.push(
      `The frames are not the same in ${placesText(drawn.length, cells.length)}: the differences there hold the change of the data as well as that of the method.`,
    );
  const windows = cells.filter(
    ({ cell, twin }) => JSON.stringify(cell.window) !== JSON.stringify(twin.window),
  );
  if (windows.length > 0)
    cautions.push(
      `Other pixels are compared in ${placesText(windows.length, cells.length)}: the windows are not the same.`,
    );
  if (JSON.stringify(first.result.design["metrics"]) !== JSON.stringify(second.result.design["metrics"]))
    cautions.push("The runs are scored differently: the settings of the metrics are not the same.");
  if (first.result.doselapVersion !== second.result.doselapVersion)
    cautions.push(
      `The numbers were made by doselap ${first.result.doselapVersion} and ${second.result.doselapVersion}.`,
    );
  for (const arm of new Set(first.result.cells.flatMap(({ arms }) => arms.map((outcome) => outcome.arm)))) {
    const [before, after] = [trainerOf(first.result, arm), trainerOf(second.result, arm)];
    if (before !== after && before !== "" && after !== "")
      cautions.push(
        `${arm} is not the same network: trained by ${before} in ${first.name}, by ${after} in ${second.name}.`,
      );
  }
  for (const [run, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const alone = onlyIn(run.result, other.result);
    const cells = cellsOnlyIn(run.result, other.result);
    if (cells.length > 0)
      cautions.push(
        `${countText(cells.length, "cell")} of ${run.name} ${cells.length === 1 ? "has" : "have"} no like in ${other.name}, and no part in the differences: ${cells.length > 4 ? `${cells.slice(0, 3).join(", ")} and ${cells.length - 3} more` : listText(cells)}.`,
      );
    if (alone.length > 0) cautions.push(`Only in ${run.name}: ${listText(alone)}.`);
  }
  return cautions;
}

/** Who trained the network of an arm, if it has one; nothing for an arm without a result. */
function trainerOf({ cells }: StudyResult, arm: string): string {
  const outcomes = cells.flatMap(({ arms }) => arms.filter((outcome) => outcome.arm === arm));
  const done = outcomes.filter(({ state }) => state === "done");
  return listText([...new Set(done.map(({ trainer }) => trainer ?? "doselap"))].toSorted());
}

function cellKey({ dose, view, seed }: StudyResult["cells"][number]): string {
  return JSON.stringify([dose.toPrecision(9), view, seed]);
}

function placesText(some: number, all: number): string {
  return some === all ? `all ${all} shared cells` : `${some} of ${all} shared cells`;
}

/** Results of doses, views, seeds and arms that both runs have somewhere, and that only one has together: a gap in the other. */
function cellsOnlyIn(run: StudyResult, other: StudyResult): string[] {
  const known = new Set(other.cells.flatMap(resultKeys));
  const arms = new Set(other.cells.flatMap((cell) => armsWithRows(cell)));
  const [doses, views, seeds] = [
    new Set(other.cells.map(({ dose }) => dose.toPrecision(9))),
    new Set(other.cells.map(({ view }) => view)),
    new Set(other.cells.map(({ seed }) => seed)),
  ];
  return run.cells.flatMap((cell) => {
    if (!doses.has(cell.dose.toPrecision(9)) || !views.has(cell.view) || !seeds.has(cell.seed)) return [];
    const lacking = armsWithRows(cell).filter((arm) => arms.has(arm) && !known.has(armKey(cell, arm)));
    if (lacking.length === 0) return [];
    const place = `${doseText(cell.dose)} in ${cell.view}, seed ${cell.seed}`;
    return [lacking.length === armsWithRows(cell).length ? place : `${place} (${listText(lacking)})`];
  });
}

type PlacedCell = StudyResult["cells"][number];

function resultKeys(cell: PlacedCell): string[] {
  return armsWithRows(cell).map((arm) => armKey(cell, arm));
}

function armKey(cell: PlacedCell, arm: string): string {
  return JSON.stringify([cellKey(cell), arm]);
}

function armsWithRows({ arms }: PlacedCell): string[] {
  return arms.filter(({ rows }) => rows.length > 0).map(({ arm }) => arm);
}

/** What one run has and the other has not, by kind: whole doses, views, seeds and arms. */
function onlyIn(run: StudyResult, other: StudyResult): string[] {
  const kinds: [string, (result: StudyResult) => string[]][] = [
    ["dose", ({ cells }) => cells.map(({ dose }) => doseText(dose))],
    ["view", ({ cells }) => cells.map(({ view }) => view)],
    ["seed", ({ cells }) => cells.map(({ seed }) => String(seed))],
    [
      "arm",
      ({ cells }) =>
        cells.flatMap(({ arms }) => arms.filter(({ rows }) => rows.length > 0).map(({ arm }) => arm)),
    ],
  ];
  return kinds.flatMap(([kind, valuesOf]) => {
    const known = new Set(valuesOf(other));
    const alone = [...new Set(valuesOf(run))].filter((value) => !known.has(value));
    return alone.length === 0 ? [] : [`${kind}${alone.length === 1 ? "" : "s"} ${listText(alone)}`];
  });
}

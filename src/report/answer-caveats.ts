// What limits the answer, each one sentence.

import { groupBy } from "../array/group.ts";
import type { StudyResult } from "../study/results.ts";
import { doseText, fixedText, listText, sentenceText } from "./format.ts";
import { networkSizeCaveats } from "./network-size.ts";
import { sharedArtefacts } from "./shared-artefacts.ts";
import type { StudyStatistics } from "./study-statistics.ts";
import { armAt, externalTrainers, nullArm, type Summary } from "./summary.ts";

/** @param arms finished ones, the null arm left out. @param statistics null when there is no resolution. */
export function answerCaveats(
  result: StudyResult,
  summary: Summary,
  { arms, statistics }: { arms: readonly string[]; statistics: StudyStatistics | null },
): string[] {
  const caveats: string[] = [];
  if (arms.length === 1)
    caveats.push(`Only ${arms[0]!} has run, so this study cannot yet say which method wins.`);
  caveats.push(...externalCaveats(summary, arms), ...nullCaveats(summary, arms));
  if (statistics !== null) {
    caveats.push(
      ...boundCaveats(summary, statistics),
      ...artefactCaveats(summary, statistics),
      ...intervalCaveats(statistics),
      ...seedCaveats(summary, statistics),
    );
  }
  const absent = new Set(
    summary.conditions
      .flatMap((condition) => condition.arms)
      .filter((arm) => arm.arm !== nullArm)
      .flatMap(describeAbsent),
  );
  if (arms.length > 0 && absent.size > 0)
    caveats.push(sentenceText(`Not in the answer: ${listText([...absent])}`));
  caveats.push(...networkSizeCaveats(result, arms), ...twinViews(result));
  if (result.design["kind"] === "measured" && arms.length > 0) caveats.push(...measuredCaveats);
  return caveats;
}

/** "rpie failed: Diverged", for an arm that did not finish. */
export function describeAbsent({
  arm,
  state,
  reasons,
}: {
  arm: string;
  state: string;
  reasons: readonly string[];
}): string[] {
  return state === "done" ? [] : [`${arm} ${state}: ${listText(reasons)}`];
}

/** An arm's name says which network it is in doselap; who trained another one under that name must be said. */
function externalCaveats(summary: Summary, arms: readonly string[]): string[] {
  const trained = arms.map((arm) => ({ arm, who: listText(externalTrainers(summary, arm)) }));
  return [
    ...groupBy(
      trained.filter(({ who }) => who !== ""),
      ({ who }) => who,
    ),
  ].map(
    ([who, group]) =>
      `${listText(group.map(({ arm }) => arm))}: the network and its training are those of an external program (${who}), not of doselap.`,
  );
}

function nullCaveats(summary: Summary, arms: readonly string[]): string[] {
  return arms.flatMap((arm) => {
    const lost = summary.conditions.filter(
      (condition) => armAt(condition, arm)?.isIndistinguishable === true,
    );
    if (lost.length === 0) return [];
    const where = lost.map((c) => `${doseText(c.level)} in ${c.view}`);
    return [
      lost.length === summary.conditions.length
        ? `${arm} is nowhere distinguishable from the null arm, a flat object.`
        : `${arm} is not distinguishable from the null arm, a flat object, at ${listText(where)}.`,
    ];
  });
}

function boundCaveats(
  summary: Summary,
  { resolutions, doseBreaks, overlapBreaks }: StudyStatistics,
): string[] {
  const top = summary.levels.at(-1);
  const bounded = summary.views.filter((view) =>
    resolutions.some((row) => row.view === view && row.level === top && row.isLowerBound),
  );
  const isUsed = [...doseBreaks, ...overlapBreaks].some(({ isLowerBound }) => isLowerBound);
  const breaks = isUsed ? ", so what is said to be kept of it is kept at best" : "";
  return bounded.length === 0
    ? []
    : [
        `At the highest ${summary.axis} the correlation never crosses its threshold in ${listText(bounded)}: the resolution there is a lower bound${breaks}.`,
      ];
}

/** At the highest dose, where a lower overlap is easiest to believe. */
function artefactCaveats(summary: Summary, statistics: StudyStatistics): string[] {
  const found = statistics.overlapBreaks.flatMap((each) => {
    const shared = each.level === summary.levels.at(-1) ? sharedArtefacts(statistics, each) : undefined;
    if (shared === undefined) return [];
    const { value, overlap, denseValue, denseOverlap } = shared;
    return [
      `${each.arm} (${fixedText(value, 3)} cycles/px at overlap ${fixedText(overlap, 2)}, ${fixedText(denseValue, 3)} at ${fixedText(denseOverlap, 2)})`,
    ];
  });
  return found.length === 0
    ? []
    : [
        `Half against half these resolve more with less overlap: ${listText(found)}. A sparser scan cannot hold more detail: what rises is noise, or artefacts that both halves share, so this study gives them no lowest overlap.`,
      ];
}

function intervalCaveats({ method }: StudyStatistics): string[] {
  const { seeds, tiles } = method;
  if (seeds === 1 && tiles === 0)
    return ["Each condition ran with one seed, so no difference here carries an error bar."];
  if (seeds === 1)
    return [
      `Each condition ran with one seed: the intervals in brackets (95 %) come from ${tiles} tiles of the field and say nothing of how another scan of it would turn out.`,
    ];
  if (tiles === 0 && seeds < 6)
    return [
      `${seeds} seeds, and a field too small for tiles, are too few for an interval: no difference here carries an error bar.`,
    ];
  return [
    `Intervals in brackets hold 95 % of the draws over ${seeds} seeds${tiles === 0 ? "" : ` and ${tiles} tiles of the field`}.`,
  ];
}

/** Conditions in which seeds failed. */
function seedCaveats({ conditions }: Summary, { method: { seeds } }: StudyStatistics): string[] {
  const fewer = conditions.filter(({ arms }) =>
    arms.some((arm) => arm.state === "done" && arm.doneCount < Math.max(seeds, arm.seedCount)),
  );
  if (fewer.length === 0) return [];
  const places = fewer.map(({ view, level, arms, cells, lost }) => {
    const least = Math.min(...arms.flatMap((arm) => (arm.state === "done" ? [arm.doneCount] : [])));
    return `${doseText(level)} in ${view} (${least} of ${cells.length + lost.length})`;
  });
  const some = places.length > 3 ? `${places.length} conditions` : listText(places);
  return [
    `Seeds are missing, since jobs failed, at ${some}: means there rest on fewer seeds, and no arm is called better there.`,
  ];
}

const measuredCaveats = [
  "Half against half: the resolution in the answer compares two reconstructions of independently thinned halves of the counts. It needs no reference and measures what repeats: artefacts that both halves share, as too little overlap makes, raise it.",
  "Against the full-dose reconstruction: every other score here measures agreement with that reconstruction, not truth; its own noise and artefacts count as signal.",
];

/** Simulated views of equal overlap share one scan: only arms that work on groups can tell them apart. */
function twinViews({ cells, design }: StudyResult): string[] {
  if (design["kind"] === "measured") return [];
  const byOverlap = groupBy(cells, ({ overlapAsked }) => overlapAsked);
  return [...byOverlap.values()].flatMap((group) => {
    const views = [...new Set(group.map(({ view }) => view))];
    return views.length < 2
      ? []
      : [
          `${listText(views)} have the same frames and differ in grouping only: an engine scores the same in them.`,
        ];
  });
}

// The report as Markdown, for a notebook, a wiki or a mail: question, answer, caveats, tables, links to the figures, and
// how to make it again. The page and the CSV hold the rest.

import { armCosts, wattsPerCore } from "../arm-costs.ts";
import { breakIntervalText, breakPointSign } from "../break-text.ts";
import { resolutionWords } from "../answer-sentence.ts";
import { levelPoints } from "../cost-points.ts";
import { qualityText } from "../figures/cost-scatter.ts";
import { capitalised, doseText, fixedText, numberText } from "../format.ts";
import { repeatCommands } from "../repeat-commands.ts";
import type { ReportContext } from "../report-context.ts";
import {
  type ArmSummary,
  armAt,
  conditionAt,
  externalTrainers,
  finishedArms,
  nullArm,
  type Stat,
  statOf,
} from "../summary.ts";
import { failureLines, failureSentence } from "../failures.ts";
import { sortedWarnings } from "../warnings.ts";
import {
  comparisonText,
  directionSign,
  externalText,
  metricName,
  metricOrder,
  metricValue,
  overlapText,
  unitText,
  viewCondition,
} from "../wording.ts";
import { markdownLink, markdownTable, markdownText } from "./markdown-text.ts";

/** A figure file: its title, and its path from the Markdown file. */
export interface FigureLink {
  readonly title: string;
  readonly path: string;
}

export function markdownExport(context: ReportContext, figures: readonly FigureLink[]): string {
  const { result, answer } = context;
  const { design, notes } = result;
  const { particular, general } = sortedWarnings(result);
  const lines = [...notes, ...particular, ...general];
  const failed = failureSentence(result);
  const blocks: (string | null)[] = [
    `# ${markdownText(textOf(design["name"], "Study"))}`,
    typeof design["question"] === "string" ? `> ${markdownText(design["question"])}` : null,
    failed === null ? null : `**${markdownText(failed)}**\n\n${bullets(failureLines(result))}`,
    `**${markdownText(answer.sentence)}**`,
    answer.caveats.length === 0 ? null : bullets(answer.caveats),
    lines.length === 0 ? null : `## Read with care\n\n${bullets(lines)}`,
    resolutionBlock(context),
    breakBlock(context),
    ...resultBlocks(context),
    costBlock(context),
    figures.length === 0
      ? null
      : `## Figures\n\n${figures.map(({ title, path }) => `- ${markdownLink(title, path)}`).join("\n")}`,
    provenanceBlock(context),
  ];
  return `${blocks.filter((block) => block !== null).join("\n\n")}\n`;
}

function resolutionBlock({ summary, answer }: ReportContext): string | null {
  const key = answer.resolution;
  if (key === null) return null;
  const { what, how } = resolutionWords(key);
  const places = summary.conditions.map(({ view, level }) => ({ view, level }));
  const rows = summary.arms.map((arm) => [
    namedArm(arm, externalTrainers(summary, arm)),
    ...places.map(({ view, level }) => {
      const found = armAt(conditionAt(summary, view, level), arm);
      const mark = found?.isIndistinguishable === true ? " ≈ null" : "";
      return `${armText(found, statOf(found, key))}${mark}`;
    }),
  ]);
  const head = ["arm", ...places.map(({ view, level }) => `${view}, ${doseText(level)}`)];
  const unit = summary.axis === "dose" ? "photons per frame" : "photons per object pixel";
  return [
    `## ${markdownText(capitalised(what))}`,
    markdownText(
      `${how}, cycles per pixel, at each view and ${summary.axis} (${unit}). ≥: never crosses, a lower bound; 0: nothing is resolved; –: no value; ≈ null: not distinguishable from a flat object.`,
    ),
    markdownTable(head, rows),
  ].join("\n\n");
}

function breakBlock({ summary, answer }: ReportContext): string | null {
  const { statistics } = answer;
  if (statistics === null || statistics.doseBreaks.length === 0 || summary.levels.length < 2) return null;
  const arms = finishedArms(summary).filter((arm) => arm !== nullArm);
  const rows = arms.map((arm) => [
    arm,
    ...summary.views.map((view) => {
      const found = statistics.doseBreaks.find((each) => each.arm === arm && each.view === view);
      if (found === undefined || found.fullCyclesPerPx === null) return "–";
      const interval = breakIntervalText(found, doseText) || "no interval";
      return `${breakPointSign(found, doseText)} (${interval})`;
    }),
  ]);
  const share = `${numberText(100 * statistics.method.fraction)} %`;
  return [
    "## Break points",
    markdownText(
      `The lowest ${summary.axis} at which an arm keeps ${share} of its resolution at the highest one, with its 95 % interval. ≤: still kept at the lowest tested; >: lost already at the highest; ≥, at best: the resolution at the highest is a lower bound, so more may be lost than is known; all draws: each of them says the same; –: nothing is resolved.`,
    ),
    markdownTable(["arm", ...summary.views], rows),
  ].join("\n\n");
}

/** One table per comparison and part: every metric, mean ± standard deviation over the seeds. */
function resultBlocks({ summary }: ReportContext): string[] {
  const stats = summary.conditions.flatMap((condition) => condition.arms.flatMap((arm) => arm.stats));
  const groups = new Map<string, Map<string, Stat>>();
  for (const stat of stats) {
    const key = JSON.stringify([stat.comparison, stat.part]);
    const group = groups.get(key) ?? new Map<string, Stat>();
    if (!group.has(stat.metric)) group.set(stat.metric, stat);
    groups.set(key, group);
  }
  const rank = (metric: string): number => metricOrder.indexOf(metric) + 1 || 99;
  return [...groups.values()].map((group) => {
    const columns = [...group.values()].toSorted((a, b) => rank(a.metric) - rank(b.metric));
    const [{ comparison, part }] = columns as [Stat, ...Stat[]];
    const head = [
      summary.axis,
      "view",
      "arm",
      ...columns.map(({ metric, unit, better }) =>
        [metricName(metric, comparison), unitText(unit) === "" ? "" : `(${unit})`, directionSign(better)]
          .filter((text) => text !== "")
          .join(" "),
      ),
      "seeds",
    ];
    const rows = summary.conditions.flatMap((condition) =>
      condition.arms.map((arm) => [
        doseText(condition.level),
        condition.view,
        namedArm(arm.arm, arm.trainers),
        ...columns.map((column) => armText(arm, statOf(arm, column))),
        `${arm.doneCount} of ${arm.seedCount}`,
      ]),
    );
    const title = `${part === "complex" ? "Complex object" : capitalised(part)}, ${comparisonText(comparison)}`;
    return `## ${markdownText(title)}\n\n${markdownTable(head, rows, 3)}`;
  });
}

function namedArm(arm: string, trainers: readonly string[]): string {
  const external = externalText(trainers);
  return external === "" ? arm : `${arm} (${external})`;
}

function armText(arm: ArmSummary | undefined, stat: Stat | undefined): string {
  if (arm === undefined) return "not run";
  if (arm.state !== "done") return arm.state;
  if (stat === undefined) return "·";
  if (stat.mean === null) return "–";
  const spread = stat.sd === null ? "" : ` ± ${numberText(stat.sd, 2)}`;
  return `${stat.isLowerBound ? "≥ " : ""}${metricValue(stat.metric, stat.mean)}${spread}`;
}

function costBlock(context: ReportContext): string | null {
  const { costs, result, summary, answer } = context;
  if (costs === null) return null;
  // As on the page: at the lowest and the highest level, mean over the views.
  const ends = [...new Set([summary.levels[0], summary.levels.at(-1)])]
    .filter((level) => level !== undefined && answer.resolution !== null)
    .map((level) => ({ level: level!, points: levelPoints(context, costs, level!) }));
  const rows = armCosts(result, costs, summary.arms)
    .filter(({ known }) => known > 0)
    .map((cost) => [
      cost.sharedNetwork === null ? cost.arm : `${cost.arm} (training of ${cost.sharedNetwork})`,
      numberText(cost.wallSeconds),
      numberText(cost.coreSeconds),
      cost.trainingCoreSeconds === null ? "–" : numberText(cost.trainingCoreSeconds),
      numberText(cost.neededCoreSeconds),
      numberText(cost.neededCoreSeconds * wattsPerCore),
      cost.peakMemoryBytes === null
        ? "–"
        : `${cost.isMemoryShared ? "≤ " : ""}${numberText(cost.peakMemoryBytes / 1e6)}`,
      ...ends.map(({ points }) => {
        const point = points.find(({ arm }) => arm === cost.arm);
        return point === undefined ? "–" : qualityText(point);
      }),
    ]);
  if (rows.length === 0) return null;
  const head = [
    "arm",
    "own wall time s",
    "own core-s",
    "training core-s",
    "together core-s",
    "energy J",
    "peak memory MB",
    ...ends.map(({ level }) => `resolution at ${doseText(level)}, cycles/px`),
  ];
  return [
    "## Cost of one reconstruction",
    `Seconds of one processor core; energy at an assumed ${wattsPerCore} W per busy core. Resolution: mean over the views; ≥: a lower bound.`,
    markdownTable(head, rows),
  ].join("\n\n");
}

function provenanceBlock({ result, summary }: ReportContext): string {
  const { designHash, doselapVersion } = result;
  const seeds = [...new Set(result.cells.map(({ seed }) => seed))].toSorted((a, b) => a - b);
  const views = summary.views.map((view) => {
    const overlap = overlapText(viewCondition(summary, view));
    return overlap === "" ? view : `${view} (${overlap})`;
  });
  const facts = [
    `doselap ${doselapVersion}`,
    `design ${designHash}`,
    `seeds ${seeds.join(", ")}`,
    `views ${views.join(", ")}`,
    ...(result.pixelSizeM === null ? [] : [`pixel size ${fixedText(result.pixelSizeM * 1e9, 3)} nm`]),
  ];
  return `## Provenance\n\n${bullets(facts)}\n\n\`\`\`sh\n${repeatCommands.map(({ command }) => command).join("\n")}\n\`\`\``;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${markdownText(line)}`).join("\n");
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

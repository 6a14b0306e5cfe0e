// What the answer cost: time, processor seconds, memory and energy of each arm, and quality beside them. The one part of the
// report that depends on the journal's times, so that it stands in a section of its own; without a journal it says so.

import { armCosts, wattsPerCore, type ArmCost } from "../arm-costs.ts";
import { resolutionWords } from "../answer-sentence.ts";
import { levelPoints, scatterPanels } from "../cost-points.ts";
import { costScatter, frontOf, qualityText, type CostPoint } from "../figures/cost-scatter.ts";
import { armLegend } from "../figures/legend.ts";
import { capitalised, countText, doseText, fixedText, listText, numberText } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { factTable } from "../page.ts";
import type { ReportContext } from "../report-context.ts";
import type { JobCostRow, RunCosts } from "../run-costs.ts";
import { nullArm } from "../summary.ts";

export function costSection(context: ReportContext): Markup {
  return html`<section id="cost">
    <h2>Cost</h2>
    ${context.attempt("The cost panel", () => costPanel(context))}
  </section>`;
}

function costPanel(context: ReportContext): Markup {
  const { costs, result, summary } = context;
  if (costs === null)
    return html`<p>
      No times are known: the run folder has no journal (<code>events.jsonl</code>). Nothing else in this
      report depends on it.
    </p>`;
  const arms = armCosts(result, costs, summary.arms);
  if (arms.every(({ known }) => known === 0))
    return html`<p>
      No times are known: the journal (<code>events.jsonl</code>) does not tell of the work that made these
      reconstructions. Nothing else in this report depends on it.
    </p>`;
  return html`${scatterFigure(context, costs)} ${armTable(context, arms)} ${stageTable(costs)}
  ${machineList(costs)}`;
}

function scatterFigure(context: ReportContext, costs: RunCosts): Markup | null {
  const { summary, answer, styles, maker, result } = context;
  if (answer.resolution === null) return null;
  const scatter = scatterPanels(context, costs);
  if (scatter === null) return null;
  const { panels, seconds, quality } = scatter;
  const points = panels.flatMap((panel) => panel.points);
  const { what, how } = resolutionWords(answer.resolution);
  const unit = summary.axis === "dose" ? "photons per frame" : "photons per object pixel";
  const pictures = panels.map(
    (panel) =>
      html`<div class="panel">
        <p class="panelname">${doseText(panel.level)} <span>${unit}</span></p>
        ${costScatter(maker, panel.points, { styles, seconds, quality, label: `${what} against processor time at ${doseText(panel.level)} ${unit}` })}
      </div>`,
  );
  const shown = summary.arms.filter((arm) => points.some((point) => point.arm === arm));
  const bound = result.pixelSizeM === null ? "" : ", the higher the finer";
  return html`<figure>
    ${armLegend(shown, styles, (arm) => (arm === nullArm ? "flat object" : ""))}
    <div class="panels" style="--columns:${Math.min(3, pictures.length)}">
      <div class="rowname">${capitalised(what)} (cycles/px)</div>
      ${pictures}
    </div>
    <figcaption>
      <b>Quality against processor time.</b> ${capitalised(what)} (${how}, cycles per pixel${bound}), mean
      over the views, against the processor time of one reconstruction from frames to object. Of a network
      this holds its training too. “≥”: in some view the correlation never crosses, a lower bound.
      ${stairText(panels)}
    </figcaption>
  </figure>`;
}

/** The stair needs two steps to be one. */
function stairText(panels: NonNullable<ReturnType<typeof scatterPanels>>["panels"]): string {
  const isStair = panels.some(({ points }) => frontOf(points).length > 1);
  return isStair
    ? "Arms on the grey stair are beaten by no other in both: whatever lies below it is slower or worse than one that is on it."
    : "In every panel one arm is both the fastest and the finest.";
}

function armTable(context: ReportContext, arms: readonly ArmCost[]): Markup {
  const { summary, answer, costs } = context;
  const points =
    answer.resolution === null ? [] : summary.levels.map((level) => levelPoints(context, costs!, level));
  const fronts = points.map((level) => frontOf(level).map(({ arm }) => arm));
  const [lowest, highest] = [points[0], points.at(-1)];
  const qualityAt = (level: readonly CostPoint[] | undefined, arm: string): string => {
    const point = level?.find((each) => each.arm === arm);
    return point === undefined ? "–" : qualityText(point);
  };
  const rows = arms.map((cost) => {
    const { arm, results, known } = cost;
    const unbeaten = fronts.filter((front) => front.includes(arm)).length;
    const numbers =
      known === 0
        ? html`<td colspan="7">no times in the journal</td>`
        : html`<td>${numberText(cost.wallSeconds)}</td>
            <td>${numberText(cost.coreSeconds)}</td>
            <td>${trainingText(cost)}</td>
            <td>${numberText(cost.neededCoreSeconds)}</td>
            <td>${memoryText(cost)}</td>
            <td>${numberText(cost.neededCoreSeconds * wattsPerCore)}</td>
            <td>${numberText(cost.totalCoreSeconds)}</td>`;
    return html`<tr>
      <th scope="row">${arm}</th>
      <td>${known === results ? String(results) : `${known} of ${results}`}</td>
      ${numbers}
      <td>${qualityAt(lowest, arm)}</td>
      <td>${qualityAt(highest, arm)}</td>
      <td>${fronts.length === 0 ? "–" : `${unbeaten} of ${fronts.length}`}</td>
    </tr>`;
  });
  const shared = arms.flatMap(({ arm, sharedNetwork }) =>
    sharedNetwork === null ? [] : [`${arm} starts from ${sharedNetwork}'s network`],
  );
  return html`<div class="scroll">
      <table class="plain">
        <caption>
          <b>Cost of one reconstruction</b
          >, by arm: means over the reconstructions whose cost the journal tells (n). Core-seconds: seconds of
          one processor core. Energy: ${wattsPerCore} W per busy core is assumed, not measured; another figure
          scales all of them alike. Resolution: as in the figure above, at the lowest and the highest
          ${summary.axis}. Unbeaten: ${levelsText(fronts.length, summary.axis)} at which no other arm is known
          to be both cheaper and finer. “≥”: a lower bound.
        </caption>
        <thead>
          <tr>
            <th scope="col">arm</th>
            <th scope="col">n</th>
            <th scope="col">own wall time <small>s</small></th>
            <th scope="col">own <small>core-s</small></th>
            <th scope="col">training <small>core-s</small></th>
            <th scope="col">together <small>core-s</small></th>
            <th scope="col">peak memory <small>MB</small></th>
            <th scope="col">energy <small>J</small></th>
            <th scope="col">all in the study <small>core-s</small></th>
            <th scope="col">resolution at ${levelText(summary.levels[0])} <small>cycles/px</small></th>
            <th scope="col">resolution at ${levelText(summary.levels.at(-1))} <small>cycles/px</small></th>
            <th scope="col">unbeaten</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${
      shared.length === 0
        ? null
        : html`<p class="tablenote">
            ${capitalised(listText(shared))}: a reconstruction needs that training, so it stands under
            “together” (in brackets under “training”); the study did it once, so it is counted to the
            network's own arm.
          </p>`
    }`;
}

function trainingText({ trainingCoreSeconds, sharedNetwork }: ArmCost): string {
  if (trainingCoreSeconds === null) return "–";
  const text = numberText(trainingCoreSeconds);
  return sharedNetwork === null ? text : `(${text})`;
}

function memoryText({ peakMemoryBytes, isMemoryShared }: ArmCost): string {
  if (peakMemoryBytes === null) return "–";
  return `${isMemoryShared ? "≤ " : ""}${numberText(peakMemoryBytes / 1e6)}`;
}

function levelText(level: number | undefined): string {
  return level === undefined ? "–" : doseText(level);
}

function levelsText(count: number, axis: "dose" | "fluence"): string {
  if (count === 0) return "the levels";
  return `of the ${countText(count, axis)}, those`;
}

function stageTable({ jobs }: RunCosts): Markup {
  const stages = new Map<string, JobCostRow[]>();
  for (const job of jobs.values()) stages.set(job.stage, [...(stages.get(job.stage) ?? []), job]);
  const line = (name: string, rows: readonly JobCostRow[]): Markup => {
    const core = sum(rows.map((row) => row.coreSeconds));
    return html`<tr>
      <th scope="row">${name}</th>
      <td>${String(rows.length)}</td>
      <td>${numberText(sum(rows.map((row) => row.wallSeconds)))}</td>
      <td>${numberText(core)}</td>
      <td>${numberText((core * wattsPerCore) / 3600)}</td>
    </tr>`;
  };
  return html`<details>
    <summary>The whole study, by stage</summary>
    <div class="scroll">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">stage</th>
            <th scope="col">jobs</th>
            <th scope="col">job time, summed <small>s</small></th>
            <th scope="col">processor <small>core-s</small></th>
            <th scope="col">energy <small>Wh</small></th>
          </tr>
        </thead>
        <tbody>
          ${[...stages].map(([name, rows]) => line(name, rows))} ${line("together", [...jobs.values()])}
        </tbody>
      </table>
    </div>
  </details>`;
}

const basisWords = {
  process: "of the whole process, its helper threads and child programs included",
  thread: "of the job's own thread, without the collector and other helpers",
  wall: "taken from the wall time, as of the threads that it computes in",
} as const;

function machineList({ machines, jobs }: RunCosts): Markup {
  const bases = (["process", "thread", "wall"] as const)
    .map((basis) => ({ basis, count: [...jobs.values()].filter((job) => job.coreBasis === basis).length }))
    .filter(({ count }) => count > 0);
  const most = Math.max(0, ...[...jobs.values()].map((job) => job.jobsAtOnce ?? 0));
  const rows: [string, string][] = [
    ...machines.map(({ processor, cores, memoryBytes, system, node, doselapVersion }): [string, string] => [
      "Machine",
      `${processor}, ${countText(cores, "core")} for this process, ${fixedText(memoryBytes / 1e9, 1)} GB, ${system}, Node ${node}, doselap ${doselapVersion}`,
    ]),
    ...(machines.length === 0
      ? [["Machine", "not recorded by the doselap that made this run"] as [string, string]]
      : []),
    [
      "Processor time",
      bases.map(({ basis, count }) => `${countText(count, "job")}: ${basisWords[basis]}`).join("; "),
    ],
    [
      "Memory",
      most === 1
        ? "largest resident set of the process while the job ran, Node itself included"
        : "largest resident set of the process while the job ran, Node itself included; “≤” where jobs shared the process and the peak is theirs together",
    ],
  ];
  return factTable(rows);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

// A plan as text for a terminal: the views, the photons, the jobs with their estimates, warnings last.

import type { PlannedJob } from "./plan-estimates.ts";
import type { StudyPlan } from "./plan-types.ts";

/** Lines without a line end. */
export function planText(plan: StudyPlan): string[] {
  const { split, warnings, totals } = plan;
  const definition = plan.probeDiameterDefinition === "fwhm" ? "full width at half maximum" : "second moment";
  const lines = [
    `Study ${plan.name}, ${plan.kind}; design ${plan.designHash.slice(0, 12)}`,
    `Frames ${plan.sizePx} × ${plan.sizePx} px, object ${plan.objectHeightPx} × ${plan.objectWidthPx} px (height × width)`,
    `Probe diameter ${plan.probeDiameterPx.toFixed(1)} px (${definition})`,
  ];
  if (split !== null) {
    lines.push(
      `Train and test halves meet at ${split.axis} = ${split.linePx.toFixed(1)} px; guard band ${split.guardPx} px, ` +
        `leakage ${percent(split.leakage)} of test frames`,
    );
  }
  lines.push(
    "",
    "Views",
    ...viewTable(plan),
    "",
    `Cells: ${plan.cells.length} (dose × view × replicate), and their photons`,
    ...photonTable(plan),
    "",
    "Jobs, summed over doses and replicates",
    ...jobTable(plan),
  );
  lines.push(
    "",
    `Total: ${studyJobs(plan)} jobs besides the plan and the report, ${bytesText(totals.bytes)}, ${flopsText(totals.flops)}, ` +
      `${timeText(totals.seconds)} on one core, of which training networks ${timeText(trainingSeconds(plan))}`,
  );
  for (const note of plan.notes) lines.push(`  ${note}`);
  if (warnings.length > 0) lines.push("", "Warnings", ...warnings.map((warning) => `  ! ${warning}`));
  return lines;
}

/** As a run counts them. */
function studyJobs({ matrix }: StudyPlan): number {
  return matrix.filter(({ stage }) => stage !== "plan" && stage !== "report").length;
}

function trainingSeconds({ matrix }: StudyPlan): number {
  return matrix.reduce((sum, { stage, estimate }) => (stage === "train" ? sum + estimate.seconds : sum), 0);
}

function viewTable({ views }: StudyPlan): string[] {
  return table(
    [
      "view",
      "gridsize",
      "overlap asked",
      "step px",
      "overlap",
      "frames",
      "train",
      "test",
      "guard",
      "packing bound",
    ],
    views.map((view) => [
      view.view,
      String(view.gridsize),
      view.overlapAsked === null ? "as measured" : view.overlapAsked.toFixed(2),
      view.stepPx === null ? "-" : view.stepPx.toFixed(2),
      view.predictedOverlap.toFixed(3),
      String(view.frames),
      String(view.framesTrain),
      String(view.framesTest),
      String(view.framesDropped),
      percent(view.packingBound),
    ]),
  );
}

function photonTable({ photonsPerPx }: StudyPlan): string[] {
  return table(
    ["photons per frame", "view", "per detector px", "per object px"],
    photonsPerPx.map(({ dose, view, perDetectorPx, perObjectPx }) => [
      short(dose),
      view,
      short(perDetectorPx),
      short(perObjectPx),
    ]),
  );
}

/** One row per stage, arm and view; doses and replicates, which cost the same, are added up. */
function jobTable({ matrix }: StudyPlan): string[] {
  const groups = new Map<string, PlannedJob[]>();
  for (const job of matrix) {
    const key = [job.stage, job.arm, job.view].join(" ");
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  const order = ["plan", "generate", "views", "train", "reconstruct", "compare", "report"];
  const rows = [...groups.values()].sort((a, b) => order.indexOf(a[0]!.stage) - order.indexOf(b[0]!.stage));
  return table(
    ["stage", "arm", "view", "gridsize", "jobs", "bytes", "operations", "time"],
    rows.map((jobs) => {
      const { stage, arm, view, gridsize } = jobs[0]!;
      const sum = (pick: (job: PlannedJob) => number): number =>
        jobs.reduce((total, job) => total + pick(job), 0);
      return [
        stage,
        arm ?? "-",
        view ?? "-",
        gridsize === null ? "-" : String(gridsize),
        String(jobs.length),
        bytesText(sum(({ estimate }) => estimate.bytes)),
        flopsText(sum(({ estimate }) => estimate.flops)),
        timeText(sum(({ estimate }) => estimate.seconds)),
      ];
    }),
  );
}

/** Columns as wide as their widest cell, text left and numbers right, two spaces between. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]!.length)));
  const right = head.map((_, c) => rows.every((row) => /^(?:[\d.-]|as measured)/u.test(row[c]!)));
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, c) => (right[c] === true ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!))).join("  ")}`.trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(3))} %`;
}

/** Four significant digits, plain up to a million. */
function short(value: number): string {
  return value >= 1e6 || value < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** 12.3 MB: powers of 1000. */
export function bytesText(bytes: number): string {
  return scaled(bytes, ["B", "kB", "MB", "GB", "TB"]);
}

function flopsText(flops: number): string {
  return scaled(flops, ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"]);
}

function scaled(value: number, units: readonly string[]): string {
  let scale = 0;
  while (value >= 1000 ** (scale + 1) && scale < units.length - 1) scale++;
  return `${Number((value / 1000 ** scale).toPrecision(3))} ${units[scale]}`;
}

/** 40 s, 3.5 min, 2.1 h, 1.5 d. */
export function timeText(seconds: number): string {
  if (seconds < 0.95) return "< 1 s";
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Number((seconds / 60).toPrecision(2))} min`;
  if (seconds < 172_800) return `${Number((seconds / 3600).toPrecision(2))} h`;
  return `${Number((seconds / 86_400).toPrecision(2))} d`;
}

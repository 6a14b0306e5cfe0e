// What every section of the report is given: the run, its summary and answer, and how the arms look.

import type { StudyResult } from "../study/results.ts";
import { type Answer, answerOf } from "./answer.ts";
import { createFigureMaker, type FigureMaker } from "./figures/figure.ts";
import { type ArmStyle, armStyles } from "./palette.ts";
import type { CellImages, RunData } from "./run-data.ts";
import { finishedArms, type Summary, summarise } from "./summary.ts";

export interface ReportContext {
  readonly result: StudyResult;
  readonly images: ReadonlyMap<string, CellImages>;
  readonly summary: Summary;
  readonly answer: Answer;
  readonly styles: ReadonlyMap<string, ArmStyle>;
  readonly maker: FigureMaker;
}

/** Prepares a report. Close `maker` when the report is drawn. */
export function createReportContext({ result, images }: RunData): ReportContext {
  const summary = summarise(result);
  return {
    result,
    images,
    summary,
    answer: answerOf(result),
    // Arms that ran come first, so that they get the plainest signs.
    styles: armStyles([...new Set([...finishedArms(summary), ...summary.arms])]),
    maker: createFigureMaker(),
  };
}

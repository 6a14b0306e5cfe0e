// What every section of the report is given: the run, its summary and answer, and how the arms look.

import { messageOf } from "../errors.ts";
import { sentenceText } from "./format.ts";
import type { StudyResult } from "../study/results.ts";
import { type Answer, answerOf } from "./answer.ts";
import { createFigureMaker, type FigureMaker } from "./figures/figure.ts";
import { html, type Markup } from "./markup.ts";
import { type ArmStyle, armStyles } from "./palette.ts";
import type { Preparation } from "./preparation-file.ts";
import type { RunCosts } from "./run-costs.ts";
import type { CellImages, RunData } from "./run-data.ts";
import { finishedArms, type Summary, summarise } from "./summary.ts";

export interface ReportContext {
  readonly result: StudyResult;
  readonly images: ReadonlyMap<string, CellImages>;
  readonly costs: RunCosts | null;
  readonly preparation: Preparation | undefined;
  readonly summary: Summary;
  readonly answer: Answer;
  readonly styles: ReadonlyMap<string, ArmStyle>;
  readonly maker: FigureMaker;
  /** Draws a picture; one that throws becomes a sentence with the reason, and the rest of the page stands. */
  readonly attempt: (name: string, draw: () => Markup | null) => Markup | null;
  /** Says at the top of the page that something could not be drawn. */
  readonly regret: (problem: string) => void;
  /** What could not be drawn so far, each with its reason. */
  readonly failures: () => readonly string[];
}

/** Prepares a report. Close `maker` when the report is drawn. */
export function createReportContext({ result, images, costs, preparation }: RunData): ReportContext {
  const summary = summarise(result);
  const failures: string[] = [];
  return {
    result,
    images,
    costs,
    preparation,
    summary,
    answer: answerOf(result),
    // Arms that ran come first, so that they get the plainest signs.
    styles: armStyles([...new Set([...finishedArms(summary), ...summary.arms])]),
    maker: createFigureMaker(),
    attempt(name, draw) {
      try {
        return draw();
      } catch (problem) {
        failures.push(`${name}: ${messageOf(problem)}`);
        return html`<p class="undrawn" role="note">
          ${name} could not be drawn: ${sentenceText(messageOf(problem))} The numbers are in the tables.
        </p>`;
      }
    },
    regret: (problem) => void failures.push(problem),
    failures: () => failures,
  };
}

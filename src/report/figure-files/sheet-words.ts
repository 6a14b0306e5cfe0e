// Words and signs that the sheets of a study share.

import { legendSign } from "../figures/legend.ts";
import type { ReportContext } from "../report-context.ts";
import { finishedArms } from "../summary.ts";
import { overlapText, viewCondition } from "../wording.ts";
import type { FigureSheet } from "./sheet.ts";

/** The legend of all arms that finished. */
export function armSigns({ summary, styles }: ReportContext): FigureSheet["legend"] {
  return finishedArms(summary).map((name) => ({ name, sign: legendSign(styles.get(name)!) }));
}

export function viewTitle({ summary }: ReportContext, view: string): string {
  const overlap = overlapText(viewCondition(summary, view));
  return overlap === "" ? view : `${view}, ${overlap}`;
}

/** Head of a table's column of doses or fluences. */
export function levelHead({ summary }: ReportContext): string {
  return summary.axis === "dose" ? "dose [photons/frame]" : "fluence [photons/px]";
}

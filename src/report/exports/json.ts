// The report as one JSON document: question, answer, break points, paired differences, tidy rows, costs, provenance.

import { armCosts, wattsPerCore } from "../arm-costs.ts";
import type { ReportContext } from "../report-context.ts";
import { failureLines } from "../failures.ts";
import { sortedWarnings } from "../warnings.ts";
import { tidyRows } from "./tidy-rows.ts";

/** Version of this document's shape. */
const schemaVersion = 1;

export function jsonExport({ result, summary, answer, costs }: ReportContext): string {
  const { statistics, ...said } = answer;
  const { designHash, doselapVersion, design, pixelSizeM, notes } = result;
  const { particular, general } = sortedWarnings(result);
  const document = {
    schemaVersion,
    name: design["name"] ?? null,
    question: design["question"] ?? null,
    answer: said,
    failures: failureLines(result),
    lostCells: result.lost ?? [],
    warnings: [...notes, ...particular, ...general],
    axis: summary.axis,
    pixelSizeM,
    breakPoints:
      statistics === null ? null : { dose: statistics.doseBreaks, overlap: statistics.overlapBreaks },
    statistics:
      statistics === null
        ? null
        : {
            measure: statistics.measure,
            method: statistics.method,
            resolutions: statistics.resolutions,
            armDifferences: statistics.armDifferences,
            levelDifferences: statistics.levelDifferences,
            viewDifferences: statistics.viewDifferences,
          },
    notDistinguishableFromNull: result.indistinguishable,
    rows: tidyRows(result),
    costs:
      costs === null
        ? null
        : {
            wattsPerCoreAssumed: wattsPerCore,
            arms: armCosts(result, costs, summary.arms),
            machines: costs.machines,
          },
    provenance: { doselapVersion, designHash, design },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

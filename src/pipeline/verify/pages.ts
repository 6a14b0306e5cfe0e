// The pages of a run folder beside what they would be now: each form of the report and its figures are a pure function of the
// folder, so what was edited in one of them alone is found here. A form that is not there is told, not asked for.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { formatEndings, reportFormats } from "../../report/exports/formats.ts";
import { writeFormats } from "../../report/exports/write.ts";
import { readRun } from "../../report/run-data.ts";
import type { Difference } from "./difference.ts";
import { fileDifferences } from "./file-differences.ts";

const figures = "figures";

export interface PageCheck {
  readonly differences: readonly Difference[];
  /** What was not there to be checked, each one sentence. */
  readonly notes: readonly string[];
}

/** Differences between the report's files and what the folder gives now, made in a scratch folder. */
export async function checkPages(root: string, scratch: string): Promise<PageCheck> {
  const there = await readdir(root);
  const forms = reportFormats
    .map((format) => ({ format, name: `report${formatEndings[format]}` }))
    .filter(({ name }) => there.includes(name));
  if (forms.length === 0)
    return { differences: [], notes: ["the folder holds no report: only the numbers under it were checked"] };
  const stored = there.includes(figures) ? await readdir(join(root, figures)) : [];
  await writeFormats(
    await readRun(root),
    forms.map(({ format, name }) => ({ format, file: join(scratch, name) })),
    // Times are drawn where `doselap report` wrote the page; pixels, which take longest, where there are some to compare.
    { cost: stored.some((name) => name.startsWith("cost.")), png: stored.length > 0 },
  );
  const drawn = await readdir(join(scratch, figures)).catch(() => []);
  const notes =
    drawn.length > 0 && stored.length === 0
      ? ["the report's figures are not in the folder and were not checked"]
      : [];
  const files = [
    ...forms.map(({ name }) => name),
    ...(stored.length === 0 ? [] : drawn.map((name) => `${figures}/${name}`)),
  ];
  const differences: Difference[] = [];
  for (const file of files) {
    const found = await fileDifferences(join(root, file), join(scratch, file));
    differences.push(...found.differences.map((difference) => ({ file, ...difference })));
  }
  return { differences, notes };
}

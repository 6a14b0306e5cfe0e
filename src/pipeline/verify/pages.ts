// The pages of a run folder beside what they would be now: each form of the report and the numbers of its figures are a pure
// function of the folder, so a number edited in one of them alone is found here. A form that is not there is not asked for.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { formatEndings, reportFormats } from "../../report/exports/formats.ts";
import { writeFormats } from "../../report/exports/write.ts";
import { readRun } from "../../report/run-data.ts";
import type { Difference } from "./difference.ts";
import { fileDifferences } from "./file-differences.ts";

const figures = "figures";

/** Differences between the report's files and what the folder gives now, made in a scratch folder. */
export async function pageDifferences(root: string, scratch: string): Promise<Difference[]> {
  const there = await readdir(root);
  const forms = reportFormats
    .map((format) => ({ format, name: `report${formatEndings[format]}` }))
    .filter(({ name }) => there.includes(name));
  if (forms.length === 0) return [];
  await writeFormats(
    await readRun(root),
    forms.map(({ format, name }) => ({ format, file: join(scratch, name) })),
    // Pixels are drawn from the lines, which are compared.
    { png: false },
  );
  const drawn = there.includes(figures) ? await readdir(join(scratch, figures)).catch(() => []) : [];
  const found: Difference[] = [];
  for (const file of [...forms.map(({ name }) => name), ...drawn.map((name) => `${figures}/${name}`)]) {
    const { differences } = await fileDifferences(join(root, file), join(scratch, file));
    found.push(...differences.map((difference) => ({ file, ...difference })));
  }
  return found;
}

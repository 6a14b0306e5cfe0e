// What the preparation of a measured study's scan leaves beside the scan: its facts for the report, and the page of pictures.

import { basename, join } from "node:path";
import { writeFileAtomic, writeJson } from "../../io/atomic.ts";
import type { PreparedFile } from "../../prepare/prepare-file.ts";
import { preparationFacts, preparationFile, preparationPicture } from "../../report/preparation-file.ts";
import { renderPreview, renderPreviewPng } from "../../report/preview.ts";
import type { MeasuredDesign } from "../../study/design/schema.ts";

/** Twice the width in which the report shows it. */
const reportPictureWidthPx = 1200;

export async function writePreparation(
  folder: string,
  { design, prepared }: { readonly design: MeasuredDesign; readonly prepared: PreparedFile },
): Promise<void> {
  const title = basename(design.input!.path);
  await writeJson(join(folder, basename(preparationFile)), preparationFacts(title, prepared));
  await writeFileAtomic(join(folder, "preparation.html"), renderPreview({ title, prepared }));
  const picture = await renderPreviewPng({ title, prepared }, { widthPx: reportPictureWidthPx });
  await writeFileAtomic(join(folder, basename(preparationPicture)), picture);
}

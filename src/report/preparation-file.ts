// plan/preparation.json: what was done to the scan of a measured study before it was a dataset. The plan writes it, the report
// reads it; a scan that was a dataset has none.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isDoselapError } from "../errors.ts";
import { errorCode, fileError } from "../io/file-error.ts";
import { readJson } from "../io/json.ts";
import { scoresOf } from "../prepare/find-orientation.ts";
import type { PreparedFile } from "../prepare/prepare-file.ts";

/** In the run folder. */
export const preparationFile = "plan/preparation.json";
export const preparationPicture = "plan/preparation.png";

const facts = z.object({
  schemaVersion: z.literal(1),
  file: z.string(),
  /** What was found, decided and done, a sentence each. */
  done: z.array(z.string()),
  warnings: z.array(z.string()),
  /** How the eight orientations scored; null when the orientation was not looked for. */
  orientation: z
    .object({
      best: z.number(),
      margin: z.number(),
      ambiguous: z.boolean(),
      scores: z.array(z.object({ orientation: z.number(), text: z.string(), deviance: z.number() })),
    })
    .nullable(),
  /** Name and sha256 of every file that was read. */
  files: z.array(z.object({ role: z.string(), file: z.string(), sha256: z.string() })),
});

export type PreparationFacts = z.infer<typeof facts>;

export function preparationFacts(
  file: string,
  { done, warnings, orientation, files }: PreparedFile,
): PreparationFacts {
  return {
    schemaVersion: 1,
    file,
    done: [...done],
    warnings: [...warnings],
    orientation: orientation === undefined ? null : scoresOf(orientation),
    files: [...files],
  };
}

export interface Preparation extends PreparationFacts {
  /** PNG. */
  readonly picture: Uint8Array;
}

/** Of a run folder; undefined when its scan was not prepared.
 * @throws Format for a file that is something else, File when the picture is gone. */
export async function readPreparation(runDir: string): Promise<Preparation | undefined> {
  let found: PreparationFacts;
  try {
    found = await readJson(join(runDir, preparationFile), facts, "Run the plan stage again.");
  } catch (cause) {
    if (isDoselapError(cause, "File") && errorCode(cause.cause) === "ENOENT") return undefined;
    throw cause;
  }
  const path = join(runDir, preparationPicture);
  const picture = await readFile(path).catch((cause: unknown) => {
    throw fileError("cannot be read", path, cause);
  });
  return { ...found, picture };
}

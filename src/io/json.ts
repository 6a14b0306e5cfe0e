// JSON files that doselap wrote itself, checked against a schema when they are read back.

import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { DoselapError, messageOf } from "../errors.ts";

/** Reads a JSON file of the schema's shape; `hint` tells what makes such a file.
 * @throws File when it cannot be read; Format when it is not JSON or not of that shape. */
export async function readJson<T>(file: string, schema: z.ZodType<T>, hint: string): Promise<T> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (cause) {
    throw new DoselapError("File", "cannot read the file", { file, got: messageOf(cause), hint, cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw new DoselapError("Format", "not valid JSON", { file, got: messageOf(cause), hint, cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new DoselapError("Format", issue.message, { file, key: issue.path.join("."), hint });
}

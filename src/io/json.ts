// JSON that is read: bounded in depth; files that doselap wrote itself are checked against a schema when they are read back.

import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { DoselapError, messageOf } from "../errors.ts";

/** Levels of arrays and objects; our own files have a dozen (INPUT-001). */
const maxDepth = 64;

/** The value of a JSON text from a file, which anybody may have written.
 * @throws SyntaxError when it is not JSON, or nested so deeply that whatever walks through it would run out of stack. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeeper(value, maxDepth)) throw new SyntaxError(`nested more than ${maxDepth} levels deep`);
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

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
    json = parseJson(content);
  } catch (cause) {
    throw new DoselapError("Format", "not valid JSON", { file, got: messageOf(cause), hint, cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  // The whole of a file has no key.
  const key = issue.path.length === 0 ? undefined : issue.path.join(".");
  throw new DoselapError("Format", issue.message, { file, key, hint });
}

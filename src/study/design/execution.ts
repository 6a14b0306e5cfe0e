// `execution` of a study file: where and how its jobs run. It changes no byte of any result, so it is no part of the design and
// of no hash (CONFIG-002). Flags win over it.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { DoselapError } from "../../errors.ts";
import { isPresetName } from "./presets.ts";
import { readYaml } from "./yaml.ts";

const count = z.number().int().positive();
export const executionSchema = z.strictObject({
  slurm: z
    .strictObject({
      partition: z.string().optional(),
      account: z.string().optional(),
      qos: z.string().optional(),
      constraint: z.string().optional(),
      gres: z.string().optional(),
      time: z.union([z.string(), z.number().int().positive().transform(String)]).optional(),
      memoryMb: count.optional(),
      atOnce: count.optional(),
      taskSeconds: z.number().positive().optional(),
    })
    .optional(),
});
export type Execution = z.infer<typeof executionSchema>;

/** What a study file says of its execution; nothing for a preset, or a file that says nothing.
 * @throws Design for unknown keys and wrong values. A file that cannot be read is reported by who reads the design. */
export async function loadExecution(nameOrPath: string | undefined, cwd: string): Promise<Execution> {
  if (nameOrPath === undefined || isPresetName(nameOrPath)) return {};
  const text = await readFile(resolve(cwd, nameOrPath), "utf8").catch(() => undefined);
  if (text === undefined) return {};
  const { tree, locate } = readYaml(text, nameOrPath);
  if (tree["execution"] === undefined) return {};
  const parsed = executionSchema.safeParse(tree["execution"]);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ["execution", ...(issue?.path ?? []).map(String)];
  throw new DoselapError("Design", issue?.message ?? "is not valid", {
    file: `${nameOrPath}:${locate(path) ?? locate(["execution"]) ?? "1:1"}`,
    key: path.join("."),
    hint: "Known are execution.slurm: partition, account, qos, constraint, gres, time, memoryMb, atOnce, taskSeconds.",
  });
}

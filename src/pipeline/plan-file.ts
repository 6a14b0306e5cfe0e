// plan/plan.json, checked when it is read back. Job folders are named after its cells: nothing in it may lead out of the run folder.
// (INPUT-002)

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DoselapError, messageOf } from "../errors.ts";
import { parseJson } from "../io/json.ts";
import { designNameRule } from "../study/design/schema.ts";
import type { StudyPlan } from "../study/plan-types.ts";

const finite = z.number();
const cell = z.object({
  dose: finite.positive(),
  doseIndex: finite.int().min(0),
  view: z.string().regex(designNameRule),
  gridsize: z.union([z.literal(1), z.literal(2)]),
  overlap: finite.nullable(),
  stepPx: finite.nullable(),
  fluence: finite.positive(),
  replicate: finite.int().min(0),
  seed: finite.int().min(0),
});
/** What later stages use; the rest is for people. */
const used = z.object({
  designHash: z.string(),
  cells: z.array(cell),
  probeDiameterPx: finite.positive(),
  pixelSizeM: finite.positive().nullable(),
  windows: z.array(z.object({ x0: finite, y0: finite, x1: finite, y1: finite })),
  warnings: z.array(z.string()),
});

/** The plan that the plan stage left. @throws Job when there is none yet, Format when it is not as that stage writes it, Hash
 * when it is of another design. */
export async function readPlan(root: string, designHash: string): Promise<StudyPlan> {
  const file = join(root, "plan", "plan.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new DoselapError("Job", "is not there yet", { file, cause, hint: "Run the plan stage first." });
  });
  const hint = "Delete the folder plan and run the plan stage again.";
  let plan: unknown;
  try {
    plan = parseJson(text);
  } catch (cause) {
    throw new DoselapError("Format", "is not JSON", { file, got: messageOf(cause), cause, hint });
  }
  if (!isPlan(plan)) {
    const issue = used.safeParse(plan).error?.issues[0];
    throw new DoselapError("Format", "is not a plan", {
      file,
      key: issue?.path.join("."),
      got: issue?.message,
      hint,
    });
  }
  if (plan.designHash === designHash) return plan;
  throw new DoselapError("Hash", "was made for another design", {
    file,
    expected: designHash,
    got: plan.designHash,
  });
}

function isPlan(value: unknown): value is StudyPlan {
  return used.safeParse(value).success;
}

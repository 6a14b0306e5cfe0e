// Everything the report reads of a run folder: study.json, compare/metrics.json, and aligned.npz of the cells whose
// pictures it shows. Checked once, here; the report itself is then a pure function of this value.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ComplexImage } from "../array/ndarray.ts";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { openNpz } from "../io/npz.ts";
import type { StudyResult } from "../study/results.ts";
import { type StudyCell, summarise } from "./summary.ts";

/** Images of one cell on its comparison window, all of one size. */
export interface CellImages {
  /** Truth of a simulation, reference of a measurement. */
  readonly target: { readonly name: "truth" | "reference"; readonly image: ComplexImage };
  /** 1 = compared, [h, w]. */
  readonly mask: Uint8Array;
  /** By arm name; arms that did not finish are absent. */
  readonly arms: ReadonlyMap<string, ComplexImage>;
}

export interface RunData {
  readonly result: StudyResult;
  /** By `cell.path`, for the first replicate of each condition. */
  readonly images: ReadonlyMap<string, CellImages>;
}

const text = z.string();
const finite = z.number();
const curve = z.object({
  frequency: z.array(finite),
  value: z.array(finite.nullable()),
  independentPixels: z.array(finite).optional(),
});
const row = z.object({
  dose: finite,
  fluence: finite,
  view: text,
  gridsize: finite,
  seed: finite,
  arm: text,
  comparison: z.enum(["truth", "reference", "halves"]),
  part: z.enum(["amplitude", "phase", "complex"]),
  metric: text,
  value: finite.nullable(),
  unit: text,
  better: z.enum(["higher", "lower", "none"]),
  n: finite,
});
const outcome = z.object({
  arm: text,
  state: z.enum(["done", "failed", "skipped"]),
  reason: text.nullable(),
  isReference: z.boolean(),
  frc: z.record(text, curve),
  rows: z.array(row),
  warnings: z.array(text),
  tileErrors: z.array(finite).default([]),
});
const cell = z.object({
  path: text.regex(/^(?!\/)(?!.*\.\.)[^\\]+$/, "a relative folder inside the run"),
  designHash: text,
  dose: finite.positive(),
  fluence: finite.positive(),
  view: text,
  gridsize: finite,
  seed: finite,
  replicate: finite,
  frames: finite,
  overlapAsked: finite.nullable(),
  overlapMeasured: finite,
  stepPx: finite.nullable(),
  probeDiameterPx: finite,
  measuredMeanCounts: finite,
  positions: z.object({ x: z.array(finite), y: z.array(finite) }),
  window: z.object({ x0: finite, y0: finite, x1: finite, y1: finite }),
  arms: z.array(outcome),
});
const study = z.object({
  schemaVersion: z.literal(1),
  doselapVersion: text,
  designHash: text,
  design: z.record(text, z.unknown()),
  pixelSizeM: finite.positive().nullable(),
  cells: z.array(cell),
  indistinguishable: z.array(z.object({ dose: finite, view: text, arm: text })),
  notes: z.array(text),
});
const studyFile = z.object({ designHash: text });

/** Reads a run folder. @throws File, Format or Hash naming the file and what to run next. */
export async function readRun(runDir: string): Promise<RunData> {
  const metricsFile = join(runDir, "compare", "metrics.json");
  // One after the other: of two missing files the first is the one to name.
  const head = await readJson(
    join(runDir, "study.json"),
    studyFile,
    "Is this a run folder? `doselap run STUDY --out DIR` makes one.",
  );
  const result = await readJson(
    metricsFile,
    study,
    "Run the compare stage first: `doselap run STUDY --out DIR --stage compare`.",
  );
  if (head.designHash !== result.designHash) {
    throw new DoselapError("Hash", "the comparison belongs to another design than the run folder", {
      file: metricsFile,
      key: "designHash",
      expected: head.designHash,
      got: result.designHash,
      hint: "Run the compare stage again.",
    });
  }
  const images = new Map<string, CellImages>();
  for (const { cells } of summarise(result).conditions) {
    const shown = cells.find(({ arms }) => arms.some(({ state }) => state === "done"));
    if (shown !== undefined) images.set(shown.path, await readImages(runDir, shown));
  }
  return { result, images };
}

async function readJson<T>(file: string, schema: z.ZodType<T>, hint: string): Promise<T> {
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

async function readImages(runDir: string, { path, arms }: StudyCell): Promise<CellImages> {
  const file = join(runDir, path.startsWith("compare/") ? "" : "compare", path, "aligned.npz");
  const npz = await openNpz(file);
  try {
    const name = npz.names.includes("truth") ? "truth" : "reference";
    const target = await complexImage(npz, file, name);
    const maskArray = await npz.read("mask");
    if (maskArray.dtype !== "bool" && maskArray.dtype !== "uint8") {
      throw new DoselapError("Format", "the mask is not boolean", {
        file,
        key: "mask",
        expected: "bool",
        got: maskArray.dtype,
      });
    }
    const images = new Map<string, ComplexImage>();
    for (const { arm, state } of arms)
      if (state === "done") images.set(arm, await complexImage(npz, file, arm));
    for (const [key, { height, width }] of [
      ["mask", { height: maskArray.shape[0], width: maskArray.shape[1] }] as const,
      ...images,
    ]) {
      if (height === target.height && width === target.width) continue;
      const expected = `${target.height} × ${target.width}`;
      throw new DoselapError("Shape", "the images of a cell differ in size", {
        file,
        key,
        expected,
        got: `${height} × ${width}`,
      });
    }
    return { target: { name, image: target }, mask: maskArray.data, arms: images };
  } catch (cause) {
    if (isDoselapError(cause)) throw cause;
    throw new DoselapError("Format", "cannot read the aligned images", {
      file,
      got: messageOf(cause),
      cause,
    });
  } finally {
    await npz.close();
  }
}

type OpenNpz = Awaited<ReturnType<typeof openNpz>>;

async function complexImage(npz: OpenNpz, file: string, key: string): Promise<ComplexImage> {
  const array = await npz.read(key);
  const [height, width] = array.shape;
  if (
    array.dtype !== "complex64" ||
    array.shape.length !== 2 ||
    height === undefined ||
    width === undefined
  ) {
    const got = `${array.dtype} with ${array.shape.length} dimensions`;
    throw new DoselapError("Format", "not an image", { file, key, expected: "complex64 [h, w]", got });
  }
  return { height, width, data: array.data };
}

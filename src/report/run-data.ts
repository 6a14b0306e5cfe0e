// Everything the report reads of a run folder: study.json, compare/metrics.json, aligned.npz of the cells whose
// pictures it shows, and the journal for what it cost. Checked once, here; the report itself is then a pure function of this value.

import { join } from "node:path";
import { z } from "zod";
import type { ComplexImage } from "../array/ndarray.ts";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { readJson } from "../io/json.ts";
import { openNpz } from "../io/npz.ts";
import type { StudyResult } from "../study/results.ts";
import { readStudyResult, studyResultFile } from "../study/results-file.ts";
import { readPreparation, type Preparation } from "./preparation-file.ts";
import { readRunCosts, type RunCosts } from "./run-costs.ts";
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
  /** What the run cost; null without a journal. */
  readonly costs: RunCosts | null;
  /** How a measured scan was prepared; absent when it was a dataset, or simulated. */
  readonly preparation?: Preparation | undefined;
}

const studyFile = z.object({ designHash: z.string() });

/** Reads a run folder. @throws File, Format or Hash naming the file and what to run next. */
export async function readRun(runDir: string): Promise<RunData> {
  const result = await readRunResult(runDir);
  const images = new Map<string, CellImages>();
  for (const { cells } of summarise(result).conditions) {
    const shown = cells.find(({ arms }) => arms.some(({ state }) => state === "done"));
    if (shown !== undefined) images.set(shown.path, await readImages(runDir, shown));
  }
  return { result, images, costs: await readRunCosts(runDir), preparation: await readPreparation(runDir) };
}

/** The numbers of a run folder alone, checked to be of its own design. @throws as {@link readRun}. */
export async function readRunResult(runDir: string): Promise<StudyResult> {
  // One after the other: of two missing files the first is the one to name.
  const head = await readJson(
    join(runDir, "study.json"),
    studyFile,
    "Is this a run folder? `doselap run STUDY --out DIR` makes one.",
  );
  const result = await readStudyResult(runDir);
  if (head.designHash === result.designHash) return result;
  throw new DoselapError("Hash", "the comparison belongs to another design than the run folder", {
    file: join(runDir, studyResultFile),
    key: "designHash",
    expected: head.designHash,
    got: result.designHash,
    hint: "Run the compare stage again.",
  });
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

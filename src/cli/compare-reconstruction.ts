// One reconstruction against the truth, as `doselap compare RECON` does it: numbers, aligned images, pictures.

import { cropImage, type Window } from "../array/crop.ts";
import { basename, extname, join, resolve } from "node:path";
import { ndarray, shapeText, type ComplexImage } from "../array/ndarray.ts";
import { readArrayArgument, toComplexImage } from "../data/array-argument.ts";
import { readDataset } from "../data/read.ts";
import { DoselapError, isDoselapError } from "../errors.ts";
import { writeFileAtomic, writeJson } from "../io/atomic.ts";
import { openNpz, writeNpz } from "../io/npz.ts";
import { compareImages } from "../metrics/compare.ts";
import { isFrcThreshold } from "../metrics/frc.ts";
import { applyGauge } from "../metrics/gauge.ts";
import { metricsOf, metricTable, metricUnit } from "../metrics/registry.ts";
import { amplitudeRange, renderAmplitudePng, renderPhasePng } from "../report/images.ts";
import { checkWindow, commonWindow, illuminatedMask } from "../study/comparison/window.ts";
import { printJson, printLine, printNote, type CliContext } from "./context.ts";
import { keepApart } from "./output-file.ts";
import { textTable } from "./text-table.ts";

export interface ReconstructionOptions {
  /** Truth on the same object frame, or a scan file. */
  readonly truth: string;
  /** Folder for the results. */
  readonly out: string;
  readonly maxShift: number;
  readonly msSsimSigma: number;
  readonly json: boolean;
}

const columns = ["part", "metric", "value", "crossing", "unit", "better"];

/** Of what is written the one that can be compared again. */
const alignedFile = "aligned.npz";

/** Scores, writes and prints. */
export async function compareReconstruction(
  context: CliContext,
  reconName: string,
  { truth: truthName, out, maxShift, msSsimSigma, json }: ReconstructionOptions,
): Promise<void> {
  const folder = resolve(context.cwd, out);
  await keepApart(
    context.cwd,
    [["--out", join(out, alignedFile)]],
    [
      ["RECON", reconName],
      ["--truth", truthName],
    ],
  );
  const whole = await readObject(context, reconName);
  const target = await readTruth(context, truthName, Math.ceil(maxShift));
  if (whole.height !== target.truth.height || whole.width !== target.truth.width) {
    throw new DoselapError("Shape", "reconstruction and truth are not on the same object frame", {
      expected: shapeText([target.truth.height, target.truth.width]),
      got: shapeText([whole.height, whole.width]),
    });
  }
  const window = target.window ?? { x0: 0, y0: 0, x1: whole.width, y1: whole.height };
  const truth = cropImage(target.truth, window);
  const reconstruction = cropImage(whole, window);
  const { mask } = target;
  const gauged = applyGauge(reconstruction, truth, { mask, maxShiftPx: maxShift });
  const report = compareImages(reconstruction, truth, {
    gauge: "standard",
    gauged,
    mask,
    msSsimSigmaPx: msSsimSigma,
    pixelSizeM: target.pixelSizeM,
  });
  for (const warning of report.warnings) printNote(context, `warning: ${warning}`);

  const answer = { reconstruction: basename(reconName), truth: basename(truthName), window, ...report };
  await writeJson(join(folder, "metrics.json"), answer);
  const rows = metricRows(report);
  await writeFileAtomic(
    join(folder, "metrics.csv"),
    `${[columns, ...rows].map((row) => row.join(",")).join("\n")}\n`,
  );
  const shape = [truth.height, truth.width];
  await writeNpz(join(folder, alignedFile), {
    truth: ndarray("complex64", shape, truth.data),
    reconstruction: ndarray("complex64", shape, gauged.aligned.data),
    mask: ndarray("bool", shape, mask ?? new Uint8Array(truth.height * truth.width).fill(1)),
  });
  const range = amplitudeRange(truth);
  for (const [name, image] of [
    ["truth", truth],
    ["reconstruction", gauged.aligned],
  ] as const) {
    await writeFileAtomic(join(folder, `${name}-amplitude.png`), renderAmplitudePng(image, range));
    await writeFileAtomic(join(folder, `${name}-phase.png`), renderPhasePng(image));
  }
  if (json) printJson(context, answer);
  else {
    for (const line of textTable(columns, rows)) printLine(context, line);
    printLine(context, `${report.n} pixels compared; written to ${out}`);
  }
}

async function readObject({ cwd }: CliContext, name: string): Promise<ComplexImage> {
  const array = await readArrayArgument(resolve(cwd, name), { preferKeys: ["objectGuess"] });
  return toComplexImage(array, { file: name, key: "objectGuess" });
}

interface Target {
  readonly truth: ComplexImage;
  readonly window?: Window;
  readonly mask?: Uint8Array;
  /** Metres per object pixel, when the scan says. */
  readonly pixelSizeM?: number;
}

/** A scan file brings its illuminated window; anything else is compared whole. */
async function readTruth(context: CliContext, name: string, guardPx: number): Promise<Target> {
  const path = resolve(context.cwd, name);
  if (!(await holdsScan(path))) return { truth: await readObject(context, name) };
  const { dataset } = await readDataset(path);
  const window = commonWindow([dataset.positions]);
  checkWindow(window, guardPx);
  const pixelSizeM = dataset.metadata["pixelSizeM"];
  return {
    truth: dataset.object,
    window,
    mask: illuminatedMask(window, dataset.positions, dataset.probe, { guardPx }),
    ...(typeof pixelSizeM === "number" && pixelSizeM > 0 ? { pixelSizeM } : {}),
  };
}

async function holdsScan(path: string): Promise<boolean> {
  if (extname(path) !== ".npz") return false;
  try {
    const file = await openNpz(path);
    const names = file.names;
    await file.close();
    return names.includes("xcoords") && (names.includes("diffraction") || names.includes("diff3d"));
  } catch (error) {
    // Not readable as an archive: the array reader says why, in its own words.
    if (isDoselapError(error)) return false;
    throw error;
  }
}

function metricRows(report: ReturnType<typeof compareImages>): string[][] {
  return (["amplitude", "phase"] as const).flatMap((part) => {
    const scores = report[part];
    if (scores === undefined) return [];
    return metricsOf(part).map((name) => {
      const value = scores[name] ?? null;
      return [
        part,
        name,
        value === null ? "" : String(Number(value.toPrecision(6))),
        isFrcThreshold(name) ? scores.crossing[name] : "",
        metricUnit(name, part),
        metricTable[name].better,
      ];
    });
  });
}

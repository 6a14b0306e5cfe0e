// doselap compare: one reconstruction against the truth: numbers, aligned images, pictures.

import { basename, extname, join, resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { ndarray, shapeText, type ComplexImage } from "../../array/ndarray.ts";
import { readArrayArgument, toComplexImage } from "../../data/array-argument.ts";
import { readDataset } from "../../data/read.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import { writeFileAtomic, writeJson } from "../../io/atomic.ts";
import { openNpz, writeNpz } from "../../io/npz.ts";
import { compareImages } from "../../metrics/compare.ts";
import { applyGauge } from "../../metrics/gauge.ts";
import { metricNames, metricTable, metricUnit } from "../../metrics/registry.ts";
import { amplitudeRange, renderAmplitudePng, renderPhasePng } from "../../report/images.ts";
import {
  checkWindow,
  commonWindow,
  cropImage,
  illuminatedMask,
  type Window,
} from "../../study/comparison/window.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parseNonNegative, parsePath } from "../flags.ts";
import { textTable } from "../text-table.ts";

interface Flags {
  readonly truth: string;
  readonly out: string;
  readonly maxShift: number;
  readonly msSsimSigma: number;
  readonly json: boolean;
}

export const compareCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Compare a reconstruction with the truth: metrics, aligned images, pictures",
    fullDescription: [
      "Brings RECON into the truth's gauge (sub-pixel shift, global phase, phase ramp, amplitude scale), scores it, and",
      "writes metrics.json, metrics.csv, aligned.npz and PNGs into a folder.",
      "",
      "When the truth is a scan file, only the pixels inside its scan that its frames illuminated are compared;",
      "else all of them.",
      "",
      "Example:",
      "  doselap compare object.npz --truth scan.npz --out comparison",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          placeholder: "RECON",
          brief: "Complex object: .npy, FILE.npz:key, NPZ with objectGuess",
          parse: parsePath,
        },
      ],
    },
    flags: {
      truth: {
        kind: "parsed",
        parse: parsePath,
        placeholder: "F",
        brief: "Truth on the same object frame, likewise; or a scan file",
      },
      out: { kind: "parsed", parse: parsePath, placeholder: "DIR", brief: "Folder for the results" },
      maxShift: {
        kind: "parsed",
        parse: parseNonNegative,
        default: "2",
        placeholder: "px",
        brief: "Largest registration shift per axis; beyond it is flagged, not applied",
      },
      msSsimSigma: {
        kind: "parsed",
        parse: parseNonNegative,
        default: "1",
        placeholder: "px",
        brief: "Gaussian blur of both images before MS-SSIM; 0 = none",
      },
      json: jsonFlag,
    },
  },
  async func({ truth: truthName, out, maxShift, msSsimSigma, json }, reconName) {
    const folder = resolve(this.cwd, out);
    const whole = await readObject(this, reconName);
    const target = await readTruth(this, truthName);
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
    const report = compareImages(reconstruction, truth, {
      gauge: "standard",
      mask,
      maxShiftPx: maxShift,
      msSsimSigmaPx: msSsimSigma,
    });
    const { aligned } = applyGauge(reconstruction, truth, { mask, maxShiftPx: maxShift });
    for (const warning of report.warnings) printNote(this, `warning: ${warning}`);

    const answer = { reconstruction: basename(reconName), truth: basename(truthName), window, ...report };
    await writeJson(join(folder, "metrics.json"), answer);
    const rows = metricRows(report);
    await writeFileAtomic(
      join(folder, "metrics.csv"),
      `${[["part", "metric", "value", "unit", "better"], ...rows].map((row) => row.join(",")).join("\n")}\n`,
    );
    const shape = [truth.height, truth.width];
    await writeNpz(join(folder, "aligned.npz"), {
      truth: ndarray("complex64", shape, truth.data),
      reconstruction: ndarray("complex64", shape, aligned.data),
      mask: ndarray("bool", shape, mask ?? new Uint8Array(truth.height * truth.width).fill(1)),
    });
    const range = amplitudeRange(truth);
    for (const [name, image] of [
      ["truth", truth],
      ["reconstruction", aligned],
    ] as const) {
      await writeFileAtomic(join(folder, `${name}-amplitude.png`), renderAmplitudePng(image, range));
      await writeFileAtomic(join(folder, `${name}-phase.png`), renderPhasePng(image));
    }
    if (json) printJson(this, answer);
    else {
      for (const line of textTable(["part", "metric", "value", "unit", "better"], rows))
        printLine(this, line);
      printLine(this, `${report.n} pixels compared; written to ${out}`);
    }
  },
});

async function readObject({ cwd }: CliContext, name: string): Promise<ComplexImage> {
  const array = await readArrayArgument(resolve(cwd, name), { preferKeys: ["objectGuess"] });
  return toComplexImage(array, { file: name, key: "objectGuess" });
}

interface Target {
  readonly truth: ComplexImage;
  readonly window?: Window;
  readonly mask?: Uint8Array;
}

/** A scan file brings its illuminated window; anything else is compared whole. */
async function readTruth(context: CliContext, name: string): Promise<Target> {
  const path = resolve(context.cwd, name);
  if (!(await holdsScan(path))) return { truth: await readObject(context, name) };
  const { dataset } = await readDataset(path);
  const window = commonWindow([dataset.positions]);
  checkWindow(window);
  return { truth: dataset.object, window, mask: illuminatedMask(window, dataset.positions, dataset.probe) };
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
    return metricNames.map((name) => {
      const value = scores[name];
      return [
        part,
        name,
        value === null ? "" : String(Number(value.toPrecision(6))),
        metricUnit(name, part),
        metricTable[name].better,
      ];
    });
  });
}

// doselap inspect: what a file is, what is in it, and whether it keeps the data contract.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { shapeText } from "../../array/ndarray.ts";
import {
  inspectFile,
  type InspectOptions,
  type Inspection,
  type InspectionKind,
} from "../../data/inspect.ts";
import type { MeasuredFacts } from "../../io/formats/facts.ts";
import type { Violation } from "../../data/violation.ts";
import { exitCodes, printJson, printLine, type CliContext } from "../context.ts";
import { scanFindings } from "../../study/check-scan.ts";
import { jsonFlag, parsePath } from "../flags.ts";
import { datasetOptionsOf, measuredFlags, measuredOptionsOf, type MeasuredFlags } from "../measured-flags.ts";
import { textTable } from "../text-table.ts";

interface Flags extends MeasuredFlags {
  readonly json: boolean;
}

export const inspectCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Say what a data file is, what it holds, its dose, and every rule it breaks",
    fullDescription: [
      "Says what FILE is (told by its content, never its name), its arrays with dtype and shape, what the frames hold,",
      "the dose its metadata state and the counts the frames really have, and every rule of DATA-001 it breaks.",
      "",
      "Read are NPZ datasets (DATA-001, its older forms, tike's test layout), the same compressed with bzip2, other NPZ",
      "files, .npy arrays, TIFF files and folders of them, MATLAB 5, Zarr, and HDF5 as CXI, NXcxi_ptycho, NeXus, PtyPy, ptychodus,",
      "PtychoShelves and microscopes write it, or any with --map. Pickled arrays are never executed. Where the content leaves",
      "something open, a flag settles it.",
      "",
      "Exit code: 0 when no rule is broken, 1 when one is.",
      "",
      "Examples:",
      "  doselap inspect scan.npz",
      "  doselap inspect legacy.npz --layout HWM --json",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "FILE", brief: "The file", parse: parsePath }],
    },
    flags: { ...measuredFlags, json: jsonFlag },
  },
  async func({ json, ...flags }, path) {
    const options = {
      ...datasetOptionsOf(flags),
      measured: measuredOptionsOf(flags, this.cwd),
      findingsOf,
    };
    const inspection = { ...(await inspectFile(resolve(this.cwd, path), options)), file: path };
    if (json) printJson(this, inspection);
    else for (const line of inspectionLines(inspection)) printLine(this, line);
    if (inspection.violations.length > 0) this.process.exitCode = exitCodes.failed;
  },
});

/** What a reconstruction would refuse, in the same words. */
const findingsOf: InspectOptions["findingsOf"] = (dataset, file) => scanFindings(dataset, { file });

const kinds: { readonly [kind in InspectionKind]: string } = {
  "DATA-001": "dataset, DATA-001",
  tike: "dataset, tike's test layout (convert makes it DATA-001)",
  reconstruction: "object or probe, without frames",
  measured: "a measured file (prepare makes a dataset of its frames, convert writes it in other layouts)",
  arrays: "arrays that are no dataset",
  npy: "one numpy array",
  unreadable: "not readable",
};

const domains = { amplitude: "amplitudes √counts", counts: "counts", intensity: "intensities" } as const;

/** The answer as text. */
function inspectionLines(inspection: Inspection): string[] {
  const { file, kind, arrays, detected, violations, warnings } = inspection;
  return [
    `${file}: ${kinds[kind]}`,
    ...section("Arrays", arrays.length === 0 ? [] : arrayTable(arrays)),
    ...section("Scan", aligned(scanFacts(inspection))),
    ...section("As stated", aligned(measuredLines(inspection.measured))),
    ...section(
      "How this was told",
      detected.map((reason) => `- ${reason}`),
    ),
    ...section(
      "Warnings",
      warnings.map((warning) => `! ${warning}`),
    ),
    "",
    ...(violations.length === 0
      ? [kind === "DATA-001" ? "No rule is broken: the file keeps DATA-001." : "No rule is broken."]
      : [
          `${violations.length} ${violations.length === 1 ? "rule is" : "rules are"} broken:`,
          ...violations.flatMap(violationLines),
        ]),
  ];
}

/** How arrays are stored is told where any is stored in another way than as it is. */
function arrayTable(arrays: Inspection["arrays"]): string[] {
  const isTold = arrays.some(({ storage }) => storage !== undefined);
  return textTable(
    ["name", "dtype", "shape", ...(isTold ? ["storage"] : [])],
    arrays.map(({ name, dtype, shape, storage = "" }) => [
      name,
      dtype,
      shapeText(shape),
      ...(isTold ? [storage] : []),
    ]),
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function violationLines({ key, message, expected, got, finding, hint }: Violation): string[] {
  return [
    `  ✗ ${key} ${message} [${finding}]`,
    `      expected  ${expected}`,
    `      got       ${got}`,
    ...(hint === undefined ? [] : [`      ${hint}`]),
  ];
}

function scanFacts(inspection: Inspection): [string, string][] {
  const { frames, size, domain, measuredMeanCounts, frameCounts, maxPixelCount, dose } = inspection;
  const { medianStepPx, objectShape, probeModes, provenance } = inspection;
  const facts: [string, string | null][] = [
    ["frames", frames === null || size === null ? null : `${frames} of ${size} × ${size} px`],
    ["they hold", domain === null ? null : domains[domain]],
    ["dose stated", dose === null ? null : `${digits(dose)} photons per frame`],
    [
      "counts measured",
      measuredMeanCounts === null ? null : `${digits(measuredMeanCounts)} per frame, mean over the scan`,
    ],
    [
      "frame range",
      frameCounts === null ? null : `${digits(frameCounts.min)} … ${digits(frameCounts.max)} counts`,
    ],
    ["largest pixel", maxPixelCount === null ? null : `${digits(maxPixelCount)} counts`],
    ["step", medianStepPx === null ? null : `${medianStepPx.toFixed(2)} px to the nearest position, median`],
    [
      "object frame",
      objectShape === null ? null : `${objectShape[0]} × ${objectShape[1]} px, height × width`,
    ],
    ["probe modes", probeModes === null ? null : String(probeModes)],
    ["provenance", provenance.length === 0 ? null : provenance.join(" → ")],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

function measuredLines(measured: MeasuredFacts | null): [string, string][] {
  if (measured === null) return [];
  const { frames, positions, wavelengthM, distanceM, detectorPixelM, pixelSizeM, badPixels } = measured;
  const metres = (value: number | null): string | null => (value === null ? null : `${digits(value)} m`);
  const facts: [string, string | null][] = [
    ["layout", measured.format],
    ["frames", frames === null ? null : `${frames[0]} of ${frames[1]} × ${frames[2]} px`],
    ["positions", positions === null ? null : `${positions.count}, in ${positions.unit}`],
    ["wavelength", metres(wavelengthM)],
    ["distance", metres(distanceM)],
    [
      "detector pixel",
      detectorPixelM === null ? null : `${digits(detectorPixelM.x)} × ${digits(detectorPixelM.y)} m`,
    ],
    ["object pixel", metres(pixelSizeM)],
    ["bad pixels", badPixels === null ? null : String(badPixels)],
    ...measured.conversions.map((text): [string, string] => ["converted", text]),
    ["asked for", measured.missing.length === 0 ? null : measured.missing.join(", ")],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

function aligned(facts: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/** Six digits, without an exponent where that reads well. */
function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

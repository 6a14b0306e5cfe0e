// doselap prepare: a scan as a beamline wrote it, made a dataset that every other command reads.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { readArrayArgument } from "../../data/array-argument.ts";
import { anyNumbers } from "../../data/cast.ts";
import { openScanFile } from "../../data/measured/open.ts";
import { writeDataset } from "../../data/write.ts";
import { DoselapError } from "../../errors.ts";
import { writeFileAtomic } from "../../io/atomic.ts";
import { findOrientation, type OrientationAnswer } from "../../prepare/find-orientation.ts";
import { prepareScan, type Prepared } from "../../prepare/prepare.ts";
import { renderPreview } from "../../report/preview.ts";
import { doselapVersion } from "../../version.ts";
import { backendFlags, backendOf, type BackendFlags } from "../backend-flags.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { jsonFlag, parseCount, parseNpzPath, parseNumber, parsePath, parsePositive } from "../flags.ts";
import { measuredFlags, measuredOptionsOf, type MeasuredFlags } from "../measured-flags.ts";

interface Flags extends MeasuredFlags, Pick<BackendFlags, "kernels" | "threads"> {
  readonly out: string;
  readonly size?: number;
  readonly bin: number;
  readonly centre?: readonly [number, number];
  readonly gain?: number;
  readonly mask?: string;
  readonly dark?: string;
  readonly flat?: string;
  readonly saturation?: number;
  readonly keepBadPixels: boolean;
  readonly nearField: boolean;
  readonly focusToSample?: number;
  readonly defocus?: number;
  readonly probeModes?: number;
  readonly orientation?: "find" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7";
  readonly preview?: string;
  readonly json: boolean;
}

export const prepareCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Make a dataset of a measured scan: centre, crop, bad pixels, gain, pixel size, start probe",
    fullDescription: [
      "Reads a scan as a beamline or microscope wrote it (CXI, NXcxi_ptycho, NeXus, PtyPy, PtychoShelves, fold_slice, SLAC's NPZ,",
      "4D arrays; .npy and TIFF stacks with --positions FILE; any HDF5, NPZ, Zarr or MATLAB 5 with --map), finds its centre and bad",
      "pixels, crops and bins the frames, converts units, estimates a start probe, and writes a dataset that every other command",
      "reads. What the file does not state is asked for, never invented.",
      "",
      "Examples:",
      "  doselap prepare scan.cxi --out scan.npz --preview scan.html",
      "  doselap prepare scan.cxi --near-field --focus-to-sample 3.65e-3 --out scan.npz",
      "  doselap prepare raw.h5 --map diffraction=/eiger,x=/sx,y=/sy --position-unit um --energy 8000 --distance 2 \\",
      "      --detector-pixel 75e-6 --size 128 --orientation find --out scan.npz",
      "  doselap prepare frames/ --positions motors.csv --position-unit um --energy 8000 --distance 2 --detector-pixel 75e-6 \\",
      "      --out scan.npz",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "IN", brief: "The scan, told by its content", parse: parsePath }],
    },
    flags: {
      out: { kind: "parsed", parse: parseNpzPath, placeholder: "FILE.npz", brief: "Dataset to write" },
      ...measuredFlags,
      size: {
        kind: "parsed",
        parse: parseCount,
        optional: true,
        placeholder: "N",
        brief: "Side of the frames after cropping and binning (default: what the detector holds)",
      },
      bin: {
        kind: "parsed",
        parse: parseCount,
        default: "1",
        placeholder: "B",
        brief: "Add B × B pixels into one",
      },
      centre: {
        kind: "parsed",
        parse: parsePair,
        optional: true,
        placeholder: "X,Y",
        brief: "Zero frequency, detector pixels (default: found)",
      },
      gain: {
        kind: "parsed",
        parse: parsePositive,
        optional: true,
        placeholder: "ADU",
        brief: "Detector units per photon (default: found from the values)",
      },
      mask: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE",
        brief: "Further bad pixels of the whole detector, not 0 = bad (.npy or FILE.npz:key)",
      },
      dark: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE",
        brief: "Dark frame, subtracted (.npy or FILE.npz:key)",
      },
      flat: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE",
        brief: "Flat field, divided by; 0 = bad pixel",
      },
      saturation: {
        kind: "parsed",
        parse: parsePositive,
        optional: true,
        placeholder: "ADU",
        brief: "Detector units at which a pixel saturates: it is masked",
      },
      keepBadPixels: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Do not look for hot and dead pixels",
      },
      nearField: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Frames are images near the sample, not diffraction patterns",
      },
      focusToSample: {
        kind: "parsed",
        parse: parsePositive,
        optional: true,
        placeholder: "m",
        brief: "Near field with a diverging beam: focus to sample, metres",
      },
      defocus: {
        kind: "parsed",
        parse: parseNumber,
        optional: true,
        placeholder: "m",
        brief: "Sample's distance behind the focus, for the start probe, metres",
      },
      probeModes: {
        kind: "parsed",
        parse: parseCount,
        optional: true,
        placeholder: "K",
        brief: "Modes of the start probe: its own and Hermite modes of it",
      },
      orientation: {
        kind: "enum",
        values: ["find", "0", "1", "2", "3", "4", "5", "6", "7"],
        optional: true,
        brief:
          "Positions against the detector: find = score all eight; or 4 swapped + 2 y reversed + 1 x reversed",
      },
      preview: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE.html",
        brief: "Write a page of pictures: mean pattern, mask, scan, probe, counts",
      },
      kernels: backendFlags.kernels,
      threads: backendFlags.threads,
      json: jsonFlag,
    },
  },
  func: prepare,
});

async function prepare(this: CliContext, flags: Flags, input: string): Promise<void> {
  const opened = await openScanFile(resolve(this.cwd, input), measuredOptionsOf(flags, this.cwd));
  try {
    const { frames } = opened.scan;
    const shape = frames === undefined ? undefined : ([frames.height, frames.width] as const);
    let prepared = await prepareScan({ ...opened.scan, file: input }, await optionsOf(this, flags, shape));
    let answer: OrientationAnswer | undefined;
    if (flags.orientation === "find") {
      answer = await orientationOf(this, flags, prepared);
      if (answer.best !== 0) {
        const found = { ...(await optionsOf(this, flags, shape)), orientation: answer.best };
        prepared = await prepareScan({ ...opened.scan, file: input }, found);
      }
    }
    await writeDataset(resolve(this.cwd, flags.out), prepared.dataset);
    if (flags.preview !== undefined) {
      const file = resolve(this.cwd, flags.preview);
      await writeFileAtomic(file, renderPreview({ title: input, prepared, orientation: answer }));
    }
    tell(this, flags, { input, prepared, answer });
  } finally {
    await opened.close();
  }
}

async function optionsOf(
  { cwd, signal }: CliContext,
  flags: Flags,
  shape: readonly [number, number] | undefined,
): Promise<Parameters<typeof prepareScan>[1]> {
  const plane = async (key: string, file: string | undefined): Promise<Float64Array | undefined> =>
    file === undefined || shape === undefined ? undefined : readPlane(key, resolve(cwd, file), shape);
  const mask = await plane("--mask", flags.mask);
  const { orientation } = flags;
  return {
    sizePx: flags.size,
    bin: flags.bin,
    centre: flags.centre && { x: flags.centre[0], y: flags.centre[1] },
    dc: flags.dc,
    gain: flags.gain,
    mask: mask && Uint8Array.from(mask, (value) => (value === 0 ? 0 : 1)),
    dark: await plane("--dark", flags.dark),
    flat: await plane("--flat", flags.flat),
    saturation: flags.saturation,
    findBadPixels: !flags.keepBadPixels,
    nearField: flags.nearField,
    focusToSampleM: flags.focusToSample,
    defocusM: flags.defocus,
    probeModes: flags.probeModes,
    orientation: orientation === undefined || orientation === "find" ? 0 : Number(orientation),
    version: doselapVersion,
    signal,
  };
}

async function readPlane(
  key: string,
  file: string,
  [height, width]: readonly [number, number],
): Promise<Float64Array> {
  const array = await readArrayArgument(file, { preferKeys: ["mask", "dark", "flat"] });
  const values = anyNumbers(array);
  if (
    values !== undefined &&
    array.shape.length === 2 &&
    array.shape[0] === height &&
    array.shape[1] === width
  ) {
    return Float64Array.from(values);
  }
  throw new DoselapError("Shape", "does not fit the detector", {
    file,
    key,
    expected: `real (${height}, ${width})`,
    got: `${array.dtype} (${array.shape.join(", ")})`,
  });
}

function orientationOf(context: CliContext, flags: Flags, { dataset }: Prepared): Promise<OrientationAnswer> {
  return findOrientation(dataset, {
    backend: backendOf(flags),
    signal: context.signal,
    onScore: ({ orientation, text, deviance }) =>
      printNote(
        context,
        `orientation ${orientation} (${text}): deviance ${deviance.toPrecision(4)} per pixel`,
      ),
  });
}

function tell(
  context: CliContext,
  { out, json, preview }: Flags,
  { input, prepared, answer }: { input: string; prepared: Prepared; answer: OrientationAnswer | undefined },
): void {
  const { dataset, done, warnings, sampling, centre, gain } = prepared;
  const found =
    answer === undefined
      ? undefined
      : {
          best: answer.best,
          margin: answer.margin,
          ambiguous: answer.isAmbiguous,
          equivalent: answer.equivalent,
          scores: answer.scores.map(({ orientation, text, deviance }) => ({ orientation, text, deviance })),
        };
  for (const warning of warnings) printNote(context, `warning: ${warning}`);
  if (answer?.isAmbiguous === true) {
    printNote(
      context,
      `warning: the orientation is ambiguous: the next one is worse by ${(100 * answer.margin).toFixed(0)} % of the spread only; state it with --orientation, or a probe nearer to the real one with --defocus`,
    );
  }
  if (json) {
    printJson(context, {
      input,
      out,
      preview: preview ?? null,
      frames: dataset.frames,
      size: dataset.size,
      objectShape: [dataset.object.height, dataset.object.width],
      dose: dataset.metadata["nphotons"],
      pixelSizeM: sampling.pixelSizeM,
      wavelengthM: sampling.wavelengthM ?? null,
      nearFieldM: sampling.nearFieldM ?? null,
      centre,
      gain,
      orientation: found ?? null,
      done,
      warnings,
    });
    return;
  }
  printLine(context, `${out}: ${dataset.frames} frames of ${dataset.size} × ${dataset.size} px`);
  for (const line of done) printLine(context, `  ${line}`);
  if (found !== undefined && answer !== undefined) {
    const same =
      answer.equivalent.length === 0
        ? ""
        : `; ${answer.equivalent.join(", ")} is its twin: the object turned by 180° and conjugated`;
    printLine(
      context,
      `  orientation ${answer.best}: ${answer.scores.find(({ orientation }) => orientation === answer.best)!.text}, margin ${(100 * answer.margin).toFixed(0)} %${same}`,
    );
  }
  if (preview !== undefined) printLine(context, `  preview: ${preview}`);
}

function parsePair(text: string): readonly [number, number] {
  const [x, y, ...more] = text.split(",").map(parseNumber);
  if (x === undefined || y === undefined || more.length > 0)
    throw new SyntaxError(`expected X,Y, got "${text}"`);
  return [x, y];
}

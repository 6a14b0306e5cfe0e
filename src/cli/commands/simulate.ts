// doselap simulate: one simulated scan of a phantom or of the user's own object, at one dose and overlap.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { referenceBackend } from "../../compute/reference.ts";
import type { SubPixel } from "../../compute/scan-memory.ts";
import { writeDataset } from "../../data/write.ts";
import { DoselapError } from "../../errors.ts";
import { radicesOf } from "../../math/mixed-radix.ts";
import { stepForOverlap } from "../../optics/overlap.ts";
import { phantomNames } from "../../optics/phantom/build.ts";
import { measureProbeDiameter, type ProbeDiameterDefinition } from "../../optics/probe-diameter.ts";
import { scanRegion } from "../../optics/scan-region.ts";
import { makeScan, scanKinds, type ScanKind } from "../../optics/scan.ts";
import { simulateDataset } from "../../optics/simulate.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { emptyScan } from "../empty-scan.ts";
import {
  jsonFlag,
  parseCount,
  parseNonNegative,
  parseNpzPath,
  parseNumber,
  parseOverlap,
  parsePath,
  parsePositive,
  parseSeed,
} from "../flags.ts";
import { nearFieldFlags, nearFieldOf, type NearFieldFlags } from "../near-field-flags.ts";
import { keepApart, prepareOutput } from "../output-file.ts";
import { filesOf, readObject, readPositions, readProbe } from "../simulation-inputs.ts";

interface Flags extends NearFieldFlags {
  readonly object: string;
  readonly objectSize?: { readonly height: number; readonly width: number };
  readonly objectSeed: number;
  readonly amplitudeMin: number;
  readonly phaseRange: number;
  readonly probe: string;
  readonly size?: number;
  readonly dose: number;
  readonly overlap?: number;
  readonly scan: ScanKind;
  readonly jitter: number;
  readonly positions?: string;
  readonly frames?: number;
  readonly subpixel: SubPixel;
  readonly background: number;
  readonly probeDiameter: ProbeDiameterDefinition;
  readonly seed: number;
  readonly out: string;
  readonly json: boolean;
}

export const simulateCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: "Simulate a scan of a phantom or of your own object, at one dose and overlap",
    fullDescription: [
      "Writes a DATA-001 file: square roots of Poisson counts, positions, the probe calibrated to the dose, and the",
      "object, which is the truth. Dose is the scan's mean photons per frame. Overlap is that of two probe discs one",
      "step apart; the measured one, at nearest-neighbour distance, is printed and stands in the metadata.",
      "",
      "Object and probe files are .npy, FILE.npz:KEY, or NPZ files with objectGuess and probeGuess.",
      "With --near-field the frames are images behind the sample; the metadata say so, and reconstruct takes it from there.",
      "Same arguments and seed, same bytes.",
      "",
      "Examples:",
      "  doselap simulate --object cells --dose 1e4 --overlap 0.7 --out scan.npz",
      "  doselap simulate --object siemens-star --object-size 400x400 --dose 1e5 --overlap 0.6 --scan fermat --out star.npz",
      "  doselap simulate --object run.npz --probe run.npz --dose 1000 --overlap 0.2 --frames 200 --out low.npz --json",
      "  doselap simulate --object cells --dose 1e6 --overlap 0.7 --near-field 2e-3 --wavelength 1e-10 --pixel-size 1e-7 --out near.npz",
    ].join("\n"),
  },
  parameters: {
    flags: {
      object: {
        kind: "parsed",
        parse: parsePath,
        placeholder: "FILE|PHANTOM",
        brief: `Object: a file, or a phantom (${phantomNames.join(", ")})`,
      },
      objectSize: {
        kind: "parsed",
        parse: parseSize,
        optional: true,
        placeholder: "HxW",
        brief: "Phantom's height and width, pixels (default: 4N x 4N)",
      },
      objectSeed: {
        kind: "parsed",
        parse: parseSeed,
        default: "7",
        placeholder: "S",
        brief: "Phantom's seed",
      },
      amplitudeMin: {
        kind: "parsed",
        parse: parseUnit,
        default: "0.6",
        placeholder: "a",
        brief: "Phantom's smallest amplitude transmission, in [0, 1]",
      },
      phaseRange: {
        kind: "parsed",
        parse: parsePhaseRange,
        default: "1.5",
        placeholder: "rad",
        brief: "Phantom's phase lies between 0 and this, radians, below 2π",
      },
      probe: {
        kind: "parsed",
        parse: parsePath,
        default: "default",
        placeholder: "FILE|default",
        brief: "Probe: a file, or the defocused spot of a lens, 0.47 N wide",
      },
      size: {
        kind: "parsed",
        parse: parseFrameSize,
        optional: true,
        placeholder: "N",
        brief: "Side of a frame, pixels, a power of two is fastest (default: the probe file's, else 64)",
      },
      dose: {
        kind: "parsed",
        parse: parsePositive,
        placeholder: "D",
        brief: "Mean photons per frame, above 0",
      },
      overlap: {
        kind: "parsed",
        parse: parseOverlap,
        optional: true,
        placeholder: "f",
        brief: "Overlap of neighbouring probe discs, in [0, 1); sets the step",
      },
      scan: { kind: "enum", values: scanKinds, default: "jittered-raster", brief: "Scan pattern" },
      jitter: {
        kind: "parsed",
        parse: parseJitter,
        default: "0.1",
        placeholder: "j",
        brief: "Largest displacement of a jittered raster, as a fraction of its pitch, in [0, 0.5]",
      },
      positions: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE.npz",
        brief: "Take the positions from xcoords and ycoords of this file, instead of --overlap",
      },
      frames: {
        kind: "parsed",
        parse: parseCount,
        optional: true,
        placeholder: "M",
        brief: "Number of frames (default: as many as fill the object)",
      },
      subpixel: {
        kind: "enum",
        values: ["bilinear", "fourier"],
        default: "bilinear",
        brief: "How the object is sampled between pixels",
      },
      background: {
        kind: "parsed",
        parse: parseNonNegative,
        default: "0",
        placeholder: "b",
        brief: "Expected background counts per pixel, at least 0",
      },
      ...nearFieldFlags,
      probeDiameter: {
        kind: "enum",
        values: ["second-moment", "fwhm"],
        default: "second-moment",
        brief: "Definition of the probe diameter that overlap is measured with",
      },
      seed: {
        kind: "parsed",
        parse: parseSeed,
        default: "42",
        placeholder: "S",
        brief: "Seed of noise and scan",
      },
      out: { kind: "parsed", parse: parseNpzPath, placeholder: "FILE.npz", brief: "Dataset to write" },
      json: jsonFlag,
    },
  },
  async func(flags) {
    const { json, out, dose, overlap, seed, background, subpixel, probeDiameter } = flags;
    checkTogether(flags);
    await keepApart(this.cwd, [["--out", out]], filesOf(flags));
    const nearField = nearFieldOf(flags);
    const inputs = { ...flags, cwd: this.cwd };
    const probe = await readProbe(inputs);
    const object = await readObject(inputs, probe.size);
    const diameterPx = measureProbeDiameter(probe, probeDiameter);
    const stepPx = overlap === undefined ? null : stepForOverlap(overlap, diameterPx);
    const positions =
      stepPx === null
        ? await readPositions(inputs)
        : makeScan({
            kind: flags.scan,
            region: scanRegion(object.height, object.width, probe.size),
            stepPx,
            jitterFraction: flags.jitter,
            seed,
            frames: flags.frames,
          });
    const file = resolve(this.cwd, out);
    await prepareOutput(file);
    const dataset = simulateDataset({
      object,
      probe,
      positions,
      dosePhotons: dose,
      seed,
      backend: referenceBackend,
      subPixel: subpixel,
      backgroundPhotonsPerPx: background,
      nearField,
      probeDiameter,
      provenance: { object: flags.object, probe: flags.probe, ...scanSource(flags, stepPx) },
    });
    await writeDataset(file, dataset);
    const { measuredMeanCounts, probeDiameterPx, probeDiameterDefinition, measuredOverlap } =
      dataset.metadata;
    const warnings = emptyScan(dataset);
    if (overlap !== undefined && Math.abs(Number(measuredOverlap) - overlap) > 0.02) {
      warnings.push(
        `the measured overlap is ${Number(measuredOverlap).toFixed(3)}, not ${overlap}: the spacing of this scan varies`,
      );
    }
    for (const warning of warnings) printNote(this, `warning: ${warning}`);
    const objectShape = [object.height, object.width];
    const { frames, size } = dataset;
    if (json) {
      const measured = { measuredMeanCounts, probeDiameterPx, probeDiameterDefinition, measuredOverlap };
      printJson(this, { frames, size, objectShape, dose, ...measured, stepPx, seed, out, warnings });
      return;
    }
    const step = stepPx === null ? "positions from a file" : `step ${stepPx.toFixed(2)} px`;
    printLine(
      this,
      `${out}: ${frames} frames of ${size} × ${size} px over an object of ${objectShape.join(" × ")} px`,
    );
    printLine(
      this,
      `  dose ${dose} photons per frame, measured ${Number(measuredMeanCounts).toPrecision(6)}`,
    );
    printLine(this, `  probe ${Number(probeDiameterPx).toFixed(2)} px (${String(probeDiameterDefinition)})`);
    printLine(this, `  overlap ${Number(measuredOverlap).toFixed(3)} measured, ${step}`);
  },
});

function checkTogether({ overlap, positions, frames }: Flags): void {
  if ((overlap === undefined) === (positions === undefined)) {
    throw new DoselapError("Usage", "the scan must be said in one way", {
      expected: "either --overlap or --positions",
      got: overlap === undefined ? "neither" : "both",
    });
  }
  if (positions !== undefined && frames !== undefined) {
    throw new DoselapError("Usage", "positions from a file are all used", {
      key: "--frames",
      expected: "no --frames with --positions",
      got: String(frames),
    });
  }
}

function scanSource(
  { scan, jitter, overlap, positions, objectSeed }: Flags,
  stepPx: number | null,
): { [key: string]: unknown } {
  if (positions !== undefined) return { positions, objectSeed };
  return {
    scan,
    ...(scan === "jittered-raster" ? { jitterFraction: jitter } : {}),
    overlap,
    stepPx,
    objectSeed,
  };
}

/** 300x400 (height by width), or one number for a square. */
function parseSize(text: string): { height: number; width: number } {
  const sides = /^(\d+)(?:[x×](\d+))?$/i.exec(text);
  const height = Number(sides?.[1]);
  const width = Number(sides?.[2] ?? sides?.[1]);
  if (!(height >= 8 && height <= 16384 && width >= 8 && width <= 16384)) {
    throw new RangeError(`expected HEIGHTxWIDTH such as 300x400, from 8 to 16384, got "${text}"`);
  }
  return { height, width };
}

/** An even number of pixels with a transform: 2, 3 and 5 are its only prime factors. */
function parseFrameSize(text: string): number {
  const size = parseNumber(text);
  if (!(size >= 8 && size <= 4096) || size % 2 !== 0 || radicesOf(size) === undefined) {
    throw new RangeError(
      `expected an even product of 2, 3 and 5 from 8 to 4096, such as 64 or 96, got "${text}"`,
    );
  }
  return size;
}

function parseUnit(text: string): number {
  return parseWithin(text, 1);
}

function parseJitter(text: string): number {
  return parseWithin(text, 0.5);
}

function parsePhaseRange(text: string): number {
  return parseWithin(text, 6.28);
}

function parseWithin(text: string, high: number): number {
  const value = parseNumber(text);
  if (!(value >= 0 && value <= high))
    throw new RangeError(`expected a number in [0, ${high}], got "${text}"`);
  return value;
}

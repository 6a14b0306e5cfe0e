// doselap thin: lowers dose and overlap of a scan that is already there.

import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { readDataset } from "../../data/read.ts";
import { writeDataset } from "../../data/write.ts";
import { DoselapError } from "../../errors.ts";
import type { ProbeDiameterDefinition } from "../../optics/probe-diameter.ts";
import { thinDataset } from "../../optics/thin.ts";
import { printJson, printLine, printNote, type CliContext } from "../context.ts";
import { emptyScan } from "../empty-scan.ts";
import { jsonFlag, parseFraction, parseNpzPath, parseOverlap, parsePath, parseSeed } from "../flags.ts";
import { keepApart } from "../output-file.ts";
import { readFlags, readOptionsOf, type ReadFlags } from "../read-flags.ts";

interface Flags extends ReadFlags {
  readonly fraction?: number;
  readonly keepOverlap?: number;
  readonly probeDiameter?: ProbeDiameterDefinition;
  readonly seed: number;
  readonly out: string;
  readonly json: boolean;
}

export const thinCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Lower dose and overlap of a measured scan, as if it had been measured that way",
    fullDescription: [
      "Keeps each photon of IN with probability --fraction (binomial thinning: Poisson counts stay Poisson, so the",
      "result is what a shorter exposure would have given), and drops positions evenly until the overlap of nearest",
      "neighbours is --keep-overlap. Kept coordinates and the object are unchanged; the probe is scaled with the dose.",
      "",
      "IN must hold whole counts to be thinned. Same arguments and seed, same bytes. Thinning a result again, even",
      "with the same seed, is a fresh draw.",
      "",
      "Examples:",
      "  doselap thin scan.npz --fraction 0.01 --out low-dose.npz",
      "  doselap thin siemens-star-small.npz.bz2 --fraction 0.1 --keep-overlap 0.5 --out low.npz --json",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "IN", brief: "Dataset to thin", parse: parsePath }],
    },
    flags: {
      fraction: {
        kind: "parsed",
        parse: parseFraction,
        optional: true,
        placeholder: "p",
        brief: "Fraction of the counts to keep, in (0, 1] (default: 1)",
      },
      keepOverlap: {
        kind: "parsed",
        parse: parseOverlap,
        optional: true,
        placeholder: "f",
        brief: "Overlap to drop positions to, in [0, 1) (default: keep them all)",
      },
      probeDiameter: {
        kind: "enum",
        values: ["second-moment", "fwhm"],
        optional: true,
        brief:
          "Definition of the probe diameter that overlap is measured with (default: the file's, else second-moment)",
      },
      seed: {
        kind: "parsed",
        parse: parseSeed,
        default: "42",
        placeholder: "S",
        brief: "Seed of thinning and dropping",
      },
      out: { kind: "parsed", parse: parseNpzPath, placeholder: "FILE.npz", brief: "Dataset to write" },
      ...readFlags,
      json: jsonFlag,
    },
  },
  async func({ fraction, keepOverlap, probeDiameter, seed, out, json, ...reading }, input) {
    if (fraction === undefined && keepOverlap === undefined) {
      throw new DoselapError("Usage", "nothing to do", {
        expected: "--fraction, --keep-overlap or both",
        got: "neither",
      });
    }
    await keepApart(this.cwd, [["--out", out]], [["IN", input]]);
    const read = await readDataset(resolve(this.cwd, input), readOptionsOf(reading));
    const { dataset } = read;
    const thinned = thinDataset(dataset, { fraction, keepOverlap, seed, probeDiameter });
    const warnings = [...read.warnings, ...emptyScan(thinned)];
    for (const warning of warnings) printNote(this, `warning: ${warning}`);
    await writeDataset(resolve(this.cwd, out), thinned);
    const { nphotons, measuredMeanCounts, probeDiameterPx, probeDiameterDefinition, measuredOverlap } =
      thinned.metadata;
    if (json) {
      printJson(this, {
        input,
        out,
        frames: thinned.frames,
        framesBefore: dataset.frames,
        fraction: fraction ?? 1,
        keepOverlap: keepOverlap ?? null,
        dose: nphotons,
        measuredMeanCounts,
        probeDiameterPx,
        probeDiameterDefinition,
        measuredOverlap,
        seed,
        warnings,
      });
      return;
    }
    printLine(this, `${out}: ${thinned.frames} of ${dataset.frames} frames`);
    printLine(
      this,
      `  dose ${Number(nphotons).toPrecision(6)} photons per frame, measured ${Number(measuredMeanCounts).toPrecision(6)}`,
    );
    printLine(
      this,
      `  overlap ${Number(measuredOverlap).toFixed(3)} measured, probe ${Number(probeDiameterPx).toFixed(2)} px`,
    );
  },
});

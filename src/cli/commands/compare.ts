// doselap compare: finished runs with each other, or one reconstruction with the truth.

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { DoselapError } from "../../errors.ts";
import { compareReconstruction } from "../compare-reconstruction.ts";
import { compareRunFolders } from "../compare-runs.ts";
import type { CliContext } from "../context.ts";
import { jsonFlag, parseNonNegative, parsePath } from "../flags.ts";

interface Flags {
  readonly truth?: string;
  readonly out?: string;
  readonly maxShift?: number;
  readonly msSsimSigma?: number;
  readonly all: boolean;
  readonly json: boolean;
}

export const compareCommand = buildCommand<Flags, string[], CliContext>({
  docs: {
    brief: "Compare finished runs with each other, or a reconstruction with the truth",
    fullDescription: [
      "Folders are runs, a file is a reconstruction.",
      "",
      "RUN_A RUN_B …: what changed in the design, field by field, and how every metric changed from the first run to each",
      "other one: paired by dose, view, seed, arm and metric, with the mean of the differences over the seeds and its 95 %",
      "interval (paired t). --out FILE writes the same as one HTML file that needs nothing else.",
      "",
      "RECON --truth F --out DIR: brings the reconstruction into the truth's gauge (sub-pixel shift, global phase, phase",
      "ramp, amplitude scale), scores it, and writes metrics.json, metrics.csv, aligned.npz and PNGs into the folder DIR.",
      "When the truth is a scan file, only the pixels inside its scan that its frames illuminated are compared;",
      "else all of them.",
      "",
      "Examples:",
      "  doselap compare runs/before runs/after --out difference.html",
      "  doselap compare object.npz --truth scan.npz --out comparison",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "array",
      minimum: 1,
      parameter: {
        placeholder: "RUN|RECON",
        brief: "Run folders, two or more; or one complex object: .npy, FILE.npz:key, NPZ with objectGuess",
        parse: parsePath,
      },
    },
    flags: {
      truth: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "F",
        brief: "RECON: truth on the same object frame, likewise; or a scan file",
      },
      out: {
        kind: "parsed",
        parse: parsePath,
        optional: true,
        placeholder: "FILE|DIR",
        brief: "Runs: the HTML file. RECON: folder for the results",
      },
      maxShift: {
        kind: "parsed",
        parse: parseNonNegative,
        optional: true,
        placeholder: "px",
        brief: "RECON: largest registration shift per axis; beyond it is flagged, not applied (default: 2)",
      },
      msSsimSigma: {
        kind: "parsed",
        parse: parseNonNegative,
        optional: true,
        placeholder: "px",
        brief: "RECON: Gaussian blur of both images before MS-SSIM; 0 = none (default: 1)",
      },
      all: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Runs: print every metric, not only resolution and similarity",
      },
      json: jsonFlag,
    },
  },
  async func({ truth, out, maxShift, msSsimSigma, all, json }, ...names) {
    const folders = await Promise.all(names.map((name) => isFolder(resolve(this.cwd, name))));
    if (folders.every(Boolean)) {
      refuse({ "--truth": truth, "--max-shift": maxShift, "--ms-ssim-sigma": msSsimSigma }, "runs");
      await compareRunFolders(this, names, { out, all, json });
      return;
    }
    if (names.length > 1) {
      throw new DoselapError("Usage", "takes two or more run folders, or one reconstruction", {
        got: names.map((name, i) => `${name} (${folders[i] === true ? "a folder" : "no folder"})`).join(", "),
      });
    }
    refuse({ "--all": all ? true : undefined }, "a reconstruction");
    if (truth === undefined || out === undefined) {
      const missing = Object.entries({ "--truth": truth, "--out": out }).filter(
        ([, value]) => value === undefined,
      );
      throw new DoselapError("Usage", `${missing.map(([flag]) => flag).join(" and ")} needed`, {
        hint: "doselap compare RECON --truth F --out DIR",
      });
    }
    await compareReconstruction(this, names[0]!, {
      truth,
      out,
      maxShift: maxShift ?? 2,
      msSsimSigma: msSsimSigma ?? 1,
      json,
    });
  },
});

/** @throws Usage when a flag is given that says nothing about what is compared. */
function refuse(flags: { readonly [flag: string]: unknown }, what: string): void {
  const [given] = Object.entries(flags).filter(([, value]) => value !== undefined);
  if (given !== undefined)
    throw new DoselapError(
      "Usage",
      `has no meaning when ${what} ${what === "runs" ? "are" : "is"} compared`,
      {
        key: given[0],
      },
    );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    // What is not there is no folder; whoever reads it says so with its name.
    () => false,
  );
}

// Flags of the commands that work on a study folder: run and train.

import { DoselapError } from "../errors.ts";
import type { TrainerChoice } from "../pipeline/context.ts";
import { nodeProviders, openNodeRuntime, type NodeProvider } from "../nn/runtime/node.ts";
import type { JobFilters } from "../pipeline/filters.ts";
import { executorFlags, type ExecutorFlags } from "./executor-flags.ts";
import { prepareFlags, prepareSettingsOf, type PrepareFlags } from "./prepare-flags.ts";
import { datasetOptionsOf } from "./measured-flags.ts";
import { trainerProgram } from "./trainer-program.ts";
import { parseCount, parseNumber, parsePath, parsePositive, parseSeed } from "./flags.ts";

export const studyPositional = {
  kind: "tuple",
  parameters: [
    {
      placeholder: "STUDY",
      brief:
        "Preset (quick, fly64, iso-dose, measured) or YAML file; default: the folder's study, else quick",
      parse: parsePath,
      optional: true,
    },
  ],
} as const;

/** The scan of a measured study: which, how it is read, and how it is prepared when it is no dataset. */
export const scanFlags = {
  input: {
    kind: "parsed",
    parse: parsePath,
    optional: true,
    placeholder: "FILE",
    brief:
      "The scan, only for a measured study: a dataset, or any measured file, prepared as by doselap prepare",
  },
  ...prepareFlags,
  pixelSize: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "m",
    brief: "Size of an object pixel, metres, when the scan does not say: resolutions in nm too",
  },
} as const;

/** What the flags change in a measured design. */
export function scanOverrides(flags: PrepareFlags, cwd: string): { readonly [section: string]: unknown } {
  const read = datasetOptionsOf(flags);
  // The pixel size is the metrics', from where the preparation takes it too.
  const { pixelSize, ...prepare } = prepareSettingsOf(flags, cwd);
  return {
    ...(Object.keys(read).length > 0 ? { read } : {}),
    ...(Object.keys(prepare).length > 0 ? { prepare } : {}),
    ...(pixelSize === undefined ? {} : { metrics: { pixelSizeM: pixelSize } }),
  };
}

export interface StudyFlags extends PrepareFlags, ExecutorFlags {
  readonly out?: string;
  readonly input?: string;
  readonly runner: "builtin" | "command";
  readonly command?: string;
  readonly provider: NodeProvider;
  readonly strict: boolean;
}

export const studyFlags = {
  out: {
    kind: "parsed",
    parse: parsePath,
    optional: true,
    placeholder: "DIR",
    brief: "Run folder (default: runs/ and the study's name)",
  },
  ...scanFlags,
  ...executorFlags,
  runner: {
    kind: "enum",
    values: ["builtin", "command"],
    default: "builtin",
    brief: "What trains network arms: our own trainer, or an external program",
  },
  command: {
    kind: "parsed",
    parse: parsePath,
    optional: true,
    placeholder: "CMD",
    brief: "The external program of --runner command; it runs in the job's folder (docs/training.md)",
  },
  provider: {
    kind: "enum",
    values: nodeProviders,
    default: "cpu",
    brief: "What our own trainer computes networks on; cuda and webgpu were never run on a real GPU here",
  },
  strict: { kind: "boolean", default: false, withNegated: false, brief: "Exit 3 when a job was skipped" },
} as const;

export interface FilterFlags {
  readonly dose?: readonly number[];
  readonly view?: readonly string[];
  readonly gridsize?: readonly number[];
  readonly arm?: readonly string[];
  readonly seed?: readonly number[];
}

const some = { variadic: ",", optional: true } as const;
export const filterFlags = {
  dose: {
    kind: "parsed",
    parse: parseNumber,
    ...some,
    placeholder: "PHOTONS",
    brief: "Only these doses, photons per frame",
  },
  view: { kind: "parsed", parse: String, ...some, placeholder: "NAME", brief: "Only these views" },
  gridsize: {
    kind: "parsed",
    parse: parseCount,
    ...some,
    placeholder: "G",
    brief: "Only these gridsizes (1 or 2)",
  },
  arm: { kind: "parsed", parse: String, ...some, placeholder: "NAME", brief: "Only these arms" },
  seed: {
    kind: "parsed",
    parse: parseSeed,
    ...some,
    placeholder: "SEED",
    brief: "Only these replicate seeds",
  },
} as const;

/** The flags as the pipeline's filters. */
export function filtersOf({ dose, view, gridsize, arm, seed }: FilterFlags): JobFilters {
  return { doses: dose, views: view, gridsizes: gridsize, arms: arm, seeds: seed };
}

/** The trainer that the flags ask for. @param cwd where files of the command are named from.
 * @throws Usage when --runner, --command and --provider do not go together, File when a file of the command cannot be read,
 * Compute when the provider is not here. */
export async function trainerOf(
  { runner, command, provider, executor }: Pick<StudyFlags, "runner" | "command" | "provider" | "executor">,
  cwd: string,
): Promise<TrainerChoice> {
  if (runner === "builtin") {
    if (command === undefined) {
      if (provider === "cpu") return { runner };
      // Before anything is written. What nodes of a cluster have, their own jobs find out.
      if (executor === "local") await openNodeRuntime({ provider });
      return { runner, provider };
    }
    throw new DoselapError("Usage", "--command needs --runner command", {
      key: "--command",
      got: `"${command}"`,
    });
  }
  if (command === undefined) {
    throw new DoselapError("Usage", "--runner command needs --command", {
      key: "--runner",
      hint: 'Example: --runner command --command "python3 train.py"',
    });
  }
  if (provider !== "cpu") {
    throw new DoselapError("Usage", "--provider is our own trainer's", {
      key: "--provider",
      got: provider,
      hint: "Tell the program of --command itself what to compute on.",
    });
  }
  return { runner, ...(await trainerProgram(command, cwd)) };
}

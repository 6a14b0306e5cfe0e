// The runners by name. Adding one: its file, its line here, its row in test/contracts/runner.contract.test.ts.

import { DoselapError } from "../../../errors.ts";
import { isNetworkArm } from "../../../nn/arms/registry.ts";
import { openNodeRuntime, type NodeProvider } from "../../../nn/runtime/node.ts";
import { didYouMean } from "../../design/nearest.ts";
import type { ExecutionConfig, TrainingBackend } from "../config.ts";
import { builtinRunner } from "./builtin.ts";
import { commandRunner } from "./command.ts";
import type { TrainingRunner } from "./runner.ts";

export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly reason: string };

export interface RunnerSettings {
  /** The command of an external trainer. */
  readonly command?: string | undefined;
  /** What our own trainer computes on; the processor when absent. */
  readonly provider?: NodeProvider | undefined;
  readonly execution?: ExecutionConfig | undefined;
}

export interface RunnerDescription {
  /** One line for `--help` and the docs. */
  readonly summary: string;
  readonly backend: TrainingBackend;
  /** Whether it can train an arm; when not, the job is skipped with this reason. */
  availability(arm: string): Availability;
  /** A runner that waits for a child process needs no thread of its own. */
  readonly inMainThread: boolean;
  /** @throws Usage when a setting is missing, Runner when it cannot train at all. */
  create(settings: RunnerSettings): TrainingRunner;
}

export const runners = {
  builtin: {
    summary: "the trainer that comes with doselap",
    backend: "builtin",
    availability: (arm) =>
      isNetworkArm(arm)
        ? { available: true }
        : { available: false, reason: "is no network of the built-in trainer" },
    inMainThread: false,
    create: ({ provider }) =>
      builtinRunner({ openRuntime: () => openNodeRuntime({ provider, blocks: true }) }),
  },
  command: {
    summary: "an external program, given the job as files in its working directory",
    backend: "pytorch",
    availability: () => ({ available: true }),
    inMainThread: true,
    create({ command = "", execution }) {
      return commandRunner({ command, execution });
    },
  },
} as const satisfies { readonly [name: string]: RunnerDescription };

export type RunnerName = keyof typeof runners;
export const runnerNames = Object.keys(runners);

/** @throws Usage for a name that is none, with the nearest one that is. */
export function runnerOf(name: string): RunnerDescription {
  if (Object.hasOwn(runners, name)) return runners[name as RunnerName];
  throw new DoselapError("Usage", "unknown runner", {
    key: "--runner",
    expected: `one of ${runnerNames.join(", ")}`,
    got: name,
    hint: didYouMean(name, runnerNames),
  });
}

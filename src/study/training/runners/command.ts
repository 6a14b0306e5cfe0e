// The external trainer: any command, given the job as files in its working directory, its output streamed to the log.
// The command is the user's own text and runs through /bin/sh. This is how a PyTorch trainer is used (POLICY-001).

import { constants } from "node:os";
import { resolve } from "node:path";
import { DoselapError } from "../../../errors.ts";
import type { ExecutionConfig } from "../config.ts";
import { runInGroup, type ProcessEnd } from "./process.ts";
import { readOutputs, writeInputs } from "./protocol.ts";
import type { RunnerCall, TrainingRunner } from "./runner.ts";
import { removeSpecialFiles } from "./special-files.ts";

export interface CommandRunnerOptions {
  /** Shell text, run in the job's folder. */
  readonly command: string;
  readonly execution?: ExecutionConfig | undefined;
}

/** A runner that trains with a command. It throws Runner for an exit code, a death by signal, a time limit, or an invalid
 * result; Interrupted when the signal aborts.
 * @throws Usage for an empty command. */
export function commandRunner({ command, execution = {} }: CommandRunnerOptions): TrainingRunner {
  if (command.trim() === "") {
    throw new DoselapError("Usage", "the trainer's command is empty", {
      key: "--command",
      hint: 'Give one, such as --command "python train.py".',
    });
  }
  const { threads, timeoutMs, killGraceMs = 5000 } = execution;
  return async (call) => {
    const { job, log, signal, progress } = call;
    if (signal?.aborted === true)
      throw new DoselapError("Interrupted", "stopped before the trainer was started");
    await writeInputs(call);
    log.line(`command: ${command}`);
    const end = await runInGroup(command, {
      cwd: job.artifactDir,
      env: {
        ...process.env,
        ...jobEnvironment(call),
        ...(threads === undefined ? {} : { DOSELAP_THREADS: `${threads}` }),
      },
      onLine(stream, line) {
        log.line(`${stream}| ${line}`);
        const share = epochShare(line);
        if (share !== undefined) progress?.(share.fraction, share.note);
      },
      signal,
      killGraceMs,
      timeoutMs,
    });
    // Also of one that failed: its folder is kept.
    await removeSpecialFiles(job.artifactDir, log);
    checkEnd(end, { command, timeoutMs });
    log.line("command: ended with exit code 0");
    return readOutputs(call);
  };
}

/** How far a line that begins with `epoch 3/60` says that training is; undefined for any other. */
function epochShare(line: string): { readonly fraction: number; readonly note: string } | undefined {
  const [note, epoch, epochs] = /^epoch (\d{1,9})\/(\d{1,9})\b/iu.exec(line) ?? [];
  const fraction = Number(epoch) / Number(epochs);
  return note !== undefined && fraction <= 1 ? { fraction, note } : undefined;
}

/** What a command finds in its environment; paths are absolute here, since an environment is not kept. */
function jobEnvironment({ job, overlapMetricsPath }: RunnerCall): { readonly [name: string]: string } {
  return {
    DOSELAP_JOB_DIR: resolve(job.artifactDir),
    DOSELAP_TRAIN_DATA: resolve(job.trainDataPath),
    DOSELAP_TEST_DATA: resolve(job.testDataPath),
    DOSELAP_OVERLAP_METRICS: overlapMetricsPath === undefined ? "" : resolve(overlapMetricsPath),
    DOSELAP_DOSE: `${job.dose}`,
    DOSELAP_VIEW: job.view,
    DOSELAP_GRIDSIZE: `${job.gridsize}`,
    DOSELAP_ARM: job.arm,
    DOSELAP_SEED: `${job.seed}`,
  };
}

function checkEnd(
  { code, signal, stopped }: ProcessEnd,
  { command, timeoutMs }: { command: string; timeoutMs: number | undefined },
): void {
  const failed = { key: command, expected: "exit code 0", hint: "Its output is in train.log." };
  switch (stopped) {
    case "aborted":
      throw new DoselapError("Interrupted", "the trainer was stopped");
    case "timed out":
      throw new DoselapError("Runner", "the trainer ran into its time limit", {
        ...failed,
        got: `more than ${timeoutMs} ms`,
      });
    case undefined:
      break;
    default:
      throw stopped satisfies never;
  }
  if (signal !== null) {
    throw new DoselapError("Runner", "the trainer was killed by a signal", { ...failed, got: signal });
  }
  if (code !== 0) {
    throw new DoselapError("Runner", "the trainer failed", {
      ...failed,
      got: `exit code ${code}${signalOf(code)}`,
    });
  }
}

/** A shell reports the death of its child by signal n as exit code 128 + n. */
function signalOf(code: number | null): string {
  const name = Object.entries(constants.signals).find(([, number]) => number + 128 === code)?.[0];
  return name === undefined ? "" : ` (128 + ${name})`;
}

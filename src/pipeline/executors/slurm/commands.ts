// Slurm's commands, each with its arguments as a list: no shell, so no text of a user's can become one. Users set SQUEUE_FORMAT and
// its like for themselves, and languages change words: both are taken out of the environment.

import { execFile } from "node:child_process";
import { DoselapError } from "../../../errors.ts";

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program; never throws for an exit code. @throws Runner when there is no such program. */
export type RunCommand = (program: string, args: readonly string[]) => Promise<CommandResult>;

const longestMs = 120_000;
const longestBytes = 64 * 2 ** 20;

export function slurmCommands(environment: NodeJS.ProcessEnv = process.env): RunCommand {
  const env: NodeJS.ProcessEnv = { ...environment, LC_ALL: "C", SLURM_TIME_FORMAT: "standard" };
  for (const name of Object.keys(env)) {
    // Options by environment: a user's own formats and filters. What a site sets for submission (SBATCH_ACCOUNT) stays.
    if (
      /^(?:SQUEUE|SACCT|SCANCEL|SINFO)_|^SBATCH_(?:ARRAY_INX|JOB_NAME|WAIT|OUTPUT|ERROR|INPUT)$/u.test(name)
    )
      delete env[name];
  }
  return (program, args) =>
    new Promise((resolve, reject) => {
      execFile(
        program,
        args,
        { env, timeout: longestMs, maxBuffer: longestBytes, encoding: "utf8" },
        (error, stdout, stderr) => {
          if (error === null) return resolve({ code: 0, stdout, stderr });
          const { code, killed } = error as { code?: unknown; killed?: boolean };
          if (code === "ENOENT") return reject(notThere(program));
          // A command that hangs is a controller that does not answer.
          const said = killed === true ? `no answer in ${longestMs / 1000} s` : stderr;
          return resolve({ code: typeof code === "number" ? code : 1, stdout, stderr: said });
        },
      );
    });
}

function notThere(program: string): DoselapError {
  return new DoselapError("Runner", "Slurm's commands are not on this machine", {
    key: program,
    expected: `${program} on the PATH`,
    got: "none",
    hint: "Log in to the cluster's login node, load its module, or use --executor local.",
  });
}

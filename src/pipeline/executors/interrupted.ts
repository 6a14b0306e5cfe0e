// The error of a run that was told to stop: jobs that are over stay, open ones left their last checkpoint.

import { DoselapError } from "../../errors.ts";

export function interrupted(cause?: unknown): DoselapError {
  return new DoselapError("Interrupted", "stopped; finished jobs are kept", {
    cause,
    hint: "Run the same command again to go on.",
  });
}

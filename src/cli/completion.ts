// Completion of command lines in a shell: a script that the shell sources, and the answer to what it asks.
// The script asks `doselap completion -- WORD… PARTIAL`, one proposal a line, so that the proposals are always those of the
// program that is run.

import { proposeCompletions, type Application } from "@stricli/core";
import { printLine, type CliContext } from "./context.ts";

/** The words of a question, or undefined when the command line is no question. */
export function completionQuestion([command, mark, ...words]: readonly string[]): string[] | undefined {
  return command === "completion" && mark === "--" ? words : undefined;
}

/** Prints what could stand in place of the last word. */
export async function answerCompletion(
  app: Application<CliContext>,
  words: readonly string[],
  context: CliContext,
): Promise<void> {
  for (const { completion } of await proposeCompletions(app, words, context)) printLine(context, completion);
}

/** Names of files are left to bash: it completes them where there is no proposal. */
export const bashScript = `# Completion of doselap for bash: eval "$(doselap completion bash)"
_doselap() {
  local line=\${COMP_LINE:0:COMP_POINT} words
  # Words are split at blanks alone: bash itself would also split scan.npz:probeGuess at the colon.
  read -ra words <<<"$line"
  [[ $line == *[[:blank:]] ]] && words+=("")
  local proposal
  COMPREPLY=()
  while IFS= read -r proposal; do
    COMPREPLY+=("$proposal")
  done < <("\${words[0]}" completion -- "\${words[@]:1}" 2>/dev/null)
}
complete -o bashdefault -o default -F _doselap doselap
`;

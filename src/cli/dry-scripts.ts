// What a run would give to Slurm, for --dry-run: the exact scripts, and the command line that submits each. As text it is a shell
// script that does nothing but those tasks: all else in it is a comment.

import { isDoselapError } from "../errors.ts";
import type { StageContext } from "../pipeline/context.ts";
import type { JobGraph } from "../pipeline/executors/graph.ts";
import { planScripts, sbatchArguments } from "../pipeline/executors/slurm/plan-scripts.ts";
import { quoted, type SlurmSettings } from "../pipeline/executors/slurm/script.ts";
import { maxArraySize, usualArraySize } from "../pipeline/executors/slurm/submit.ts";
import { printNote, printText, type CliContext } from "./context.ts";
import { lineText } from "./plain-text.ts";

export interface DryScript {
  readonly name: string;
  readonly tasks: number;
  /** Scripts that must be over before, however they ended. */
  readonly after: readonly string[];
  /** sbatch and its arguments; ids that Slurm will give stand as `<id of NAME>`. */
  readonly submit: readonly string[];
  readonly text: string;
}

/** The scripts in the order of submission. A machine without Slurm is good enough to look at them. */
export async function dryScripts(
  context: CliContext,
  graph: JobGraph,
  { planned, settings }: { readonly planned: StageContext; readonly settings: SlurmSettings },
): Promise<readonly DryScript[]> {
  const most = await maxArraySize().catch((error: unknown) => {
    if (!isDoselapError(error, "Runner")) throw error;
    printNote(
      context,
      `Slurm's commands are not on this machine: arrays have at most ${usualArraySize - 1} tasks, its default`,
    );
    return usualArraySize;
  });
  const { scripts, chosen } = planScripts(graph, { context: planned }, { settings, maxArraySize: most });
  return scripts.map((script) => ({
    name: script.name,
    tasks: script.tasks,
    after: script.after,
    submit: ["sbatch", ...sbatchArguments(script, chosen, (name) => `<id of ${name}>`)],
    text: script.text,
  }));
}

/** Each script below the line that submits it. */
export function printScripts(context: CliContext, scripts: readonly DryScript[]): void {
  for (const { submit, text } of scripts) {
    printText(context, `${comment(submit.map(argumentText).join(" "))}\n${text}`);
  }
}

/** Options are ours and words; a path may be anything. */
function argumentText(argument: string): string {
  return argument.startsWith("/") ? quoted(argument) : argument;
}

export function comment(line: string): string {
  return `# ${lineText(line)}`;
}

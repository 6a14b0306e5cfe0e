// The command line: commands, error messages and exit codes in one table.

import { buildApplication, buildRouteMap, run } from "@stricli/core";
import { isDoselapError, type ErrorTag } from "../errors.ts";
import { doselapVersion } from "../version.ts";
import { attachCommand } from "./commands/attach.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { compareCommand } from "./commands/compare.ts";
import { completionCommand } from "./commands/completion.ts";
import { convertCommand } from "./commands/convert.ts";
import { enginesCommand } from "./commands/engines.ts";
import { inferCommand } from "./commands/infer.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { metricsCommand } from "./commands/metrics.ts";
import { planCommand } from "./commands/plan.ts";
import { prepareCommand } from "./commands/prepare.ts";
import { reconstructCommand } from "./commands/reconstruct.ts";
import { reportCommand } from "./commands/report.ts";
import { runCommand } from "./commands/run.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { statusCommand } from "./commands/status.ts";
import { thinCommand } from "./commands/thin.ts";
import { trainCommand } from "./commands/train.ts";
import { workCommand } from "./commands/work.ts";
import { answerCompletion, completionQuestion } from "./completion.ts";
import { exitCodes, printNote, type CliContext } from "./context.ts";
import { cliText, type CliTextOptions } from "./text.ts";

/** Tag of an error → exit code. Everything else is a failure. */
const codes: { readonly [tag in ErrorTag]?: number } = {
  Usage: exitCodes.usage,
  Design: exitCodes.usage,
  Interrupted: exitCodes.interrupted,
};

const commands = {
  run: runCommand,
  plan: planCommand,
  status: statusCommand,
  attach: attachCommand,
  cancel: cancelCommand,
  simulate: simulateCommand,
  prepare: prepareCommand,
  thin: thinCommand,
  train: trainCommand,
  reconstruct: reconstructCommand,
  infer: inferCommand,
  engines: enginesCommand,
  compare: compareCommand,
  metrics: metricsCommand,
  report: reportCommand,
  inspect: inspectCommand,
  convert: convertCommand,
  work: workCommand,
  completion: completionCommand,
};

const routes = buildRouteMap<string, CliContext>({
  routes: commands,
  docs: {
    brief: "How few photons and how little overlap can a ptychography scan live with?",
    fullDescription: [
      "doselap tells how few photons and how little scan overlap a ptychography experiment can live",
      "with, and which reconstruction method still holds there.",
      "",
      "Start here:",
      "  doselap run quick --out runs/quick             a small simulated study, minutes on a laptop",
      "  doselap run measured --input SCAN --out DIR    how far could I have cut dose on my own scan?",
      "  doselap plan fly64                             what a study would do, before it does it",
      "",
      "With --json a command prints one JSON document on stdout, and an error as one line of JSON, the last on stderr:",
      '  {"error": {"tag", "message", "file", "key", "expected", "got", "finding", "hint"}}',
      "Exit codes: 0 ok, 1 failed, 2 usage or nothing matched, 3 skipped with --strict, 130 interrupted.",
    ].join("\n"),
  },
});

/** The overview shows of each command only what it cannot do without; a command's own help shows all. */
function application({ overview, ...text }: CliTextOptions & { readonly overview: boolean }) {
  return buildApplication<CliContext>(routes, {
    name: "doselap",
    versionInfo: { currentVersion: doselapVersion },
    // No distance is too far: every mistyped flag is answered with the nearest valid one.
    scanner: {
      caseStyle: "allow-kebab-for-camel",
      distanceOptions: {
        threshold: 99,
        weights: { insertion: 1, deletion: 1, substitution: 1, transposition: 1 },
      },
    },
    documentation: {
      disableAnsiColor: true,
      useAliasInUsageLine: false,
      onlyRequiredInUsageLine: overview,
    },
    determineExitCode: (error) => (isDoselapError(error) ? codes[error._tag] : undefined) ?? exitCodes.failed,
    localization: { text: cliText(Object.keys(commands), text) },
  });
}

/** Runs one command line and returns its exit code. Streams, folder and abort signal are given, none are global. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  const question = completionQuestion(argv);
  if (question !== undefined) {
    const app = application({ overview: false, json: false, argv, cwd: context.cwd });
    await answerCompletion(app, question, context);
    return exitCodes.ok;
  }
  const [first = ""] = argv;
  const named = Object.hasOwn(commands, first);
  const json = argv.includes("--json");
  await run(application({ overview: !named, json, argv, cwd: context.cwd }), argv, context);
  const code = Number(context.process.exitCode ?? exitCodes.ok);
  if (code >= 0) return code;
  // Stricli's own codes are negative: all of them say that the command line could not be understood.
  if (!json || !named) printNote(context, `See doselap ${named ? `${first} ` : ""}--help.`);
  return exitCodes.usage;
}

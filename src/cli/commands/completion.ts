// doselap completion: a script that lets the shell complete commands, flags and engines.

import { buildCommand } from "@stricli/core";
import { bashScript } from "../completion.ts";
import type { CliContext } from "../context.ts";

type NoFlags = Readonly<Record<never, never>>;

export const completionCommand = buildCommand<NoFlags, ["bash"], CliContext>({
  docs: {
    brief: "Print a script that completes commands, flags and engine names in the shell",
    fullDescription: [
      "Once, or in ~/.bashrc:",
      '  eval "$(doselap completion bash)"',
      "",
      "Then the Tab key completes commands, flags, values of flags that have a list of them, and engines.",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: parseShell,
          proposeCompletions: () => ["bash"],
          placeholder: "SHELL",
          brief: "The shell: bash",
        },
      ],
    },
    flags: {},
  },
  func() {
    this.process.stdout.write(bashScript);
  },
});

function parseShell(text: string): "bash" {
  if (text === "bash") return text;
  throw new RangeError(`expected bash, got "${text}"`);
}

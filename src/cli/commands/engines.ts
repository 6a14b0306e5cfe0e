// doselap engines: every engine with what it can do, or one with its options.

import { buildCommand } from "@stricli/core";
import {
  capabilityColumns,
  constraintColumns,
  optionRows,
  optionSchema,
  toldOf,
} from "../../engines/describe.ts";
import type { Engine } from "../../engines/engine.ts";
import { engineNames, engines, isEngineName } from "../../engines/registry.ts";
import { DoselapError } from "../../errors.ts";
import { didYouMean } from "../../study/design/nearest.ts";
import { printJson, printLine, type CliContext } from "../context.ts";
import { jsonFlag } from "../flags.ts";
import { textTable } from "../text-table.ts";

interface Flags {
  readonly json: boolean;
}

export const enginesCommand = buildCommand<Flags, [name?: string], CliContext>({
  docs: {
    brief: "List the engines and what they can do, or the options of one",
    fullDescription: [
      "Without NAME: every engine, what it does, what it can do and the papers it follows. With NAME: its",
      "options with type, range and default; give them as `--set KEY=VALUE` to doselap reconstruct, or as",
      "keys below `engines` in a study file. An option that an engine does not have is an error.",
      "",
      "Chains run engines one after the other: `--engine dm:30+ml:50` is 30 epochs of DM, then 50 of ML from",
      "what DM found (object, probe and positions). An option goes to every engine of the chain that has it;",
      "at least one must. Frames that are held out are held out of the whole chain until its last link has chosen.",
      "",
      "  doselap engines                     the table",
      "  doselap engines lsqml               the options of one",
      "  doselap engines lsqml --json        the same, with a JSON Schema of them",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: parseName,
          proposeCompletions: () => engineNames,
          optional: true,
          placeholder: "NAME",
          brief: `Engine (${engineNames.join(", ")})`,
        },
      ],
    },
    flags: { json: jsonFlag },
  },
  func({ json }, name) {
    const all: readonly Engine[] = Object.values(engines);
    const one = name === undefined ? undefined : all.find((engine) => engine.name === name);
    if (json) {
      printJson(
        this,
        one === undefined ? all.map(described) : { ...described(one), schema: optionSchema(one) },
      );
      return;
    }
    for (const line of one === undefined ? overview(all) : details(one)) printLine(this, line);
  },
});

function parseName(text: string): string {
  if (isEngineName(text)) return text;
  throw new DoselapError("Usage", "there is no such engine", {
    expected: engineNames.join(", "),
    got: text,
    hint: text.includes("+")
      ? "This is a chain: ask for its engines one by one."
      : (didYouMean(text, engineNames) ?? ""),
  });
}

function described(engine: Engine): object {
  const { name, title, summary, capabilities, cites } = engine;
  return { name, title, summary, capabilities, cites, options: optionRows(engine) };
}

function overview(all: readonly Engine[]): string[] {
  return [
    ...textTable(
      ["engine", "what it does"],
      all.map(({ name, summary }) => [name, summary]),
    ),
    "",
    ...textTable(
      ["engine", ...capabilityColumns.map(([title]) => title)],
      all.map(({ name, capabilities }) => [name, ...capabilityColumns.map(([, cell]) => cell(capabilities))]),
    ),
    "",
    ...textTable(
      ["engine", ...constraintColumns.map(([title]) => title)],
      all.map((engine) => [engine.name, ...constraintColumns.map(([, cell]) => cell(engine))]),
    ),
    "",
    ...textTable(
      ["engine", "papers"],
      all.map(({ name, cites }) => [name, cites.map((doi) => `https://doi.org/${doi}`).join(" ")]),
    ),
    "",
    "doselap engines NAME lists its options. Chains: dm:30+ml:50 runs 30 epochs of dm, then 50 of ml from there.",
  ];
}

function details(engine: Engine): string[] {
  const { name, title, summary, capabilities, cites } = engine;
  return [
    `${name} (${title}): ${summary}`,
    `can: ${capabilityColumns.map(([column, cell]) => `${column} ${cell(capabilities)}`).join("; ")}`,
    ...cites.map((doi) => `https://doi.org/${doi}`),
    "",
    ...textTable(
      ["option", "values", "default", "what it does"],
      optionRows(engine).map((row) => [row.name, row.values, JSON.stringify(row.default), toldOf(row)]),
    ),
  ];
}

// Every engine, by name. Adding one: its file, its line here, its row in the contract test.

import type { z } from "zod";
import { DoselapError } from "../errors.ts";
import type { Engine, EngineContext, EngineState, EpochReport, Problem } from "./engine.ts";
import { rpie } from "./rpie.ts";

export const engines = { rpie } as const;
export type EngineName = keyof typeof engines;

/** An engine whose options are already checked, with their type closed over. */
export interface PreparedEngine {
  readonly name: string;
  readonly options: { readonly [key: string]: unknown };
  /** Epochs the options plan for. */
  readonly epochs: number;
  start(problem: Problem, context: EngineContext): { readonly state: EngineState; step(): EpochReport };
}

/** Checks the name and the options. @throws Usage for an unknown engine, Design for an option it does not have. */
export function prepareEngine(name: string, options: { readonly [key: string]: unknown }): PreparedEngine {
  if (!Object.hasOwn(engines, name)) {
    throw new DoselapError("Usage", `unknown engine "${name}"`, {
      expected: Object.keys(engines).join(", "),
      hint: "See `doselap reconstruct --help`.",
    });
  }
  return prepare(engines[name as EngineName], options);
}

function prepare<O extends { epochs: number }, S extends EngineState>(
  engine: Engine<O, S>,
  given: { readonly [key: string]: unknown },
): PreparedEngine {
  const parsed = engine.options.safeParse(given);
  if (!parsed.success) throw optionError(engine.name, parsed.error);
  const options = parsed.data;
  return {
    name: engine.name,
    options,
    epochs: options.epochs,
    start(problem, context) {
      const state = engine.init(problem, options, context);
      return { state, step: () => engine.step(state) };
    },
  };
}

function optionError(engine: string, error: z.ZodError): DoselapError {
  const issues = error.issues.map((issue) => `${issue.path.join(".") || "options"}: ${issue.message}`);
  return new DoselapError("Design", `engine ${engine} does not take these options: ${issues.join("; ")}`, {
    key: `engines.${engine}`,
    hint: "`doselap reconstruct --help` lists what it takes.",
  });
}

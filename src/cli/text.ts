// What the command line says when it cannot be understood: which flag, what was expected, what was given, what was perhaps meant.

import { resolve } from "node:path";
import {
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
  type ApplicationText,
} from "@stricli/core";
import { DoselapError, isDoselapError, messageOf } from "../errors.ts";
import { didYouMean } from "../study/design/nearest.ts";
import { plainText } from "./plain-text.ts";

export interface CliTextOptions {
  /** Each error as one line of JSON. */
  readonly json: boolean;
  /** The words of the command line, and where its relative paths are taken from. */
  readonly argv: readonly string[];
  readonly cwd: string;
}

/** Stricli's English with our wording of errors. */
export function cliText(commands: readonly string[], { json, argv, cwd }: CliTextOptions): ApplicationText {
  const describe = (error: unknown): string =>
    (json ? errorJson : errorText)(isDoselapError(error) ? asTyped(error, argv, cwd) : error);
  return {
    ...text_en,
    noCommandRegisteredForInput: ({ input }) => plainText(unknownCommand(input, commands)),
    exceptionWhileParsingArguments: (error) =>
      json
        ? errorJson(new DoselapError("Usage", argumentError(error), { cause: error }))
        : plainText(`doselap: ${argumentError(error)}`),
    exceptionWhileRunningCommand: describe,
    commandErrorResult: describe,
  };
}

/** The error with its file as the command line has it: readers know where it lies, not how it was typed. */
function asTyped(error: DoselapError, argv: readonly string[], cwd: string): DoselapError {
  const { _tag, headline, context } = error;
  const { file } = context;
  if (file === undefined) return error;
  // FLAG=FILE, FILE.npz:key, or both.
  const names = argv.flatMap((word) => [word, word.replace(/^--[\w-]+=/u, "")]);
  const typed = names
    .flatMap((name) => [name, name.replace(/:[^:/\\]*$/u, "")])
    .find((name) => name !== "" && resolve(cwd, name) === file);
  return typed === undefined
    ? error
    : new DoselapError(_tag, headline, { ...context, file: typed, cause: error });
}

function unknownCommand(input: string, commands: readonly string[]): string {
  return input.startsWith("-")
    ? sentences(`doselap: unknown flag "${input}"`, didYouMean(input, ["--help", "--version"]))
    : sentences(
        `doselap: unknown command "${input}"; expected one of ${commands.join(", ")}`,
        didYouMean(input, commands),
      );
}

function argumentError(error: unknown): string {
  if (!(error instanceof ArgumentScannerError)) return messageOf(error);
  return formatMessageForArgumentScannerError(error, {
    FlagNotFoundError: ({ input, corrections }) =>
      sentences(`unknown flag "${dashed(input)}"`, didYouMean(dashed(input), corrections.map(dashed))),
    AliasNotFoundError: ({ input }) => `unknown flag "-${input}"`,
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, exception }) =>
      // Placeholders are written in capitals, flags never.
      `${/[A-Z]/u.test(name[0] ?? "") ? name : dashed(name)}: ${messageOf(exception)}`,
    EnumValidationError: ({ externalFlagName, input, values }) =>
      sentences(
        `${dashed(externalFlagName)}: expected one of ${values.join(", ")}, got "${input}"`,
        didYouMean(input, values),
      ),
    UnsatisfiedFlagError: ({ externalFlagName, nextFlagName }) =>
      nextFlagName === undefined
        ? `${dashed(externalFlagName)} is needed`
        : `${dashed(externalFlagName)} needs a value, got the flag ${dashed(nextFlagName)}`,
    UnsatisfiedPositionalError: ({ placeholder }) => `${placeholder} is needed`,
    UnexpectedPositionalError: ({ expectedCount, input }) =>
      expectedCount === 0
        ? `takes no arguments besides flags, got "${input}"`
        : `takes ${expectedCount === 1 ? "1 argument" : `${expectedCount} arguments`} besides flags, got "${input}" as well`,
  });
}

/** As the help writes flags: --max-shift, whether --maxShift or --max-shift was typed. */
function dashed(name: string): string {
  const bare = name.replace(/^-+/u, "").replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  return `--${bare}`;
}

function sentences(first: string, second: string | undefined): string {
  return second === undefined ? first : `${first}. ${second}`;
}

/** A doselap error is one clear line. Anything else is a defect of ours and keeps its stack. */
function errorText(error: unknown): string {
  if (isDoselapError(error)) return plainText(`doselap: ${error.message}`);
  const stack = error instanceof Error ? error.stack : undefined;
  return plainText(`doselap: unexpected error, please report it: ${stack ?? messageOf(error)}`);
}

/** The same for programs. What an error does not say is null; the tag of a defect of ours is null too. */
function errorJson(error: unknown): string {
  const tagged = isDoselapError(error) ? error : undefined;
  const { file, key, expected, got, finding, hint } = tagged?.context ?? {};
  const told = { file, key, expected, got, finding, hint };
  const stated = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, value ?? null]));
  const message = tagged?.headline ?? messageOf(error);
  return plainText(JSON.stringify({ error: { tag: tagged?._tag ?? null, message, ...stated } }));
}

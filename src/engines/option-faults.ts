// What is wrong with an option of an engine: its name, or its value; with the way out.

import type { z } from "zod";
import { DoselapError } from "../errors.ts";
import { keysOf } from "./options.ts";
import { engineNames, engines, isEngineName } from "./registry.ts";

type Given = { readonly [key: string]: unknown };

export function unknownOption(
  spec: string,
  key: string,
  { chain, known }: { readonly chain: readonly string[]; readonly known: readonly string[] },
): DoselapError {
  const owners = ownersOf(chain, key);
  return new DoselapError("Design", `engine ${spec} does not take the option ${key}`, {
    key: `engines.${spec}.${key}`,
    expected: known.filter((name) => !name.includes(".")).join(", "),
    got: key,
    hint: `${owners === undefined ? "" : `${owners} `}An option that an engine does not use is an error, so that nobody believes it had an effect.`,
  });
}

/** A sentence naming the engines that have an option which those of the chain have not; undefined when there are none, and for
 * one that names an engine outside of the chain. */
export function ownersOf(chain: readonly string[], key: string): string | undefined {
  const [option = key, name] = key.split(".").toReversed();
  const owners = engineNames.filter((one) => isEngineName(one) && keysOf(engines[one]).includes(option));
  const asked = name === undefined ? chain : [name];
  if (!asked.every((one) => chain.includes(one) && !owners.includes(one))) return undefined;
  const last = owners.at(-1);
  if (last === undefined) return undefined;
  return owners.length === 1 ? `${last} has it.` : `${owners.slice(0, -1).join(", ")} and ${last} have it.`;
}

/** Values that break the rules of options which the engine does have. */
export function wrongValues(
  name: string,
  given: Given,
  issues: readonly Pick<z.core.$ZodIssue, "path" | "message">[],
): DoselapError {
  const faults = issues.map(({ path, message }) => {
    const option = path.join(".");
    return { option, message, got: JSON.stringify(given[String(path[0])]) };
  });
  const [first, ...others] = faults;
  const isOne = first !== undefined && others.length === 0;
  const headline = isOne
    ? `engine ${name} takes this option, but not this value: ${first.message}`
    : `engine ${name} takes these options, but not these values: ${faults.map(({ option, message }) => `${option}: ${message}`).join("; ")}`;
  return new DoselapError("Design", headline, {
    key: isOne ? `engines.${name}.${first.option}` : `engines.${name}`,
    got: isOne ? first.got : faults.map(({ option, got }) => `${option} ${got}`).join(", "),
    hint: `doselap engines ${name} lists what it takes.`,
  });
}

// From a name and options to something that runs: one engine, or a chain such as dm:30+ml:50 in which each link starts
// from what the one before it found.

import { z } from "zod";
import { DoselapError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { unknownOption, wrongValues } from "./option-faults.ts";
import { checkNeeds } from "./option-needs.ts";
import { keysOf, type CommonOptions } from "./options.ts";
import { engineNames, engines, isEngineName } from "./registry.ts";

/** One engine of a chain, its options checked. */
export interface Link {
  readonly engine: Engine;
  readonly options: CommonOptions;
  /** Names of the options that differ from their defaults. */
  readonly given: readonly string[];
}

export interface PreparedEngine {
  /** As given: "rpie" or "dm:30+ml:50". */
  readonly name: string;
  readonly links: readonly Link[];
  /** Options of the only engine, or of each link by its place and name ("1 dm"). */
  readonly options: { readonly [key: string]: unknown };
  /** Planned epochs of all links. */
  readonly epochs: number;
}

type Given = { readonly [key: string]: unknown };

/** Checks names and options. In a chain an option goes to every link that knows it, and one that names its engine
 * ("rpie.prior") to the links of this engine alone.
 * @throws Usage for an unknown engine, Design for an option that no engine of the chain has. */
export function prepareEngine(spec: string, given: Given): PreparedEngine {
  const parts = spec.split("+").map((part) => parsePart(part, spec));
  for (const { engine, epochs } of parts) {
    const asOption = optionsFor(engine, given)["epochs"];
    if (epochs === undefined || asOption === undefined) continue;
    throw new DoselapError("Design", "the epochs are given twice", {
      key: `engines.${spec}.epochs`,
      expected: "epochs in the chain or as an option, not both",
      got: `${spec} and epochs ${JSON.stringify(asOption)}`,
    });
  }
  const known = optionKeys(parts);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw unknownOption(spec, key, { chain: namesInChain(spec), known });
  }
  const links = parts.map(({ engine, epochs }): Link => {
    const own = optionsFor(engine, given);
    const options = parseOptions(engine, epochs === undefined ? own : { ...own, epochs });
    return { engine, options, given: Object.keys(own).filter((key) => asksFor(engine, key, own[key])) };
  });
  for (const key of Object.keys(given)) {
    const [option = key, name] = key.split(".").toReversed();
    const goesTo = links.filter(
      (link) =>
        link.given.includes(option) &&
        // An option that names its engine took the place of the plain one there.
        (name === undefined
          ? !Object.hasOwn(given, `${link.engine.name}.${key}`)
          : name === link.engine.name),
    );
    checkNeeds(
      option,
      `engines.${spec}.${key}`,
      goesTo.map(({ options }) => options),
    );
  }
  return {
    name: spec,
    links,
    options:
      links.length === 1
        ? links[0]!.options
        : Object.fromEntries(links.map(({ engine, options }, i) => [`${i + 1} ${engine.name}`, options])),
    epochs: links.reduce((sum, { options }) => sum + options.epochs, 0),
  };
}

/** Names of a chain's engines, whatever they are. */
export function namesInChain(spec: string): string[] {
  return spec.split("+").map((part) => part.split(":")[0] ?? "");
}

/** What options of an engine or chain may be called: by their names, and in a chain by their engine and name too. */
export function optionNames(spec: string): string[] {
  return optionKeys(spec.split("+").map((part) => parsePart(part, spec)));
}

function optionKeys(parts: readonly { readonly engine: Engine }[]): string[] {
  const plain = parts.flatMap(({ engine }) => keysOf(engine));
  const named = parts.flatMap(({ engine }) => keysOf(engine).map((key) => `${engine.name}.${key}`));
  return [...new Set(parts.length > 1 ? [...plain, ...named] : plain)];
}

/** An engine's share of a chain's options; those that name it win. */
function optionsFor(engine: Engine, given: Given): Given {
  const prefix = `${engine.name}.`;
  // Once for all options: a large plan prepares an engine for each of its jobs.
  const names = new Set(keysOf(engine));
  const entries = Object.entries(given);
  const own = entries.filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries([
    ...entries.filter(([key]) => names.has(key)),
    ...own.map(([key, value]) => [key.slice(prefix.length), value] as const),
  ]);
}

/** Whether a value asks for anything: a default does not, for a study's design holds them all once it is read. */
function asksFor(engine: Engine, key: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (!(engine.options instanceof z.ZodObject)) return true;
  const schema: unknown = engine.options.shape[key];
  return !(schema instanceof z.ZodDefault && schema.def.defaultValue === value);
}

function parsePart(part: string, spec: string): { engine: Engine; epochs: number | undefined } {
  const [name = "", count, ...rest] = part.split(":");
  if (!isEngineName(name)) {
    throw new DoselapError("Usage", `unknown engine "${name}"`, {
      expected: engineNames.join(", "),
      got: spec,
      hint: "`doselap engines` lists them with what they can do; chains are written dm:30+ml:50.",
    });
  }
  if (rest.length === 0 && (count === undefined || /^[1-9]\d{0,5}$/.test(count))) {
    return { engine: engines[name], epochs: count === undefined ? undefined : Number(count) };
  }
  throw new DoselapError("Usage", `the epochs of "${part}" are no whole number`, {
    expected: `${name}:EPOCHS`,
    got: part,
  });
}

function parseOptions(engine: Engine, given: Given): CommonOptions {
  const parsed = engine.options.safeParse(given);
  if (parsed.success) {
    checkTogether(engine, parsed.data);
    return parsed.data;
  }
  throw wrongValues(engine.name, given, parsed.error.issues);
}

/** Options that are fine alone but not together. */
function checkTogether({ name }: Engine, options: CommonOptions): void {
  const { prior, priorWeight, amplitudeMin, amplitudeMax, heldOutFraction } = options;
  const fault = (key: string, message: string, hint: string) =>
    new DoselapError("Design", message, { key: `engines.${name}.${key}`, hint });
  if (prior !== "none" && priorWeight === 0) {
    throw fault("priorWeight", "a prior of weight 0 does nothing", 'Give a weight above 0, or "auto".');
  }
  if (priorWeight === "noise" && prior !== "tv") {
    throw fault("priorWeight", '"noise" is a weight of the tv prior', "Give prior: tv, or a number.");
  }
  if (priorWeight === "auto" && heldOutFraction === 0) {
    throw fault(
      "priorWeight",
      '"auto" chooses by held-out frames, and none are held out',
      "Give heldOutFraction.",
    );
  }
  if (amplitudeMin !== null && amplitudeMax !== null && amplitudeMin > amplitudeMax) {
    throw fault("amplitudeMin", "the amplitude's bounds exclude each other", "Swap them.");
  }
}
